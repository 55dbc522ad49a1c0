// A router of frr that takes every node of the lab as a neighbour when it calls, and tells what it heard from whom.
import { type RouterDaemon, RouterDaemons } from '../router-daemons.ts'
import type { LabHost, SpeakerLab } from '../speaker-lab/speaker-lab.ts'

export const NODES_ASN = 64512

export interface HeardPath {
  /** name of the node, or an address of somebody else */
  readonly from: string
  /** `64500:1 no-export`, in the order of the router; empty where there is none */
  readonly communities: string
  readonly largeCommunities: string
  /** as the router shows it; of a peer of the same AS only */
  readonly localPreference: number | undefined
  readonly asPath: string
}

export interface RouterWishes {
  readonly asn: number
  /** of the nodes, as the router expects it; `external` for any other than its own */
  readonly nodesAsn?: number | 'external'
  readonly password?: string
  /** families that are spoken with the neighbours of each family; by default each its own */
  readonly families?: (of: 4 | 6) => readonly (4 | 6)[]
  /** lines of the router's configuration, for routes of its own */
  readonly more?: string
}

const POLICY = 'route-map ALL permit 10\n'

function configurationOf(
  host: LabHost,
  { asn, nodesAsn = NODES_ASN, password, families, more }: RouterWishes,
): string {
  const spoken = families ?? ((of) => [of])
  const groups = [4, 6] as const
  const lines = groups.flatMap((family) => [
    ` neighbor NODES${family} peer-group`,
    ` neighbor NODES${family} remote-as ${nodesAsn}`,
    ` neighbor NODES${family} timers 3 9`,
    ...(password === undefined ? [] : [` neighbor NODES${family} password ${password}`]),
    ` bgp listen range ${family === 4 ? '192.0.2.0/24' : '2001:db8::/64'} peer-group NODES${family}`,
  ])
  const tables = groups.flatMap((table) => [
    ` address-family ipv${table} unicast`,
    ...groups.map((of) => `  ${spoken(of).includes(table) ? '' : 'no '}neighbor NODES${of} activate`),
    '  maximum-paths 8',
    '  maximum-paths ibgp 8',
    ' exit-address-family',
  ])
  return [
    ...[`router bgp ${asn}`, ` bgp router-id ${host.address4}`, ' no bgp ebgp-requires-policy'],
    ...[' no bgp default ipv4-unicast', ' bgp bestpath as-path multipath-relax'],
    ...[...lines, ...(more === undefined ? [] : [more]), ...tables, 'exit', POLICY],
  ].join('\n')
}

interface FrrPath {
  readonly peer?: { readonly peerId?: string }
  readonly aspath?: { readonly string?: string }
  readonly community?: { readonly string?: string }
  readonly largeCommunity?: { readonly string?: string }
  readonly locPrf?: number
}

export class ListeningRouter {
  readonly #lab: SpeakerLab
  readonly #daemons: RouterDaemons
  readonly daemon: RouterDaemon
  readonly host: LabHost

  private constructor(lab: SpeakerLab, daemons: RouterDaemons, daemon: RouterDaemon, host: LabHost) {
    this.#lab = lab
    this.#daemons = daemons
    this.daemon = daemon
    this.host = host
  }

  static async start(lab: SpeakerLab, host: LabHost, wishes: RouterWishes): Promise<ListeningRouter> {
    const daemons = new RouterDaemons()
    try {
      const daemon = await daemons.start('frr', host.namespace, configurationOf(host, wishes))
      return new ListeningRouter(lab, daemons, daemon, host)
    } catch (error) {
      await daemons.stop()
      throw error
    }
  }

  /** Of an exact prefix, by the name of the node. */
  paths(prefix: string): readonly HeardPath[] {
    const family = prefix.includes(':') ? 'ipv6' : 'ipv4'
    const { paths = [] } = JSON.parse(this.daemon.vtysh(`show bgp ${family} unicast ${prefix} json`)) as {
      paths?: readonly FrrPath[]
    }
    return paths
      .map(({ peer, aspath, community, largeCommunity, locPrf }) => ({
        from: this.#lab.nameAt(peer?.peerId ?? ''),
        communities: community?.string ?? '',
        largeCommunities: largeCommunity?.string ?? '',
        localPreference: locPrf,
        asPath: aspath?.string ?? '',
      }))
      .sort((a, b) => (a.from < b.from ? -1 : 1))
  }

  /** Names of the nodes that announce exactly this prefix, ascending, each once. */
  from(prefix: string): readonly string[] {
    return [...new Set(this.paths(prefix).map(({ from }) => from))]
  }

  /** What is said of a neighbour, by the name of its node. */
  neighbour(name: string): Readonly<Record<string, unknown>> | undefined {
    const all = JSON.parse(this.daemon.vtysh('show bgp neighbors json')) as Record<
      string,
      Record<string, unknown>
    >
    return Object.entries(all).find(([address]) => this.#lab.nameAt(address) === name)?.[1]
  }

  /** Names of the nodes whose session is up, ascending, each once. */
  established(): readonly string[] {
    return [...new Set(this.daemon.established().map((address) => this.#lab.nameAt(address)))].sort()
  }

  stop(): Promise<void> {
    return this.#daemons.stop()
  }
}
