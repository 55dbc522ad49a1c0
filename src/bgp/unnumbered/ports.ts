// What router discovery needs from outside.
import type { Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'

export interface DiscoveryPorts {
  readonly links: DiscoveryLinks
  readonly frames: DiscoveryFrames
  readonly clock: DiscoveryClock
  /** in [0, 1) */
  readonly random: () => number
}

export interface DiscoveryClock {
  /** of a clock that never goes back */
  nowMs(): number
  /** Calls once, no sooner than in `ms`; returns how to cancel. */
  after(ms: number, then: () => void): () => void
}

export interface DiscoveryLink {
  readonly index: number
  readonly name: string
  readonly mac: Mac | undefined
  readonly up: boolean
  /** usable: not tentative, not a duplicate */
  readonly linkLocal: Ip | undefined
}

export interface DiscoveryLinks {
  list(): Promise<readonly DiscoveryLink[]>
  /** Calls back soon after an interface or an address changed; returns how to stop. */
  watch(onChange: () => void): Promise<() => void>
}

export interface DiscoveryFrames {
  /** Hands over frames of neighbour discovery. Rejects with LbctlError: permission, or no such interface. */
  open(interfaceName: string, onFrame: (frame: Uint8Array) => void): Promise<DiscoverySocket>
}

export interface DiscoverySocket {
  /** @returns code of the system when it could not be sent */
  send(frame: Uint8Array): string | undefined
  /** Makes the card hand up frames for a group that nobody on this host listens to. */
  joinMulticast(mac: Mac): void
  close(): Promise<void>
}
