import { expect, it } from 'vitest'
import type { OutboundRoutes } from '../../bgp/outbound.ts'
import type { BgpAdvertisement, BgpPeerOptions } from '../../bgp/peer.ts'
import { readObjects } from '../../config/objects/read-objects.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { formatIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import { changesBetween } from '../facts/fact-set.ts'
import type { FactChange } from '../facts/facts.ts'
import { factsFromObjects } from '../facts/facts-from-objects.ts'
import type { LogRecord } from '../report/log-record.ts'
import { SpeakerRunner } from './speaker-runner.ts'

const POOL = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: p, namespace: metallb-system}
spec: {addresses: [192.0.2.0/24]}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: l2, namespace: metallb-system}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: bgp, namespace: metallb-system}
---
`
const peer = (name: string, address: string): string =>
  `apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: ${name}, namespace: metallb-system}\nspec: {myASN: 64512, peerASN: 64513, peerAddress: ${address}}\n---\n`
const service = (name: string, address: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, annotations: {metallb.io/loadBalancerIPs: ${address}}}\nspec: {type: LoadBalancer}\n---\n`

function facts(yaml: string): FactChange[] {
  const read = readObjects(parseYaml(new Source('x.yaml', yaml)).documents)
  return changesBetween(undefined, factsFromObjects(read, { outsideCluster: true }))
}

/** Sessions that remember what they were given. */
class FakeSessions {
  readonly given = new Map<string, Map<string, BgpAdvertisement>>()
  wholes = 0

  setPeers(peers: readonly BgpPeerOptions[]): void {
    for (const name of this.given.keys())
      if (!peers.some((each) => each.name === name)) this.given.delete(name)
    for (const { name } of peers) if (!this.given.has(name)) this.given.set(name, new Map())
    this.#routes = new Map(peers.map(({ name }) => [name, this.#routes.get(name) ?? this.#made(name)]))
  }

  #routes = new Map<string, OutboundRoutes>()

  routes(name: string): OutboundRoutes | undefined {
    return this.#routes.get(name)
  }

  #made(name: string): OutboundRoutes {
    const table = () => this.given.get(name) ?? new Map<string, BgpAdvertisement>()
    return {
      setDesired: (all: Iterable<BgpAdvertisement>) => {
        this.wholes++
        table().clear()
        for (const each of all) table().set(formatPrefix(each.prefix), each)
      },
      announce: (each: BgpAdvertisement) => table().set(formatPrefix(each.prefix), each),
      withdraw: (prefix: BgpAdvertisement['prefix']) => table().delete(formatPrefix(prefix)),
    } as unknown as OutboundRoutes
  }

  get table(): Record<string, string[]> {
    return Object.fromEntries([...this.given].map(([name, routes]) => [name, [...routes.keys()].sort()]))
  }
}

function runner() {
  const bgp = new FakeSessions()
  const sets: string[][] = []
  const told: number[] = []
  const held = new Set<string>()
  const gates: (() => void)[] = []
  const records: LogRecord[] = []
  let holds = false
  const speaker = new SpeakerRunner({
    options: {
      nodeName: 'me',
      loadBalancerClass: undefined,
      ignoreExcludeLabel: false,
      compatVersion: '0.16.1',
      outsideCluster: true,
    },
    bgp,
    layer2: {
      change: (changes) => {
        told.push(changes.length)
        for (const { address, interfaces } of changes)
          if (interfaces === undefined) held.delete(formatIp(address))
          else held.add(formatIp(address))
        sets.push([...held].sort())
        return holds ? new Promise((resolve) => gates.push(resolve)) : Promise.resolve()
      },
    },
    log: (record) => records.push(record),
    nowMs: () => 0,
  })
  return { speaker, bgp, sets, told, gates, records, hold: (value: boolean) => (holds = value) }
}

it('hands routes to the sessions and addresses to the links', async () => {
  const { speaker, bgp, sets } = runner()
  speaker.apply(facts(POOL + peer('a', '198.51.100.1') + service('web', '192.0.2.1')))
  await speaker.settled()
  expect(bgp.table).toEqual({ a: ['192.0.2.1/32'] })
  expect(sets.at(-1)).toEqual(['192.0.2.1'])
  speaker.apply([{ kind: 'service-deleted', namespace: 'default', name: 'web' }])
  await speaker.settled()
  expect(bgp.table).toEqual({ a: [] })
  expect(sets.at(-1)).toEqual([])
})

it('a peer that comes later gets everything, and the others nothing anew', async () => {
  const { speaker, bgp } = runner()
  const before = POOL + peer('a', '198.51.100.1') + service('web', '192.0.2.1') + service('db', '192.0.2.2')
  speaker.apply(facts(before))
  const wholes = bgp.wholes
  speaker.apply(facts(before + peer('b', '198.51.100.2')).filter(({ kind }) => kind === 'configuration'))
  expect(bgp.table).toEqual({ a: ['192.0.2.1/32', '192.0.2.2/32'], b: ['192.0.2.1/32', '192.0.2.2/32'] })
  expect(bgp.wholes).toBe(wholes + 1)
})

it('what changes while the links are busy is handed over once, as it is then', async () => {
  const { speaker, sets, told, gates, hold } = runner()
  hold(true)
  speaker.apply(facts(POOL + service('web', '192.0.2.1')))
  for (const last of [2, 3, 4])
    speaker.apply(facts(service(`s${last}`, `192.0.2.${last}`)).filter(({ kind }) => kind === 'service'))
  expect(sets).toEqual([['192.0.2.1']])
  hold(false)
  gates.shift()?.()
  await speaker.settled()
  expect(sets).toHaveLength(2)
  expect(sets.at(-1)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])
  expect(told).toEqual([1, 3])
})

it('decides while the links are held, and tells them what is so in the end', async () => {
  const { speaker, bgp, sets, told } = runner()
  speaker.holdLinks()
  speaker.apply(facts(POOL + peer('a', '198.51.100.1') + service('web', '192.0.2.1')))
  await speaker.settled()
  expect(sets).toEqual([])
  expect(bgp.table).toEqual({ a: ['192.0.2.1/32'] })
  speaker.apply(facts(service('db', '192.0.2.2')).filter(({ kind }) => kind === 'service'))
  speaker.apply([{ kind: 'service-deleted', namespace: 'default', name: 'web' }])
  speaker.releaseLinks()
  await speaker.settled()
  expect(sets).toEqual([['192.0.2.2']])
  expect(told).toEqual([2])
})

it('logs in the words of MetalLB', () => {
  const { speaker, records } = runner()
  speaker.apply(facts(POOL + service('web', '192.0.2.1')))
  const announced = records.filter(({ fields }) => fields['event'] === 'serviceAnnounced')
  expect(announced.map(({ fields }) => fields['protocol']).sort()).toEqual(['bgp', 'layer2'])
  speaker.apply([{ kind: 'service-deleted', namespace: 'default', name: 'web' }])
  const gone = records.filter(({ fields }) => fields['event'] === 'serviceWithdrawn')
  expect(gone.map(({ fields }) => fields['reason'])).toEqual(['serviceDeleted', 'serviceDeleted'])
  speaker.apply(
    facts(POOL.replace('192.0.2.0/24', 'nonsense')).filter(({ kind }) => kind === 'configuration'),
  )
  expect(records.at(-1)).toMatchObject({
    level: 'error',
    fields: { controller: 'ConfigReconciler', place: 'x.yaml:5:20' },
  })
  expect(records.at(-1)?.fields['msg']).toBeUndefined()
})
