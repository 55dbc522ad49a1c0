// GoBGP; its client speaks to it through a socket in the file system, so no port is taken.
import { writeFileSync } from 'node:fs'
import type { BgpState } from '../../../src/bgp/peer.ts'
import { PeerBase, type PeerCounters } from './bgp-peer-daemon.ts'
import {
  CONNECT_RETRY_SECONDS,
  familyOf,
  isInternal,
  type NeighbourConfig,
  type PeerConfig,
} from './peer-config.ts'
import { communityPair, type PeerRoute, sorted } from './peer-route.ts'

/** The numbers of its interface (SessionState); 0 is said by leaving it out. */
const STATES: readonly BgpState[] = [
  'idle',
  'idle',
  'connect',
  'active',
  'open-sent',
  'open-confirm',
  'established',
]

interface GobgpNeighbour {
  readonly state: {
    readonly session_state?: number
    readonly messages?: { readonly received?: { readonly update?: number } }
  }
  readonly afi_safis?: readonly { readonly state: { readonly received?: number } }[]
}

interface GobgpPath {
  readonly stale?: boolean
  readonly 'neighbor-ip'?: string
  readonly attrs: readonly GobgpAttribute[]
}

interface GobgpAttribute {
  readonly type: number
  readonly value?: unknown
  readonly nexthop?: string
  readonly as_paths?: readonly { readonly asns: readonly number[] }[]
  readonly communities?: readonly number[]
}

const ATTRIBUTE = { nextHop: 3, localPreference: 5, mpReach: 14, large: 32 } as const

export class GobgpPeer extends PeerBase {
  readonly kind = 'gobgpd'

  async start(): Promise<void> {
    writeFileSync(this.file('gobgpd.toml'), gobgpConfig(this.config))
    const listen = ['--api-hosts', this.#target, '--pprof-disable']
    this.spawn(['gobgpd', '-f', this.file('gobgpd.toml'), '-p', '-l', 'debug', ...listen])
    await this.answers(() => this.#neighbour(this.first.neighbour))
    if (this.config.announce !== undefined) await this.announce(...this.config.announce)
  }

  async sessionState(neighbour = this.first.neighbour): Promise<BgpState> {
    const { state } = await this.#neighbour(neighbour)
    return STATES[state.session_state ?? 0] ?? 'idle'
  }

  async routes(neighbour = this.first.neighbour): Promise<readonly PeerRoute[]> {
    const families = this.config.neighbours.find((one) => one.neighbour === neighbour)?.families ?? []
    const routes: PeerRoute[] = []
    for (const family of families) {
      const answer = await this.#gobgp('global', 'rib', '-a', `ipv${family}`, '-j')
      // Nothing at all is printed for no routes.
      const table = JSON.parse(answer.trim() === '' ? '{}' : answer) as Record<string, readonly GobgpPath[]>
      for (const [prefix, paths] of Object.entries(table))
        for (const path of paths)
          if (path['neighbor-ip'] === neighbour) routes.push({ prefix, ...routeOf(path) })
    }
    return routes.sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
  }

  async announce(...prefixes: readonly string[]): Promise<void> {
    for (const prefix of prefixes) await this.#rib('add', prefix)
  }

  async withdraw(...prefixes: readonly string[]): Promise<void> {
    for (const prefix of prefixes) await this.#rib('del', prefix)
  }

  async refresh(): Promise<void> {
    throw new Error(
      'gobgp has no command that sends a ROUTE-REFRESH: softresetin works on what gobgpd has kept',
    )
  }

  async shutDownSession(words: string, neighbour = this.first.neighbour): Promise<void> {
    await this.#gobgp('neighbor', neighbour, 'shutdown', '--reason', words)
  }

  async counters(neighbour = this.first.neighbour): Promise<PeerCounters> {
    const { state, afi_safis = [] } = await this.#neighbour(neighbour)
    return {
      updatesReceived: state.messages?.received?.update ?? 0,
      prefixesReceived: afi_safis.reduce((total, family) => total + (family.state.received ?? 0), 0),
    }
  }

  protected stateText(): Promise<string> {
    return this.#gobgp('neighbor', '-j')
  }

  get #target(): string {
    return `unix://${this.file('gobgp.sock')}`
  }

  #gobgp(...words: readonly string[]): Promise<string> {
    return this.ask('gobgp', '--target', this.#target, ...words)
  }

  async #rib(what: 'add' | 'del', prefix: string): Promise<void> {
    const family = familyOf(prefix)
    const nextHop = family === 4 ? this.config.address4 : this.config.address6
    await this.#gobgp('global', 'rib', '-a', `ipv${family}`, what, prefix, 'nexthop', nextHop)
  }

  async #neighbour(neighbour: string): Promise<GobgpNeighbour> {
    const found = JSON.parse(await this.#gobgp('neighbor', neighbour, '-j')) as GobgpNeighbour | undefined
    if (found === undefined) throw new Error(`gobgpd does not know ${neighbour}`)
    return found
  }
}

const gobgpConfig = (config: PeerConfig): string =>
  [
    '[global.config]',
    `  as = ${config.asn}`,
    `  router-id = "${config.routerId}"`,
    ...config.neighbours.flatMap((one) => neighbourLines(config, one)),
    '',
  ].join('\n')

function neighbourLines(config: PeerConfig, one: NeighbourConfig): string[] {
  const hold = one.holdTimeSeconds ?? 90
  const link = one.link === undefined ? '' : `%${one.link}`
  const remote = typeof one.remoteAsn === 'number' ? one.remoteAsn : isInternal(config, one) ? config.asn : 0
  const sections: readonly (readonly [name: string, ...string[]] | false)[] = [
    [
      'config',
      `neighbor-address = "${one.neighbour}${link}"`,
      `peer-as = ${remote}`,
      ...(one.password === undefined ? [] : [`auth-password = "${one.password}"`]),
    ],
    [
      'timers.config',
      `hold-time = ${hold}`,
      `keepalive-interval = ${Math.max(1, Math.floor(hold / 3))}`,
      `connect-retry = ${CONNECT_RETRY_SECONDS}`,
      `idle-hold-time-after-reset = ${CONNECT_RETRY_SECONDS}`,
    ],
    [
      'transport.config',
      `passive-mode = ${one.passive === true}`,
      ...(one.localAddress === undefined ? [] : [`local-address = "${one.localAddress}"`]),
    ],
    one.multihop !== undefined && [
      'ebgp-multihop.config',
      'enabled = true',
      `multihop-ttl = ${one.multihop}`,
    ],
    one.ttlSecurity === true && ['ttl-security.config', 'enabled = true', 'ttl-min = 255'],
    one.gracefulRestart === true && [
      'graceful-restart.config',
      'enabled = true',
      'restart-time = 120',
      'helper-only = true',
    ],
  ]
  return [
    '[[neighbors]]',
    ...sections.flatMap((section) => {
      if (section === false) return []
      const [name, ...lines] = section
      return [`  [neighbors.${name}]`, ...lines.map((line) => `    ${line}`)]
    }),
    ...one.families.flatMap((family) => [
      '  [[neighbors.afi-safis]]',
      '    [neighbors.afi-safis.config]',
      `      afi-safi-name = "ipv${family}-unicast"`,
      ...(one.gracefulRestart === true
        ? ['    [neighbors.afi-safis.mp-graceful-restart.config]', '      enabled = true']
        : []),
      ...(one.maximumPrefixes === undefined
        ? []
        : [
            '    [neighbors.afi-safis.prefix-limit.config]',
            `      max-prefixes = ${one.maximumPrefixes}`,
            '      shutdown-threshold-pct = 90',
          ]),
    ]),
  ]
}

function routeOf({ attrs, stale }: GobgpPath): Omit<PeerRoute, 'prefix'> {
  const find = (type: number) => attrs.find((attribute) => attribute.type === type)
  const nextHop = find(ATTRIBUTE.mpReach)?.nexthop ?? find(ATTRIBUTE.nextHop)?.nexthop
  const preference = find(ATTRIBUTE.localPreference)?.value
  const large = (find(ATTRIBUTE.large)?.value ?? []) as {
    ASN: number
    LocalData1: number
    LocalData2: number
  }[]
  return {
    nextHops: nextHop === undefined ? [] : [nextHop],
    asPath: attrs.flatMap(({ as_paths = [] }) => as_paths.flatMap(({ asns }) => asns)),
    localPreference: typeof preference === 'number' ? preference : undefined,
    communities: sorted(
      attrs.flatMap(({ communities = [] }) =>
        communities.map((value) => communityPair(value >>> 16, value & 0xffff)),
      ),
    ),
    largeCommunities: sorted(large.map((one) => `${one.ASN}:${one.LocalData1}:${one.LocalData2}`)),
    stale: stale === true,
  }
}
