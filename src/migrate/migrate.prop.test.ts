import fc from 'fast-check'
import { Netmask } from 'netmask'
import { describe, expect, it } from 'vitest'
import { readObjects } from '../config/objects/read-objects.ts'
import { printYaml } from '../config/print.ts'
import type { BGPAdvertisementSpec } from '../config/schema/advertisement-kinds.ts'
import type { IPAddressPoolSpec } from '../config/schema/pool-kinds.ts'
import { validate } from '../config/validate.ts'
import { renderObjectsYaml } from '../terminal/migration/objects.ts'
import { afterMigration } from './services/after.ts'
import {
  type GeneratedAdvertisement,
  type GeneratedConfig,
  type GeneratedPool,
  legacyConfig,
} from './testing/arbitrary-legacy.ts'
import { documentsOf, migrateText, objectsOf, parseAll } from './testing/migrate-text.ts'

const number = (dotted: string): number =>
  dotted.split('.').reduce((value, octet) => value * 256 + Number(octet), 0)
const dotted = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')

/** Every address that the old release would hand out, one by one, by the words of its documentation. */
function allocatable(pool: GeneratedPool, release: number): Set<string> {
  const all = new Set<string>()
  for (const entry of pool.addresses) {
    const [first = '', last] = entry.split('-')
    const block = last === undefined ? new Netmask(entry) : undefined
    const from = number(block?.base ?? first)
    const to = block === undefined ? number(last ?? '') : from + block.size - 1
    for (let value = from; value <= to; value++) all.add(dotted(value))
  }
  if (pool.protocol === 'arp' && (release === 3 || release === 4)) {
    const network = new Netmask(pool.arpNetwork ?? `${pool.addresses[0]?.split('/')[0]}/24`)
    all.delete(network.base)
    if (network.broadcast !== undefined) all.delete(network.broadcast)
  }
  if (pool.avoidBuggyIps === true)
    for (const address of all) if (/\.(0|255)$/.test(address)) all.delete(address)
  return all
}

const migrated = ({ text, release }: GeneratedConfig) => migrateText(text, { assumeVersion: release })
const empty = ({ pools, release }: GeneratedConfig) =>
  pools.some(
    (pool) => pool.protocol === 'arp' && allocatable({ ...pool, avoidBuggyIps: false }, release).size === 0,
  )

const effect = (a: Pick<GeneratedAdvertisement, 'aggregationLength' | 'communities'>) =>
  `${a.aggregationLength ?? 32} ${[...a.communities].sort().join()}`

describe('for any legacy configuration that its release accepted', () => {
  it('the addresses that can be handed out are the same before and after', () => {
    fc.assert(
      fc.property(legacyConfig, (config) => {
        fc.pre(!empty(config))
        const result = migrated(config)
        expect(result.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message)).toEqual([])
        const pools = objectsOf(result).filter((o) => o.kind === 'IPAddressPool')
        for (const [index, pool] of config.pools.entries()) {
          const spec = pools[index]?.['spec'] as IPAddressPoolSpec
          const after = allocatable(
            { ...pool, protocol: 'layer2', addresses: spec.addresses, avoidBuggyIps: spec.avoidBuggyIPs },
            12,
          )
          expect(after).toEqual(allocatable(pool, config.release))
          expect(spec.autoAssign ?? true).toBe(pool.autoAssign ?? true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('each pool is announced as before', () => {
    fc.assert(
      fc.property(legacyConfig, (config) => {
        fc.pre(!empty(config))
        const objects = objectsOf(migrated(config))
        const pools = objects.filter((o) => o.kind === 'IPAddressPool')
        for (const [index, pool] of config.pools.entries()) {
          const name = pools[index]?.metadata.name ?? ''
          const of = (kind: string) =>
            objects
              .filter((o) => o.kind === kind)
              .map((o) => o['spec'] as BGPAdvertisementSpec)
              .filter((spec) => spec.ipAddressPools?.includes(name))
          const bgp =
            pool.protocol === 'bgp' || (pool.protocol === undefined && pool.advertisements.length > 0)
          const listed =
            pool.advertisements.length > 0 || !bgp
              ? pool.advertisements
              : [{ aggregationLength: undefined, communities: [] }]
          expect(of('L2Advertisement')).toHaveLength(
            pool.protocol === 'layer2' || pool.protocol === 'arp' ? 1 : 0,
          )
          const announced = of('BGPAdvertisement').map((spec) =>
            effect({ aggregationLength: spec.aggregationLength, communities: spec.communities ?? [] }),
          )
          expect(new Set(announced)).toEqual(new Set(bgp ? listed.map(effect) : []))
          expect(announced).toHaveLength(new Set(announced).size)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('the result is valid, prints and reads back as it is, and migrates to itself', () => {
    fc.assert(
      fc.property(legacyConfig, (config) => {
        fc.pre(!empty(config))
        const result = migrated(config)
        const yaml = renderObjectsYaml(result.planned)
        expect(parseAll(yaml)).toEqual(objectsOf(result).map((o) => JSON.parse(JSON.stringify(o))))
        const { objects, diagnostics } = readObjects(documentsOf(yaml).documents)
        expect([...diagnostics, ...validate(objects, {})].filter((d) => d.severity === 'error')).toEqual([])
        expect(renderObjectsYaml(migrateText(yaml).planned)).toBe(yaml)
      }),
      { numRuns: 200 },
    )
  })

  it('the proof looks at addresses as the allocator does', () => {
    fc.assert(
      fc.property(legacyConfig, fc.nat(0xffff), fc.nat(3), (config, offset, slot) => {
        fc.pre(!empty(config))
        const after = afterMigration(objectsOf(migrated(config)), false)
        const value = (10 << 24) + (slot << 16) + offset
        const held = config.pools.some((pool) => allocatable(pool, config.release).has(dotted(value)))
        expect(after({ family: 4, value: BigInt(value) }) !== undefined).toBe(held)
      }),
    )
  })
})

it('never throws, whatever the text says, and every error has a place', () => {
  const key = fc.constantFrom(
    'peers',
    'address-pools',
    'name',
    'protocol',
    'addresses',
    'cidr',
    'kind',
    'data',
    'config',
    'configInline',
    'items',
    'metadata',
    'spec',
    'apiVersion',
    'bgp-advertisements',
    'node-selectors',
    'match-labels',
    'bfd-profiles',
    'bgp-communities',
    'peer-autodiscovery',
    'defaults',
    'hold-time',
    'password',
    'x',
  )
  const leaf = fc.oneof(
    fc.constantFrom(
      'ConfigMap',
      'List',
      'BGPPeer',
      'AddressPool',
      'metallb.io/v1beta1',
      'bgp',
      'layer2',
      '10.0.0.0/24',
      '10.0.0.1-10.0.0.9',
      '90s',
      'address-pools: [{name: a}]',
      'peers: x',
    ),
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const tree = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc
        .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 5, selector: ([k]) => k })
        .map((entries) => Object.fromEntries(entries)),
    ),
  })).value
  fc.assert(
    fc.property(tree, (value) => {
      const { diagnostics, planned } = migrateText(printYaml(value))
      for (const d of diagnostics) if (d.severity === 'error') expect(d.at).toBeDefined()
      if (diagnostics.some((d) => d.severity === 'error')) expect(planned).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
