// Which release a legacy configuration was written for, by the keys that it uses (v0.1 … v0.12). Releases up to 0.4 ignored keys
// that they did not know; from 0.5 on they refused them.
import type { Diagnostic } from '../config/diagnostic.ts'
import { report } from './legacy/readers.ts'
import type { Field, LegacyConfig, LegacyPeer, LegacyPool } from './legacy/shape.ts'

/** The `n` of MetalLB 0.n: 1 to 12. */
export type LegacyMinor = number

/** Reads `0.9`, `v0.9.3`, `0.9.x`; undefined for anything but 0.1 to 0.12. */
export function parseLegacyVersion(text: string): LegacyMinor | undefined {
  const match = /^v?0\.(\d{1,2})(\.(\d+|x))?$/.exec(text.trim())
  const minor = Number(match?.[1])
  return minor >= 1 && minor <= 12 ? minor : undefined
}

interface Era {
  readonly since: LegacyMinor
  readonly until: LegacyMinor
}
const between = (since: LegacyMinor, until: LegacyMinor = 12): Era => ({ since, until })

const TOP_KEYS: Partial<Record<keyof LegacyConfig, Era>> = {
  communities: between(1, 2),
  'bgp-communities': between(3),
  'bfd-profiles': between(12),
}
const PEER_KEYS: Partial<Record<keyof LegacyPeer, Era>> = {
  'router-id': between(3),
  'node-selectors': between(4),
  password: between(6),
  'source-address': between(11),
  'keepalive-time': between(12),
  'bfd-profile': between(12),
  'ebgp-multihop': between(12),
}
const POOL_KEYS: Partial<Record<keyof LegacyPool, Era>> = {
  cidr: between(1, 5),
  addresses: between(5),
  protocol: between(3),
  'auto-assign': between(3),
  advertisements: between(1, 2),
  'bgp-advertisements': between(3),
  'arp-network': between(3, 5),
}
const PROTOCOLS: Readonly<Record<string, Era>> = {
  arp: between(3, 5),
  ndp: between(4, 5),
  layer2: between(5),
}

export interface Dialect {
  /** from the keys alone: the releases that know all of them; since > until when there is none */
  readonly era: Era
  /** what the user said */
  readonly assumed: LegacyMinor | undefined
  /** the configuration without the keys that the assumed release ignored */
  readonly config: LegacyConfig
}

interface Evidence {
  readonly era: Era
  readonly field: Field<unknown>
}

/** The releases that fit; warns when none does. With `assumed`, keys of other releases are judged by what that release did. */
export function readDialect(
  config: LegacyConfig,
  assumed: LegacyMinor | undefined,
  diagnostics: Diagnostic[],
): Dialect {
  const evidence = collect(config)
  let first: Evidence | undefined
  let last: Evidence | undefined
  for (const item of evidence) {
    if (first === undefined || item.era.since > first.era.since) first = item
    if (last === undefined || item.era.until < last.era.until) last = item
  }
  const era = between(first?.era.since ?? 1, last?.era.until ?? 12)
  if (assumed !== undefined) {
    for (const item of evidence) judge(item, assumed, diagnostics)
    return { era, assumed, config: assumed <= LAST_LENIENT ? asReadBy(assumed, config) : config }
  }
  if (first !== undefined && last !== undefined && era.since > era.until)
    contradiction(first, last, diagnostics)
  return { era, assumed, config }
}

/** v0.4 was the last release that ignored unknown keys. */
const LAST_LENIENT: LegacyMinor = 4

function asReadBy(release: LegacyMinor, config: LegacyConfig): LegacyConfig {
  const { peers, 'address-pools': pools } = config
  return {
    ...known(config, TOP_KEYS, release),
    ...(peers && {
      peers: {
        ...peers,
        value: peers.value.map((p) => ({ ...p, value: known(p.value, PEER_KEYS, release) })),
      },
    }),
    ...(pools && {
      'address-pools': {
        ...pools,
        value: pools.value.map((p) => ({ ...p, value: known(p.value, POOL_KEYS, release) })),
      },
    }),
  }
}

function known<T extends object>(value: T, eras: Partial<Record<keyof T, Era>>, release: LegacyMinor): T {
  const kept = Object.entries(value).filter(([key]) => {
    const era = eras[key as keyof T]
    return era === undefined || (release >= era.since && release <= era.until)
  })
  return Object.fromEntries(kept) as T
}

function collect(config: LegacyConfig): Evidence[] {
  const evidence: Evidence[] = []
  const add = <T extends object>(value: T, eras: Partial<Record<keyof T, Era>>) => {
    for (const [key, era] of Object.entries(eras) as [keyof T, Era][]) {
      const field = value[key] as Field<unknown> | undefined
      if (field !== undefined) evidence.push({ era, field })
    }
  }
  add(config, TOP_KEYS)
  for (const peer of config.peers?.value ?? []) add(peer.value, PEER_KEYS)
  for (const pool of config['address-pools']?.value ?? []) {
    add(pool.value, POOL_KEYS)
    const protocol = pool.value.protocol
    const era =
      protocol === undefined || !Object.hasOwn(PROTOCOLS, protocol.value)
        ? undefined
        : PROTOCOLS[protocol.value]
    if (protocol !== undefined && era !== undefined) evidence.push({ era, field: protocol })
  }
  return evidence
}

const named = (minor: LegacyMinor): string => `v0.${minor}`

function judge({ era, field }: Evidence, assumed: LegacyMinor, diagnostics: Diagnostic[]): void {
  if (assumed >= era.since && assumed <= era.until) return
  const known =
    era.until === 12 ? `from ${named(era.since)} on` : `from ${named(era.since)} to ${named(era.until)}`
  const ignored = assumed <= LAST_LENIENT
  report(
    { diagnostics },
    'M014',
    ignored ? 'warning' : 'error',
    field.key ?? field.node,
    `"${field.path}" was known ${known}; ${named(assumed)} ${ignored ? 'ignored' : 'refused'} it.`,
    ignored
      ? 'It is left out, because it had no effect there. Without --assume-version it is kept.'
      : 'Check --assume-version, or remove the key.',
  )
}

function contradiction(first: Evidence, last: Evidence, diagnostics: Diagnostic[]): void {
  report(
    { diagnostics },
    'M026',
    'warning',
    last.field.key ?? last.field.node,
    `No MetalLB release knew both "${last.field.path}" (until ${named(last.era.until)}) and "${first.field.path}" (from ${named(first.era.since)} on); each is taken as it was meant.`,
  )
}
