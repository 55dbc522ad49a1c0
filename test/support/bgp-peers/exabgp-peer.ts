// ExaBGP. It keeps no table: a helper process writes what it reports as JSON into a file, and the routes are what these
// reports add up to. Commands go the other way through a named pipe.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { BgpState } from '../../../src/bgp/peer.ts'
import { PeerBase, type PeerCounters } from './bgp-peer-daemon.ts'
import { familyOf, isInternal, type NeighbourConfig, type PeerConfig } from './peer-config.ts'
import { type PeerRoute, sorted } from './peer-route.ts'

interface Report {
  readonly type: string
  readonly neighbor: {
    readonly address: { readonly peer: string }
    readonly state?: 'connected' | 'up' | 'down'
    readonly message?: { readonly update?: Update }
  }
}

interface Update {
  readonly attribute?: {
    readonly 'as-path'?: readonly number[]
    readonly 'local-preference'?: number
    readonly community?: readonly (readonly number[])[]
    readonly 'large-community'?: readonly (readonly number[])[]
  }
  readonly announce?: Readonly<Record<string, Readonly<Record<string, readonly { nlri: string }[]>>>>
  readonly withdraw?: Readonly<Record<string, readonly { nlri: string }[]>>
}

/** What the reports about a neighbour add up to. */
interface Known {
  state: BgpState
  updates: number
  readonly routes: Map<string, PeerRoute>
}

export class ExabgpPeer extends PeerBase {
  readonly kind = 'exabgp'

  async start(): Promise<void> {
    for (const name of ['commands', 'helper.sh'])
      if (!existsSync(this.file(name)))
        if (name === 'commands') execFileSync('mkfifo', [this.file(name)])
        else writeFileSync(this.file(name), helperText(this.file('commands'), this.file('reports')))
    writeFileSync(this.file('reports'), '')
    writeFileSync(this.file('exabgp.conf'), exabgpConfig(this.config, this.file('helper.sh')))
    this.spawn(['exabgp', this.file('exabgp.conf')], {
      exabgp_daemon_user: 'root',
      exabgp_daemon_drop: 'false',
      exabgp_api_cli: 'false',
      exabgp_log_level: 'DEBUG',
      exabgp_log_message: 'true',
      exabgp_log_network: 'true',
    })
    await this.answers(() =>
      this.logs().includes('loaded new configuration successfully')
        ? Promise.resolve()
        : Promise.reject(new Error('not yet')),
    )
  }

  async sessionState(neighbour = this.first.neighbour): Promise<BgpState> {
    return this.#known(neighbour).state
  }

  async routes(neighbour = this.first.neighbour): Promise<readonly PeerRoute[]> {
    return [...this.#known(neighbour).routes.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
  }

  async announce(...prefixes: readonly string[]): Promise<void> {
    this.command(...prefixes.map((prefix) => `announce ${routeText(this.config, prefix)}`))
  }

  async withdraw(...prefixes: readonly string[]): Promise<void> {
    this.command(...prefixes.map((prefix) => `withdraw ${routeText(this.config, prefix)}`))
  }

  async refresh(neighbour = this.first.neighbour): Promise<void> {
    const families = this.config.neighbours.find((one) => one.neighbour === neighbour)?.families ?? []
    this.command(
      ...families.map((family) => `neighbor ${neighbour} announce route-refresh ipv${family} unicast`),
    )
  }

  async shutDownSession(): Promise<void> {
    throw new Error('exabgp has no command that ends a session with words and keeps it down')
  }

  async counters(neighbour = this.first.neighbour): Promise<PeerCounters> {
    const { updates, routes } = this.#known(neighbour)
    return { updatesReceived: updates, prefixesReceived: routes.size }
  }

  /** A NOTIFICATION is in the reports only. */
  override logs(): string {
    return super.logs() + readFileSync(this.file('reports'), 'utf8')
  }

  protected async stateText(): Promise<string> {
    return readFileSync(this.file('reports'), 'utf8').split('\n').slice(-20).join('\n')
  }

  /** Lines of its interface; `announce route …` takes attributes as bytes, malformed ones too. */
  command(...lines: readonly string[]): void {
    writeFileSync(this.file('commands'), lines.map((line) => `${line}\n`).join(''))
  }

  #known(neighbour: string): Known {
    const known: Known = { state: 'idle', updates: 0, routes: new Map() }
    // The last line may be half written.
    const lines = readFileSync(this.file('reports'), 'utf8').split('\n').slice(0, -1)
    for (const line of lines.filter((text) => text.startsWith('{'))) {
      const { type, neighbor } = JSON.parse(printable(line)) as Report
      if (neighbor.address.peer !== neighbour) continue
      if (type === 'state') {
        known.state =
          neighbor.state === 'up' ? 'established' : neighbor.state === 'connected' ? 'open-sent' : 'idle'
        if (neighbor.state !== 'connected') known.routes.clear()
      }
      const update = neighbor.message?.update
      if (update !== undefined) apply(update, known)
    }
    return known
  }
}

const routeText = (config: PeerConfig, prefix: string): string =>
  `route ${prefix} next-hop ${familyOf(prefix) === 4 ? config.address4 : config.address6}`

/** Bytes of a NOTIFICATION stand in its reports as they are, which is no JSON. */
const printable = (line: string): string => [...line].map((one) => (one < ' ' ? ' ' : one)).join('')

function apply({ attribute = {}, announce = {}, withdraw = {} }: Update, known: Known): void {
  known.updates += 1
  for (const routes of Object.values(withdraw)) for (const { nlri } of routes) known.routes.delete(nlri)
  for (const byNextHop of Object.values(announce)) {
    // A global and a link-local next hop of one route are reported as if they were two routes.
    const nextHops = new Map<string, string[]>()
    for (const [nextHop, routes] of Object.entries(byNextHop))
      for (const { nlri } of routes) nextHops.set(nlri, [...(nextHops.get(nlri) ?? []), nextHop])
    for (const [prefix, hops] of nextHops)
      known.routes.set(prefix, { prefix, nextHops: hops, ...attributesOf(attribute) })
  }
}

const attributesOf = (
  attribute: NonNullable<Update['attribute']>,
): Omit<PeerRoute, 'prefix' | 'nextHops'> => ({
  asPath: attribute['as-path'] ?? [],
  localPreference: attribute['local-preference'],
  communities: sorted((attribute.community ?? []).map((parts) => parts.join(':'))),
  largeCommunities: sorted((attribute['large-community'] ?? []).map((parts) => parts.join(':'))),
  stale: undefined,
})

// Both would outlive exabgp otherwise, and exabgp waits for the helper when it ends.
const helperText = (commands: string, reports: string): string =>
  `#!/bin/sh
exec 3<&0
cat <>${commands} &
feeder=$!
cat <&3 >>${reports} &
reader=$!
trap 'kill $feeder $reader' TERM
wait $reader
kill $feeder
`

const exabgpConfig = (config: PeerConfig, helper: string): string =>
  [
    `process reports { run /bin/sh ${helper}; encoder json; }`,
    ...config.neighbours.flatMap((one) => neighbourLines(config, one)),
    '',
  ].join('\n')

function neighbourLines(config: PeerConfig, one: NeighbourConfig): string[] {
  const remote =
    typeof one.remoteAsn === 'number' ? one.remoteAsn : isInternal(config, one) ? config.asn : 'auto'
  const lines: (string | false)[] = [
    `router-id ${config.routerId}`,
    `local-address ${one.localAddress}`,
    `local-as ${config.asn}`,
    `peer-as ${remote}`,
    `hold-time ${one.holdTimeSeconds ?? 90}`,
    'listen 179',
    one.passive === true && 'passive true',
    one.password !== undefined && `md5-password "${one.password}"`,
    one.ttlSecurity === true && 'outgoing-ttl 255',
    one.ttlSecurity === true && 'incoming-ttl 255',
  ]
  const nextHop = one.extendedNextHop === true
  const capabilities = `route-refresh enable; ${one.gracefulRestart === true ? 'graceful-restart 120; ' : ''}${nextHop ? 'nexthop enable; ' : ''}`
  const routes = (config.announce ?? []).filter((prefix) => one.families.includes(familyOf(prefix)))
  return [
    `neighbor ${one.neighbour} {`,
    ...lines.filter((line) => line !== false).map((line) => `  ${line};`),
    `  family { ${one.families.map((family) => `ipv${family} unicast;`).join(' ')} }`,
    ...(nextHop ? ['  nexthop { ipv4 unicast ipv6; }'] : []),
    `  capability { ${capabilities}}`,
    '  api { processes [ reports ]; neighbor-changes; receive { parsed; update; notification; } }',
    ...(routes.length === 0
      ? []
      : [`  static { ${routes.map((prefix) => `${routeText(config, prefix)};`).join(' ')} }`]),
    '}',
  ]
}
