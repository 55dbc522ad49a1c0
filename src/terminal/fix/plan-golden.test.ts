// What a person reads at 80 columns, with colours and without; and what a repository gets.
import { describe, expect, it } from 'vitest'
import { FAULT_CASES } from '../../diagnose/cluster/testing/all-cases.ts'
import { factsOf, healthyWorld } from '../../diagnose/cluster/testing/world.ts'
import type { HostSettings } from '../../fix/host-settings.ts'
import { planFix } from '../../fix/plan-fix.ts'
import { planHostFix } from '../../fix/plan-host-fix.ts'
import { isRemedy } from '../../fix/remedy.ts'
import { columnsOf } from '../wrap.ts'
import { renderList, renderObjects, renderPlan } from './plan.ts'

const WIDTH = 80
const STYLE = { width: WIDTH, verbose: false, manual: () => ['- See what it is, and do something about it.'] }
const HOST: HostSettings = {
  host: 'node-a',
  interfaces: ['eth0', 'eth1', 'lo'],
  values: {
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.eth0.rp_filter': '1',
    'net.ipv4.conf.eth1.rp_filter': '1',
    'net.ipv4.conf.lo.rp_filter': '1',
    'net.ipv4.conf.all.arp_ignore': '0',
    'net.ipv4.conf.all.arp_announce': '2',
  },
}

function caseOf(name: string) {
  const found = FAULT_CASES.find((each) => each.name === name)
  if (found === undefined) throw new Error(name)
  const world = healthyWorld()
  found.fault(world)
  const facts = factsOf(world)
  return { facts, planned: planFix(facts, { code: found.code }) }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is colours that are taken out
const plain = (text: string): string => text.replaceAll(/\u001b\[[\d;]*m/g, '')
/** Lines of a diff are what they are. */
const isDiff = (line: string): boolean =>
  /^[-+@ ]/.test(line) && !/^ {2,}(Fix|Why|Risk|Undo|Then|Left)/.test(line)

const TEXTS: readonly (readonly [string, () => Parameters<typeof renderPlan>])[] = [
  ['create', () => plan('a pool that no advertisement selects')],
  ['label', () => plan('every node is excluded from load balancers')],
  ['text', () => plan('IPVS without strictARP')],
  ['by-hand', () => plan('two pools with the same addresses')],
  [
    'host',
    () => [[planHostFix('F30', HOST, undefined), planHostFix('F19', HOST, undefined)], style(undefined)],
  ],
]

const style = (facts: Parameters<typeof renderPlan>[1]['facts']) => ({
  ...STYLE,
  colorLevel: 0 as const,
  facts,
})
function plan(name: string): Parameters<typeof renderPlan> {
  const { facts, planned } = caseOf(name)
  return [planned, style(facts)]
}

describe.each(TEXTS)('fix, %s', (name, make) => {
  it.each([
    ['', 0],
    ['-colour', 1],
  ] as const)('reads as it should%s', async (suffix, colorLevel) => {
    const [planned, own] = make()
    const text = renderPlan(planned, { ...own, colorLevel })
    await expect(text).toMatchFileSnapshot(`../../../test/golden/fix/plan-${name}${suffix}.txt`)
    const lines = plain(text).split('\n')
    expect(lines.filter((line) => columnsOf(line) > WIDTH && !isDiff(line))).toEqual([])
    if (colorLevel === 0) expect(plain(text)).toBe(text)
  })
})

it('the list has what can be fixed first', async () => {
  const world = healthyWorld()
  for (const name of ['a pool that no advertisement selects', 'machines of AWS', 'IPVS without strictARP'])
    FAULT_CASES.find((each) => each.name === name)?.fault(world)
  const text = renderList(planFix(factsOf(world)), style(undefined))
  await expect(text).toMatchFileSnapshot('../../../test/golden/fix/list.txt')
  expect(text.split('\n').filter((line) => columnsOf(line) > WIDTH)).toEqual([])
})

it('an object with a hidden value is never printed as a whole', () => {
  const world = healthyWorld()
  FAULT_CASES.find(({ name }) => name === 'ebgpMultiHop within one AS')?.fault(world)
  for (const { metadata, ...object } of world.planes.configuration)
    if (metadata.name === 'tor') Object.assign(object['spec'] as object, { password: '(hidden)' })
  const facts = factsOf(world)
  const changes = planFix(facts, { code: 'F05' }).flatMap(({ remedy }) =>
    isRemedy(remedy) ? remedy.changes : [],
  )
  expect(renderObjects(changes, facts)).toBe(
    [
      '# Only what changes, for kubectl patch --type merge: the object holds values that lbctl hides.',
      'apiVersion: metallb.io/v1beta2',
      'kind: BGPPeer',
      'metadata:',
      '  name: tor',
      '  namespace: metallb-system',
      'spec:',
      '  ebgpMultiHop: null',
      '',
    ].join('\n'),
  )
})
