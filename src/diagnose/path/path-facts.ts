// What `diagnose path` looks at, as plain JSON: what the address is to the rules, and what becomes of a packet to it.
import type { IpFamily } from '../../net/ip.ts'
import type { AddressRole } from './walk/known-ports.ts'
import type { PacketEnd } from './walk/walk-hooks.ts'

export const PATH_FACTS_FORMAT = 'lbctl/path-facts/1'

export type ProxyMode = 'iptables' | 'nftables' | 'ipvs'

export interface PathFacts {
  readonly format: typeof PATH_FACTS_FORMAT
  readonly target: {
    readonly asked: string
    readonly address: string
    readonly family: IpFamily
    /** undefined: every port that the rules know */
    readonly port: number | undefined
    readonly protocol: string
  }
  readonly host: { readonly name: string; readonly netns: string | undefined } | undefined
  /** the file that rules were read from; undefined: those of this host */
  readonly file: string | undefined
  /** programs and files that were asked for rules */
  readonly sources: readonly RuleSourceFacts[]
  /** undefined: no rules of kube-proxy were found */
  readonly mode: ProxyMode | undefined
  /** others that rewrite the destinations of Services: `Cilium`, `kube-router`, `Calico eBPF` */
  readonly replacements: readonly string[]
  /** how many ports of Services the rules know, on any address */
  readonly knownPorts: number
  /** the address is that of an endpoint, of these Services as far as rules name them; undefined: of none, or not looked at */
  readonly endpointOf?: { readonly services: readonly string[] }
  /** the address is one of the node itself */
  readonly isOwn: boolean
  /** interface of this host that has it; undefined: none, or not known from a file */
  readonly ownInterface: string | undefined
  /** whether addresses of this host are known at all */
  readonly addressesKnown: boolean
  /** whether rules of kube-proxy were read: beside IPVS there may be its virtual servers alone. Undefined in older facts */
  readonly rulesKnown?: boolean
  /** sets of the kernel that rules compare with and whose entries are not known; undefined in facts of older versions */
  readonly unknownSets?: readonly string[]
  /** one for each port */
  readonly ports: readonly PortFacts[]
  readonly conntrack: { readonly count: number | undefined; readonly max: number | undefined } | undefined
}

export interface RuleSourceFacts {
  /** `iptables-nft-save`, `nft`, `/proc/net/ip_vs`, or the file */
  readonly name: string
  readonly result: 'read' | 'empty' | 'not installed' | 'not permitted' | 'failed' | 'timed out'
  readonly note: string | undefined
}

export interface PortFacts {
  readonly protocol: string
  readonly port: number
  readonly roles: readonly AddressRole[]
  /** `default/web:http`, as kube-proxy writes it */
  readonly service: string | undefined
  /** clients that are treated alike, largest group first */
  readonly walks: readonly WalkFacts[]
  /** clients stay with their endpoint */
  readonly affinity: boolean
  /** undefined: IPVS balances nothing here */
  readonly virtualServer?: VirtualServerFacts
  /** rules that could not be followed, and were taken not to match */
  readonly notFollowed: readonly string[]
  /** chains that rules lead to and that are not there */
  readonly missingChains: readonly string[]
}

/** Of IPVS, and of the sets that kube-proxy keeps beside it. */
export interface VirtualServerFacts {
  readonly exists: boolean
  readonly endpoints: number
  /** sets that hold the address and port */
  readonly sets: readonly string[]
  /** the sets say that externalTrafficPolicy is Local */
  readonly localOnly: boolean
}

export interface WalkFacts {
  readonly clients: ClientFacts
  readonly ends: readonly EndFacts[]
  readonly tree: readonly TreeNode[]
}

export interface ClientFacts {
  readonly kind: 'this node' | 'addresses' | 'everybody' | 'everybody else'
  /** ranges in text form; empty for this node and for everybody */
  readonly ranges: readonly string[]
}

export interface EndFacts {
  readonly end: PacketEnd
  readonly endpoint: string | undefined
  /** 0 to 1; those of one walk add up to 1 */
  readonly probability: number
  readonly masquerade: boolean
  /** table and chain */
  readonly stoppedIn: string | undefined
  /** the comment of the rule, else its text */
  readonly stoppedBy: string | undefined
}

export interface TreeNode {
  readonly label: string
  /** what it is, in the words of Services */
  readonly meaning: string | undefined
  readonly kind: 'chain' | 'mark' | 'endpoint' | 'stopped' | 'end'
  /** of all connections that come here from the start */
  readonly probability: number
  readonly children: readonly TreeNode[]
}
