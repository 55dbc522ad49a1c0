// What a speaker says in its OPEN that it can do.
import type { BgpFamily } from './families.ts'

export interface Multiprotocol {
  readonly kind: 'multiprotocol'
  readonly family: BgpFamily
}

export interface ExtendedNextHop {
  readonly kind: 'extended-next-hop'
  /** routes of `family` may have next hops of the address family `nextHopAfi` */
  readonly entries: readonly { readonly family: BgpFamily; readonly nextHopAfi: number }[]
}

export interface Role {
  readonly kind: 'role'
  readonly role: (typeof ROLES)[number]
}

export interface GracefulRestart {
  readonly kind: 'graceful-restart'
  /** R: has restarted and waits for our End-of-RIB */
  readonly restarting: boolean
  /** N: keeps routes across a NOTIFICATION too (RFC 8538 §2) */
  readonly notification: boolean
  /** how long our routes should be kept for us to come back, 0..4095 */
  readonly restartSeconds: number
  /** F: `forwarding` was preserved across the restart */
  readonly families: readonly { readonly family: BgpFamily; readonly forwarding: boolean }[]
}

export interface FourOctetAs {
  readonly kind: 'four-octet-as'
  readonly asn: number
}

export interface AddPath {
  readonly kind: 'add-path'
  /** what the sender of the capability can do */
  readonly families: readonly { readonly family: BgpFamily; readonly mode: 'receive' | 'send' | 'both' }[]
}

export interface LongLivedGracefulRestart {
  readonly kind: 'long-lived-graceful-restart'
  readonly families: readonly {
    readonly family: BgpFamily
    readonly forwarding: boolean
    readonly staleSeconds: number
  }[]
}

export interface Fqdn {
  readonly kind: 'fqdn'
  /** as sent: not yet safe to print */
  readonly hostName: string
  readonly domainName: string
}

/** One that we do not know, or a known one that breaks its rules: kept as it came. */
export interface UnknownCapability {
  readonly kind: 'unknown'
  readonly code: number
  readonly bytes: Uint8Array
}

export type KnownCapability =
  | Multiprotocol
  | { readonly kind: 'route-refresh' }
  | { readonly kind: 'enhanced-route-refresh' }
  | { readonly kind: 'extended-message' }
  | ExtendedNextHop
  | Role
  | GracefulRestart
  | FourOctetAs
  | AddPath
  | LongLivedGracefulRestart
  | Fqdn

export type Capability = KnownCapability | UnknownCapability

/** RFC 9234 §4.1, by value. */
export const ROLES = ['provider', 'route-server', 'route-server-client', 'customer', 'peer'] as const
