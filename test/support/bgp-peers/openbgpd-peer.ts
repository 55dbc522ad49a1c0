// OpenBGPD, the portable edition: four processes, two of them in a root directory below /run, which it gets to itself.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { BgpState } from '../../../src/bgp/peer.ts'
import { PeerBase, type PeerCounters } from './bgp-peer-daemon.ts'
import { CONNECT_RETRY_SECONDS, isInternal, type NeighbourConfig, type PeerConfig } from './peer-config.ts'
import { communityText, numbersIn, type PeerRoute, sorted } from './peer-route.ts'

const STATES: Readonly<Record<string, BgpState>> = {
  None: 'idle',
  Idle: 'idle',
  Connect: 'connect',
  Active: 'active',
  OpenSent: 'open-sent',
  OpenConfirm: 'open-confirm',
  Established: 'established',
}

interface OpenbgpdNeighbour {
  readonly state: string
  readonly stats: {
    readonly prefixes: { readonly received: number }
    readonly message: { readonly received: { readonly updates: number } }
  }
}

interface OpenbgpdRoute {
  readonly prefix: string
  readonly aspath: string
  readonly exit_nexthop: string
  readonly localpref?: number
  readonly communities?: readonly string[]
  readonly large_communities?: readonly string[]
  readonly stale?: boolean
}

export class OpenbgpdPeer extends PeerBase {
  readonly kind = 'openbgpd'

  async start(): Promise<void> {
    // It refuses a file that others can read.
    writeFileSync(this.file('bgpd.conf'), openbgpdConfig(this.config, this.#socket), { mode: 0o600 })
    // For IPv6 routes over an IPv4 session it says the first address of the loopback, whatever the filter sets; this makes it
    // the right one.
    this.lab.ip(this.namespace, `-6 addr replace ${this.config.address6}/128 dev lo`)
    // `ip netns exec` gives the program mounts of its own, so this /run is nobody else's.
    const run = 'mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/openbgpd && exec bgpd -dvv -f "$0"'
    this.spawn(['sh', '-c', run, this.file('bgpd.conf')])
    await this.answers(() => this.#neighbour(this.first.neighbour))
  }

  async sessionState(neighbour = this.first.neighbour): Promise<BgpState> {
    const { state } = await this.#neighbour(neighbour)
    const known = STATES[state]
    if (known === undefined) throw new Error(`openbgpd knows a state ${state}`)
    return known
  }

  async routes(neighbour = this.first.neighbour): Promise<readonly PeerRoute[]> {
    const answer = await this.#bgpctl('-j', 'show', 'rib', 'detail', 'in', 'neighbor', neighbour)
    const { rib = [] } = JSON.parse(answer) as { rib?: readonly OpenbgpdRoute[] }
    return rib.map(routeOf).sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
  }

  async announce(...prefixes: readonly string[]): Promise<void> {
    await this.#bulk('add', prefixes)
  }

  async withdraw(...prefixes: readonly string[]): Promise<void> {
    await this.#bulk('delete', prefixes)
  }

  async refresh(neighbour = this.first.neighbour): Promise<void> {
    await this.#bgpctl('neighbor', neighbour, 'refresh')
  }

  async shutDownSession(words: string, neighbour = this.first.neighbour): Promise<void> {
    await this.#bgpctl('neighbor', neighbour, 'down', words)
  }

  async counters(neighbour = this.first.neighbour): Promise<PeerCounters> {
    const { stats } = await this.#neighbour(neighbour)
    return {
      updatesReceived: stats.message.received.updates,
      prefixesReceived: stats.prefixes.received,
    }
  }

  protected stateText(): Promise<string> {
    return this.#bgpctl('show', 'neighbor')
  }

  get #socket(): string {
    return this.file('bgpd.sock')
  }

  #bgpctl(...words: readonly string[]): Promise<string> {
    return this.ask('bgpctl', '-s', this.#socket, ...words)
  }

  /** Prefixes go in through standard input, many in one call. */
  #bulk(what: 'add' | 'delete', prefixes: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const args = ['-s', this.#socket, 'network', 'bulk', what]
      const child = execFile('bgpctl', args, (error) => (error === null ? resolve() : reject(error)))
      child.stdin?.end(prefixes.map((prefix) => `${prefix}\n`).join(''))
    })
  }

  async #neighbour(neighbour: string): Promise<OpenbgpdNeighbour> {
    const answer = JSON.parse(await this.#bgpctl('-j', 'show', 'neighbor', neighbour)) as {
      neighbors?: readonly OpenbgpdNeighbour[]
    }
    const [found] = answer.neighbors ?? []
    if (found === undefined) throw new Error(`openbgpd does not know ${neighbour}`)
    return found
  }
}

const openbgpdConfig = (config: PeerConfig, socket: string): string =>
  [
    `AS ${config.asn}`,
    `router-id ${config.routerId}`,
    `socket "${socket}"`,
    // Only routes of the kernel's tables count as a way to a next hop otherwise.
    'nexthop qualify via default',
    'fib-update no',
    `connect-retry ${CONNECT_RETRY_SECONDS}`,
    ...[...new Set(config.neighbours.map((one) => one.localAddress))].map(
      (address) => `listen on ${address}`,
    ),
    ...(config.announce ?? []).map((prefix) => `network ${prefix}`),
    ...config.neighbours.flatMap((one) => neighbourLines(config, one)),
    'allow from any',
    'allow to any',
    '',
  ].join('\n')

function neighbourLines(config: PeerConfig, one: NeighbourConfig): string[] {
  const link = one.link === undefined ? '' : `%${one.link}`
  const families = ([4, 6] as const).map(
    (family) => `announce IPv${family} ${one.families.includes(family) ? 'unicast' : 'none'}`,
  )
  const remote =
    typeof one.remoteAsn === 'number' ? one.remoteAsn : isInternal(config, one) ? config.asn : undefined
  const lines: (string | false)[] = [
    remote !== undefined && `remote-as ${remote}`,
    one.localAddress !== undefined && `local-address ${one.localAddress}`,
    `holdtime ${one.holdTimeSeconds ?? 90}`,
    ...families,
    one.password !== undefined && `tcp md5sig password "${one.password}"`,
    one.passive === true && 'passive',
    one.multihop !== undefined && `multihop ${one.multihop}`,
    one.ttlSecurity === true && 'ttl-security yes',
    `announce restart ${one.gracefulRestart === true ? 'yes' : 'no'}`,
    one.maximumPrefixes !== undefined && `max-prefix ${one.maximumPrefixes}`,
  ]
  return [
    `neighbor ${one.neighbour}${link} {`,
    ...lines.filter((line) => line !== false).map((line) => `  ${line}`),
    '}',
  ]
}

const routeOf = (route: OpenbgpdRoute): PeerRoute => ({
  prefix: route.prefix,
  nextHops: [route.exit_nexthop],
  asPath: numbersIn(route.aspath),
  localPreference: route.localpref,
  communities: sorted((route.communities ?? []).map(communityText)),
  largeCommunities: sorted(route.large_communities ?? []),
  stale: route.stale === true,
})
