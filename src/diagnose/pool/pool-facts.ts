// What a scan of a pool saw, as plain JSON. Addresses are text in canonical form, ranges `first-last` or one address.
// Nothing here is a judgement.
import type { IpFamily } from '../../net/ip.ts'
import type { KnownNode, OwnAddress } from '../facts/link-facts.ts'

export const POOL_FACTS_FORMAT = 'lbctl/pool-facts/1'

export interface PoolFacts {
  readonly format: typeof POOL_FACTS_FORMAT
  /** as it was typed: the name of a pool, a range or a prefix */
  readonly asked: string
  /** undefined: a range was typed, and not the name of a pool */
  readonly pool: PoolDescription | undefined
  readonly host: { readonly name: string; readonly netns: string | undefined }
  /** what was to be scanned, ascending */
  readonly ranges: readonly string[]
  readonly addressCount: number
  /** entries of the pool with too many addresses to ask for each; those that Services have are in the ranges */
  readonly tooLarge: readonly string[]
  readonly scan: ScanFacts
  readonly interfaces: readonly ScannedInterface[]
  readonly notTested: readonly NotTested[]
  /** addresses of this host in the ranges: they were not asked for, because nobody hears his own question */
  readonly own: readonly OwnAddress[]
  /** addresses in the ranges that the network itself uses */
  readonly special: readonly SpecialAddress[]
  /** everybody who answered for an address, or used it meanwhile */
  readonly claims: readonly AddressClaim[]
  /** which addresses Services have; undefined: no Services were given, so used and free cannot be told apart */
  readonly uses: readonly AddressUse[] | undefined
  /** undefined: no list of nodes was given */
  readonly nodes: readonly KnownNode[] | undefined
  /** this host is one of the nodes: what it announces itself, it cannot see */
  readonly onNode: string | undefined
}

export interface PoolDescription {
  readonly name: string
  /** MetalLB does not hand out IPv4 addresses that end in .0 or .255 */
  readonly avoidBuggyIps: boolean
  /** by which advertisements that were given; undefined: none were */
  readonly announcedBy: 'layer 2' | 'BGP' | 'layer 2 and BGP' | undefined
}

export interface ScanFacts {
  readonly ratePerSecond: number
  /** how often an address that stays silent is asked for */
  readonly rounds: number
  readonly probesSent: number
  readonly elapsedMs: number
}

export interface ScannedInterface {
  readonly name: string
  readonly mac: string
  readonly ranges: readonly string[]
  readonly addressCount: number
  /** error names of frames that could not be sent */
  readonly errors: readonly string[]
}

export type NotTestedReason =
  /** the route leads through a gateway, and ARP ends there */
  | 'behind-gateway'
  | 'no-route'
  /** the interface speaks no ARP, is down, or is a part of another one */
  | 'interface'
  /** no frame could be sent */
  | 'not-sent'

export interface NotTested {
  readonly ranges: readonly string[]
  readonly addressCount: number
  readonly reason: NotTestedReason
  /** continues "not tested: " */
  readonly text: string
}

export interface SpecialAddress {
  readonly address: string
  readonly role: 'gateway' | 'network' | 'broadcast'
  /** network that the address begins or ends, or destination of the route that names the gateway */
  readonly prefix: string
  readonly interface: string
}

export interface AddressClaim {
  readonly address: string
  readonly family: IpFamily
  readonly interface: string
  readonly mac: string
  /** of our probes */
  readonly answers: number
  /** frames in which it used or announced the address without having been asked by us */
  readonly claims: number
  /** of the first answer, by the kernel's time stamps */
  readonly rttMicroseconds: number | undefined
}

export interface AddressUse {
  readonly address: string
  /** `namespace/name` */
  readonly service: string
  /** annotation allow-shared-ip; undefined when it is missing or empty */
  readonly shareKey: string | undefined
  /** `TCP/80` */
  readonly ports: readonly string[]
}
