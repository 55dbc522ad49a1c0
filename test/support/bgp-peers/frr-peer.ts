// FRR: zebra and bgpd with sockets of their own, and vtysh to ask them. bgpd needs zebra for next hops and for the router
// advertisements of unnumbered neighbours.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import type { BgpState } from '../../../src/bgp/peer.ts'
import { PeerBase, type PeerCounters } from './bgp-peer-daemon.ts'
import { frrConfig } from './frr-config.ts'
import { familyOf } from './peer-config.ts'
import { communityText, numbersIn, type PeerRoute, sorted } from './peer-route.ts'

/** Debian keeps the daemons out of the path. */
const PROGRAMS = '/usr/lib/frr'

const STATES: Readonly<Record<string, BgpState>> = {
  Idle: 'idle',
  Connect: 'connect',
  Active: 'active',
  OpenSent: 'open-sent',
  OpenConfirm: 'open-confirm',
  Established: 'established',
}

interface FrrNeighbour {
  readonly bgpState: string
  readonly messageStats: { readonly updatesRecv: number }
  readonly addressFamilyInfo: Readonly<Record<string, { readonly acceptedPrefixCounter?: number }>>
}

interface FrrPath {
  readonly aspath: { readonly string: string }
  readonly locPrf?: number
  readonly stale?: boolean
  readonly community?: { readonly list: readonly string[] }
  readonly largeCommunity?: { readonly list: readonly string[] }
  readonly nexthops: readonly { readonly ip: string }[]
}

export class FrrPeer extends PeerBase {
  readonly kind = 'frr'

  async start(): Promise<void> {
    writeFileSync(this.file('bgpd.conf'), frrConfig(this.config, this.file('log')))
    writeFileSync(this.file('zebra.conf'), '')
    // Both drop their rights to the user frr, who has to make sockets here.
    execFileSync('chown', ['-R', 'frr:frr', this.folder])
    chmodSync(this.folder, 0o755)
    const sockets = ['-z', this.file('zserv.api'), '--vty_socket', this.folder, '-P', '0']
    this.spawn([`${PROGRAMS}/zebra`, ...sockets, '-i', this.file('zebra.pid'), '-f', this.file('zebra.conf')])
    await this.answers(async () => {
      if (!existsSync(this.file('zserv.api'))) throw new Error('not yet')
      await this.#vtysh('show interface brief')
    })
    this.spawn([`${PROGRAMS}/bgpd`, ...sockets, '-i', this.file('bgpd.pid'), '-f', this.file('bgpd.conf')])
    await this.answers(() => this.#neighbour(this.first.neighbour))
  }

  async sessionState(neighbour = this.first.neighbour): Promise<BgpState> {
    const { bgpState } = await this.#neighbour(neighbour)
    const state = STATES[bgpState]
    if (state === undefined) throw new Error(`FRR knows a state ${bgpState}`)
    return state
  }

  async routes(neighbour = this.first.neighbour): Promise<readonly PeerRoute[]> {
    const families = this.config.neighbours.find((one) => one.neighbour === neighbour)?.families ?? []
    const lists = await Promise.all(
      families.map((family) =>
        // Not its list of the routes of one neighbour: that is empty after a first vain try to connect, though stale routes are kept.
        this.#json<{ routes?: Record<string, unknown> }>(`show bgp ipv${family} unicast json`),
      ),
    )
    const prefixes = sorted(lists.flatMap(({ routes = {} }) => Object.keys(routes)))
    return prefixes.length === 0 ? [] : this.#details(prefixes, neighbour)
  }

  async announce(...prefixes: readonly string[]): Promise<void> {
    await this.#configureNetworks('', prefixes)
  }

  async withdraw(...prefixes: readonly string[]): Promise<void> {
    await this.#configureNetworks('no ', prefixes)
  }

  async refresh(neighbour = this.first.neighbour): Promise<void> {
    await this.#vtysh(`clear bgp ${neighbour} soft in`)
  }

  async shutDownSession(words: string, neighbour = this.first.neighbour): Promise<void> {
    await this.#configure([`neighbor ${neighbour} shutdown message ${words}`])
  }

  async counters(neighbour = this.first.neighbour): Promise<PeerCounters> {
    const { messageStats, addressFamilyInfo } = await this.#neighbour(neighbour)
    const counts = Object.values(addressFamilyInfo).map((family) => family.acceptedPrefixCounter ?? 0)
    return { updatesReceived: messageStats.updatesRecv, prefixesReceived: counts.reduce((a, b) => a + b, 0) }
  }

  protected stateText(): Promise<string> {
    return this.#vtysh('show bgp neighbors', 'show bgp ipv4 unicast', 'show bgp ipv6 unicast')
  }

  async #neighbour(neighbour: string): Promise<FrrNeighbour> {
    const answer = await this.#json<Record<string, FrrNeighbour>>(`show bgp neighbors ${neighbour} json`)
    const found = answer[neighbour]
    if (found === undefined) throw new Error(`FRR does not know ${neighbour}: ${JSON.stringify(answer)}`)
    return found
  }

  /** All attributes; the list of routes leaves communities out. */
  async #details(prefixes: readonly string[], neighbour: string): Promise<PeerRoute[]> {
    const commands = prefixes.map((prefix) => `show bgp ipv${familyOf(prefix)} unicast ${prefix} json`)
    const answers = (await this.#vtysh(...commands)).split(/^\}$/m).slice(0, -1)
    return answers.flatMap((text) => {
      const answer = JSON.parse(`${text}}`) as { prefix?: string; paths?: (FrrPath & { peer: FrrPeerId })[] }
      // Withdrawn since the list was made.
      if (answer.prefix === undefined) return []
      const { prefix, paths = [] } = answer
      return paths
        .filter(({ peer }) => peer.peerId === neighbour || peer.interface === neighbour)
        .map((path) => ({ prefix, ...routeOf(path) }))
    })
  }

  async #configureNetworks(no: string, prefixes: readonly string[]): Promise<void> {
    const lines = ([4, 6] as const).flatMap((family) => {
      const networks = prefixes.filter((prefix) => familyOf(prefix) === family)
      if (networks.length === 0) return []
      const words = networks.map((prefix) => `${no}network ${prefix}`)
      return [`address-family ipv${family} unicast`, ...words, 'exit-address-family']
    })
    await this.#configure(lines)
  }

  async #configure(lines: readonly string[]): Promise<void> {
    writeFileSync(this.file('change.conf'), `router bgp ${this.config.asn}\n${lines.join('\n')}\n`)
    await this.ask('vtysh', '--vty_socket', this.folder, '-f', this.file('change.conf'))
  }

  #vtysh(...commands: readonly string[]): Promise<string> {
    return this.ask('vtysh', '--vty_socket', this.folder, ...commands.flatMap((command) => ['-c', command]))
  }

  async #json<T>(command: string): Promise<T> {
    return JSON.parse(await this.#vtysh(command)) as T
  }
}

interface FrrPeerId {
  readonly peerId: string
  readonly interface?: string
}

const routeOf = (path: FrrPath): Omit<PeerRoute, 'prefix'> => ({
  // A next hop that is link-local only is shown as the global one, too.
  nextHops: [...new Set(path.nexthops.map(({ ip }) => ip))],
  asPath: numbersIn(path.aspath.string),
  localPreference: path.locPrf,
  communities: sorted((path.community?.list ?? []).map(communityText)),
  largeCommunities: sorted(path.largeCommunity?.list ?? []),
  stale: path.stale === true,
})
