// What `diagnose route` looks at, as plain JSON. Nothing here is a judgement, but the kernel's own decisions.
import type { IpFamily } from '../../net/ip.ts'
import type {
  ExaminedInterface,
  NeighbourEntry,
  OwnAddress,
  ReachFacts,
  RouteFacts,
} from '../facts/link-facts.ts'

export const ROUTE_FACTS_FORMAT = 'lbctl/route-facts/1'

export interface RouteDiagnosisFacts {
  readonly format: typeof ROUTE_FACTS_FORMAT
  readonly target: { readonly asked: string; readonly address: string; readonly family: IpFamily }
  readonly host: { readonly name: string; readonly netns: string | undefined }
  /** the kernel's decision for packets of this host */
  readonly route: RouteFacts
  /** what led to it; undefined: nothing did, or it could not be retraced */
  readonly decidedBy: DecisionFacts | undefined
  /** where packets leave; undefined without a route */
  readonly interface: ExaminedInterface | undefined
  /** where this host has the target itself */
  readonly own: OwnAddress | undefined
  /** the target, or the gateway in front of it; undefined without a route */
  readonly nextHop: { readonly address: string; readonly role: 'target' | 'gateway' } | undefined
  /** entries for the next hop: before and after the port was tried */
  readonly neighbours: readonly NeighbourEntry[]
  readonly mtu: MtuFacts | undefined
  /** undefined: no client was named */
  readonly returnPath: ReturnPathFacts | undefined
  /** undefined: no port was named */
  readonly reach: RouteReach | undefined
}

export interface DecisionFacts {
  /** as `ip rule` would show it */
  readonly rule: string
  /** as `ip route` would show it, without its ways */
  readonly route: string
  readonly table: number
}

export interface MtuFacts {
  readonly interface: number
  /** set on the route */
  readonly route: number | undefined
  /** smaller than both: learned from ICMP "fragmentation needed" or "packet too big" */
  readonly path: number | undefined
}

/** The answer to a request that a client sends to the target: which way it goes, and whether the request is let in. */
export interface ReturnPathFacts {
  readonly client: string
  /** where the request comes in */
  readonly arrival: {
    readonly interface: string
    readonly how: 'given' | 'interface that has the target' | 'link of the target' | 'interface of the route'
  }
  /** what the kernel decides about packets to the client, from the target's address */
  readonly reply: ReplyRoute
  readonly rpFilter: RpFilterFacts
}

export interface ReplyRoute {
  readonly found: boolean
  /** `unreachable`, `prohibit`…; undefined when nothing was found at all */
  readonly type: string | undefined
  readonly interface: string | undefined
  readonly gateway: string | undefined
  readonly decidedBy: DecisionFacts | undefined
  /** all ways of the route that was found */
  readonly interfaces: readonly string[]
  /** a rule could not be followed, so that this is a guess */
  readonly uncertain: string | undefined
}

export interface RpFilterFacts {
  /** of net.ipv4.conf.all and of the interface */
  readonly all: number | undefined
  readonly ofInterface: number | undefined
  /** the larger of the two is what the kernel uses; there is none for IPv6 */
  readonly mode: 'off' | 'strict' | 'loose' | 'none'
  readonly drops: boolean
  /** continues "…, because " */
  readonly reason: string
}

export interface RouteReach extends ReachFacts {
  readonly protocol: 'tcp' | 'udp'
  readonly source: string | undefined
}
