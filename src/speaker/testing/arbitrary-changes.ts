// For tests: random changes of everything that the speaker knows.
import fc from 'fast-check'
import { compileSelector } from '../../config/semantics/selector.ts'
import { parseIp } from '../../net/ip.ts'
import { compileConfiguration } from '../configuration/compile.ts'
import type { Peer } from '../configuration/configuration.ts'
import type { ConfigurationFact, FactChange } from '../facts/facts.ts'
import { memberSets, NODES, nodeFact, resourceSets, serviceFacts, sliceFacts } from './arbitrary-world.ts'

const zoneA = compileSelector({ matchLabels: { zone: 'a' } })

export const peer = (name: string, address: string, holdTimeSeconds: number, zoned: boolean): Peer => ({
  name,
  nodes: zoned && zoneA.ok ? [zoneA.value] : [],
  password: undefined,
  bfd: undefined,
  session: {
    peer: name,
    namespace: undefined,
    remote: { kind: 'address', address: parseIp(address) ?? { family: 4, value: 1n } },
    port: 179,
    localAsn: 64500,
    myAsn: 64500,
    peerAsn: 64501,
    internal: false,
    routerId: undefined,
    holdTimeSeconds,
    keepaliveTimeSeconds: 30,
    timersFrom: 'default',
    connectTimeSeconds: undefined,
    families: [4],
    password: undefined,
    source: undefined,
    vrf: undefined,
    multihop: false,
    gracefulRestart: false,
    bfdProfile: undefined,
  },
})

const peers = fc
  .tuple(fc.subarray(['tor-a', 'tor-b', 'spine']), fc.constantFrom(90, 180), fc.boolean())
  .map(([names, hold, zoned]) =>
    names.map((name, index) => peer(name, `192.0.2.${index + 1}`, hold, zoned && index === 0)),
  )

const valid = fc.tuple(resourceSets, peers).map(([resources, some]): ConfigurationFact => {
  const compiled = compileConfiguration(resources)
  return compiled.ok ? { ok: true, value: { ...compiled.value, peers: some } } : compiled
})
const configuration: fc.Arbitrary<ConfigurationFact> = fc.oneof(
  { weight: 5, arbitrary: valid },
  fc.constant<ConfigurationFact>({
    ok: false,
    error: [
      { code: 'V102', severity: 'error', message: 'broken', subject: { kind: 'IPAddressPool', name: 'lan' } },
    ],
  }),
)

export const factChange: fc.Arbitrary<FactChange> = fc.oneof(
  {
    weight: 2,
    arbitrary: configuration.map((each): FactChange => ({ kind: 'configuration', configuration: each })),
  },
  { weight: 8, arbitrary: serviceFacts.map((service): FactChange => ({ kind: 'service', service })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('web', 'mail', 'dns')
      .map((name): FactChange => ({ kind: 'service-deleted', namespace: 'shop', name })),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom('web', 'mail', 'dns'), fc.constantFrom('one', 'two', 'three'))
      .chain(([service, name]) => sliceFacts(service, name))
      .map((slice): FactChange => ({ kind: 'slice', slice })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('one', 'two', 'three')
      .map((name): FactChange => ({ kind: 'slice-deleted', namespace: 'shop', name })),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...NODES)
      .chain((name) => nodeFact(name))
      .map((node): FactChange => ({ kind: 'node', node })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...NODES).map((name): FactChange => ({ kind: 'node-deleted', name })),
  },
  { weight: 2, arbitrary: memberSets.map((members): FactChange => ({ kind: 'members', members })) },
  {
    weight: 1,
    arbitrary: fc
      .subarray(['eth0', 'eth1', 'bond0'])
      .map((names): FactChange => ({ kind: 'interfaces', names: new Set(names) })),
  },
)

/** A valid configuration, all nodes, a Service with endpoints: so that the changes after it have something to change. */
export const startingFacts: fc.Arbitrary<FactChange[]> = fc
  .tuple(valid, serviceFacts, sliceFacts('web', 'one'), fc.tuple(...NODES.map((name) => nodeFact(name))))
  .map(([each, service, slice, nodes]): FactChange[] => [
    { kind: 'configuration', configuration: each },
    { kind: 'service', service: { ...service, name: 'web' } },
    { kind: 'slice', slice },
    { kind: 'interfaces', names: new Set(['eth0', 'eth1']) },
    ...nodes.map((node): FactChange => ({ kind: 'node', node })),
  ])
