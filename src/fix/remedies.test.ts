// Every code has a remedy or a reason; and over all cases: a remedy makes its finding go away and brings no other one.
import { describe, expect, it } from 'vitest'
import { itemsOf } from '../diagnose/cluster/cluster-facts.ts'
import { CODES } from '../diagnose/cluster/codes.ts'
import { FAULT_CASES } from '../diagnose/cluster/testing/all-cases.ts'
import { factsOf, healthyWorld, type World } from '../diagnose/cluster/testing/world.ts'
import { slice } from '../diagnose/cluster/testing/world-objects.ts'
import { edited, stateOf } from './object-edit.ts'
import { findObject, patchedFacts } from './patched-facts.ts'
import { planFix } from './plan-fix.ts'
import { findingKey, findingsOf } from './predict.ts'
import { type Change, isRemedy, type Remedy } from './remedy.ts'
import { REMEDIES, WITHOUT_REMEDY } from './remedy-table.ts'
import { settledFacts } from './settled-facts.ts'
import { REMEDY_CASES } from './testing/remedy-cases.ts'

const CASES = [...FAULT_CASES, ...REMEDY_CASES]

/** Cases whose remedy is written down, for people to read. Others are held to the same rules below. */
const TREATED: ReadonlySet<string> = new Set([
  'speakers that Pod Security refuses',
  'ebgpMultiHop within one AS',
  'IPVS without strictARP',
  'Local endpoints on nodes that no advertisement selects',
  'Local endpoints on one node only',
  'a pool that no advertisement selects',
  'an advertisement for nodes that are not there',
  'an advertisement for other Services',
  'a pool that no Service uses yet, without an advertisement',
  'every node is excluded from load balancers',
  'the only node that an advertisement is for is a control plane',
  'pools that are full, and not assigned automatically',
  'pools for other namespaces',
  'pools for Services with other labels',
  'a pool that is not there',
  'an address that no pool holds',
  'an address of a Service that does not share it',
  'a sharing key among the labels',
  'a port that two sharers want',
  'a pool with the address of a node in it',
  'an interface that the elected node does not have',
  'a router without BGP behind a pool that no L2Advertisement selects, and nobody answers',
  'a sharing key among the labels, and a port of its own',
  'addresses asked for in two ways',
  'a pool whose namespaceSelectors match nothing',
  'a pool that is asked for and that is for other labels',
  'pools that are for other namespaces and for other labels',
  'pools that are handed out on request, and to another namespace',
  'a pool that is not there, and the one that was meant is for other labels',
  'an address that no pool holds, and pools for another namespace',
  'an address of another Service, by a pool that does not hold it',
  'an address asked for in two ways, that another Service has',
  'two families that are required, with one cluster address, and pools for other labels',
  'pools for other labels that are full as well',
  'a family that no pool has',
  'a range with the address of a node and that of the router in the middle of it',
  'a namespace listed twice',
  'IPVS, and a configuration of kube-proxy that does not mention strictARP',
  'an advertisement of the name that the new one would have',
  'strict reverse path filtering on the owner',
  'a router behind a gateway without ebgpMultiHop',
  'two pools with the same addresses',
  'no way back to the client',
])

/** A Service that waits for an address has Pods as well; the cases leave them out, since nobody asks for them yet. */
function factsOfCase(fault: (world: World) => void) {
  const world = healthyWorld()
  fault(world)
  const known = new Set(world.planes.endpointSlices.map(({ metadata }) => metadata.name))
  for (const { metadata } of world.planes.services)
    if (metadata.namespace === 'shop' && !known.has(`${metadata.name}-x1`))
      world.planes.endpointSlices.push(slice(`shop/${metadata.name}`, ['node-a', 'node-b']))
  return factsOf(world)
}

const textOf = (change: Change): string =>
  change.kind === 'create'
    ? `create ${change.object.kind} ${change.object.metadata.name}`
    : change.kind === 'edit'
      ? change.edits
          .map(
            ({ path, before, after }) =>
              `${change.ref.kind} ${change.ref.name} ${path.join('/')}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
          )
          .join('; ')
      : change.settings
          .map(({ key, before, after }) => `${change.host} ${key}: ${before} -> ${after}`)
          .join('; ')

it('every code has a remedy, or the reason why there is none', () => {
  const both = [...CODES.keys()].filter((code) => REMEDIES.has(code) === WITHOUT_REMEDY.has(code))
  expect(both).toEqual([])
  for (const reason of WITHOUT_REMEDY.values()) expect(reason).toMatch(/^[A-Z]|^lbctl .*\.$/i)
})

it('what is done in each case stays what it is', async () => {
  const lines = CASES.filter(({ name }) => TREATED.has(name)).map(({ code, name, fault }) => {
    const planned = planFix(factsOfCase(fault), { code })
    const told = planned.map(({ remedy }) =>
      isRemedy(remedy) ? remedy.changes.map(textOf).join('\n    ') : `by hand: ${remedy.reason}`,
    )
    return [`${code} ${name}`, ...told.map((each) => `    ${each}`)].join('\n')
  })
  expect(lines).toHaveLength(TREATED.size)
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../../test/golden/fix/remedies.txt')
})

describe.each(CASES)('$code $name', ({ code, fault }) => {
  const facts = factsOfCase(fault)
  const planned = planFix(facts, { code })

  it('is found, and every finding has a remedy or a reason', () => {
    expect(planned.length).toBeGreaterThan(0)
    for (const { remedy } of planned) if (!isRemedy(remedy)) expect(remedy.reason).toMatch(/\.$/)
  })

  it('is gone after the remedy, and nothing new is found', () => {
    const remedies = planned.map(({ remedy }) => remedy).filter(isRemedy)
    const after = settledFacts(
      patchedFacts(
        facts,
        remedies.flatMap(({ changes }) => changes),
      ),
      facts,
    )
    // What a controller would do to these objects by itself is no consequence of the remedy.
    const before = new Set([facts, settledFacts(facts, facts)].flatMap(findingsOf).map(findingKey))
    const keys = findingsOf(after).map(findingKey)
    const treated = new Set(remedies.map(findingKey))
    expect(keys.filter((key) => treated.has(key) || !before.has(key))).toEqual([])
    for (const { prediction } of remedies) {
      expect(prediction.gone).not.toBe(false)
      expect(prediction.fresh).toEqual([])
    }
  })

  it('is not gone by itself: what made it go away is the remedy', () => {
    const lasting = new Set(findingsOf(settledFacts(facts, facts)).map(findingKey))
    for (const { remedy, code: own, subject } of planned)
      if (isRemedy(remedy) && remedy.prediction.gone === true)
        expect(lasting.has(findingKey({ code: own, subject }))).toBe(true)
  })

  it('says of each value what it was, so that it can be taken back', () => {
    const remedies = planned.map(({ remedy }) => remedy).filter(isRemedy)
    for (const { changes, risk, why, summary } of remedies as readonly Remedy[]) {
      for (const text of [risk, why, summary]) expect(text).toMatch(/^.+[.)]$/)
      for (const change of changes) expectWayBack(change)
    }
  })

  function expectWayBack(change: Change): void {
    if (change.kind === 'create')
      expect(
        findObject(facts, {
          ...change.object,
          name: change.object.metadata.name,
          namespace: change.object.metadata.namespace ?? '',
        }),
      ).toBeUndefined()
    if (change.kind !== 'edit') return
    const object = itemsOf(facts.services).length > 0 ? findObject(facts, change.ref) : undefined
    if (object === undefined) throw new Error(`no ${change.ref.kind} ${change.ref.name}`)
    const after = edited(object, change.edits)
    const back = change.edits.map(({ path, before: was, after: is }) => ({ path, before: is, after: was }))
    expect(stateOf(after, change.edits)).toBe('after')
    expect(edited(after, back)).toEqual(object)
  }
})
