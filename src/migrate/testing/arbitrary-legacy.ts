// For tests: legacy configurations of any release, valid by the rules of that release, as values and as text.
import fc from 'fast-check'
import { formatIp } from '../../net/ip.ts'

export interface GeneratedPool {
  readonly name: string
  readonly protocol: 'bgp' | 'layer2' | 'arp' | undefined
  /** as written */
  readonly addresses: readonly string[]
  readonly arpNetwork: string | undefined
  readonly autoAssign: boolean | undefined
  readonly avoidBuggyIps: boolean | undefined
  readonly advertisements: readonly GeneratedAdvertisement[]
}

export interface GeneratedAdvertisement {
  readonly aggregationLength: number | undefined
  readonly localPref: number | undefined
  readonly communities: readonly string[]
}

export interface GeneratedConfig {
  /** the `n` of 0.n */
  readonly release: number
  readonly pools: readonly GeneratedPool[]
  readonly text: string
}

const v4 = (value: number): string => formatIp({ family: 4, value: BigInt(value) })

/** Each pool lives in its own /16 below 10.0.0.0/8, so that pools never overlap. */
function poolAddresses(index: number, ranges: boolean): fc.Arbitrary<string[]> {
  const base = (10 << 24) + (index << 16)
  const block = (slot: number) =>
    fc.integer({ min: 24, max: 32 }).map((length) => `${v4(base + slot * 256)}/${length}`)
  const range = (slot: number) =>
    fc
      .tuple(fc.nat(255), fc.nat(255))
      .map(([a, b]) => `${v4(base + slot * 256 + Math.min(a, b))}-${v4(base + slot * 256 + Math.max(a, b))}`)
  const entry = (slot: number) => (ranges ? fc.oneof(block(slot), range(slot)) : block(slot))
  return fc
    .integer({ min: 1, max: 3 })
    .chain(
      (count) =>
        fc.tuple(...Array.from({ length: count }, (_, slot) => entry(slot))) as fc.Arbitrary<string[]>,
    )
}

const advertisement: fc.Arbitrary<GeneratedAdvertisement> = fc.record({
  aggregationLength: fc.option(fc.constant(32), { nil: undefined }),
  // One local preference for all: two on one pool contradict each other by today's rules.
  localPref: fc.constant(undefined),
  communities: fc.uniqueArray(fc.constantFrom('64512:1', '65535:65281', 'no-export'), { maxLength: 2 }),
})

function pool(index: number, release: number): fc.Arbitrary<GeneratedPool> {
  const protocols =
    release <= 2 ? [undefined] : release <= 4 ? (['bgp', 'arp'] as const) : (['bgp', 'layer2'] as const)
  return fc
    .record({
      name: fc.constantFrom(`pool-${index}`, `Pool_${index}`, `0${index}-numbered`),
      protocol: fc.constantFrom(...protocols),
      addresses: poolAddresses(index, release >= 5),
      withNetwork: fc.boolean(),
      autoAssign: release >= 3 ? fc.option(fc.boolean(), { nil: undefined }) : fc.constant(undefined),
      avoidBuggyIps: fc.option(fc.boolean(), { nil: undefined }),
      advertisements: fc.array(advertisement, { maxLength: 3 }),
    })
    .map(({ withNetwork, ...generated }) => ({
      ...generated,
      // An ARP pool must lie inside its network; its default is the /24 of the first block, so one block only then.
      addresses:
        generated.protocol === 'arp' && !withNetwork ? generated.addresses.slice(0, 1) : generated.addresses,
      arpNetwork: generated.protocol === 'arp' && withNetwork ? `10.${index}.0.0/16` : undefined,
      advertisements:
        generated.protocol === 'bgp' || generated.protocol === undefined ? generated.advertisements : [],
    }))
}

export const legacyConfig: fc.Arbitrary<GeneratedConfig> = fc
  .constantFrom(1, 2, 3, 4, 5, 7, 9, 12)
  .chain((release) =>
    fc
      .integer({ min: 1, max: 4 })
      .chain((count) =>
        fc.tuple(
          fc.constant(release),
          fc.tuple(...Array.from({ length: count }, (_, i) => pool(i, release))),
        ),
      ),
  )
  .map(([release, pools]) => ({ release, pools, text: printLegacy(release, pools) }))

function printLegacy(release: number, pools: readonly GeneratedPool[]): string {
  const lines = [
    release <= 2 ? 'communities:' : 'bgp-communities:',
    '  no-export: 65535:65281',
    'address-pools:',
  ]
  for (const p of pools) {
    lines.push(`- name: ${p.name}`)
    if (p.protocol !== undefined) lines.push(`  protocol: ${p.protocol}`)
    lines.push(release <= 4 ? '  cidr:' : '  addresses:', ...p.addresses.map((a) => `  - ${a}`))
    if (p.arpNetwork !== undefined) lines.push(`  arp-network: ${p.arpNetwork}`)
    if (p.autoAssign !== undefined) lines.push(`  auto-assign: ${p.autoAssign ? 'yes' : 'no'}`)
    if (p.avoidBuggyIps !== undefined) lines.push(`  avoid-buggy-ips: ${p.avoidBuggyIps}`)
    if (p.advertisements.length > 0) lines.push(release <= 2 ? '  advertisements:' : '  bgp-advertisements:')
    for (const a of p.advertisements) {
      const fields = [
        ...(a.aggregationLength === undefined ? [] : [`aggregation-length: ${a.aggregationLength}`]),
        `communities: [${a.communities.map((c) => `"${c}"`).join(', ')}]`,
      ]
      lines.push(`  - ${fields.join('\n    ')}`)
    }
  }
  return `${lines.join('\n')}\n`
}
