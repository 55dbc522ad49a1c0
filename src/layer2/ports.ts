// What the announcing of addresses on a link needs from the machine.
import type { Ip } from '../net/ip.ts'
import type { Mac } from '../net/mac.ts'

/** An interface, as far as the choice of where to announce depends on it. */
export interface LinkInterface {
  readonly name: string
  readonly index: number
  readonly mac: Mac | undefined
  readonly up: boolean
  /** something is at the other end; true where the driver does not say */
  readonly carrier: boolean
  readonly broadcast: boolean
  readonly noArp: boolean
  /** part of a bond, bridge or VRF */
  readonly enslaved: boolean
  /** its IPv6 link-local address, when it has one that is usable (not tentative, not a duplicate) */
  readonly linkLocal: Ip | undefined
}

export interface LinkInterfaces {
  list(): Promise<readonly LinkInterface[]>
  /** Calls back soon after an interface or an address changed; returns how to stop. */
  watch(onChange: () => void): Promise<() => void>
}

/** Addresses that this host begins and ceases to answer for on an interface. */
export interface OwnedChange {
  readonly gone: readonly Ip[]
  readonly come: readonly Ip[]
}

/** By name of the interface. */
export type OwnedChanges = ReadonlyMap<string, OwnedChange>

/** An interface on which answering is not possible now. */
export interface ResponderFailure {
  readonly interfaceName: string
  /** `ENODEV`, `ENETDOWN`, `EPERM`… */
  readonly code: string
}

export interface AnnouncementFrame {
  readonly interfaceName: string
  readonly frame: Uint8Array
}

/** Somebody else says that an address which we own is theirs. */
export interface ForeignClaim {
  readonly interfaceName: string
  readonly address: Ip
  /** hardware address that the claim names */
  readonly mac: Mac
  /** an ARP request or reply with our address as sender, an advertisement, or a probe for duplicates */
  readonly kind: 'arp-request' | 'arp-reply' | 'neighbor-advertisement' | 'duplicate-address-probe'
  /** how many of them since the last report; reports of one claim come at most once per second */
  readonly count: number
}

export interface AnswerCount {
  readonly interfaceName: string
  readonly address: Ip
  readonly requests: number
  readonly answers: number
  /** neighbours told by unicast without having asked again */
  readonly refreshes: number
}

/** Answers ARP and neighbour solicitations on a thread of its own, so that a busy program never delays an answer. */
export interface Responder {
  /**
   * Changes what is answered for; at the start it is nothing. Resolves when that is in force: no answer is sent any more for an
   * address that is gone. What comes a second time, or goes without having come, changes nothing. Interfaces that could not be
   * opened are returned; these and others under the same name are tried again at each call, also at one without changes.
   */
  changeOwned(changes: OwnedChanges): Promise<readonly ResponderFailure[]>
  /** Sends frames on interfaces of the set; the same thread as the answers, so none is sent after a withdrawal. */
  announce(frames: readonly AnnouncementFrame[]): Promise<readonly ResponderFailure[]>
  /** Since the start; addresses that are no longer owned are left out. */
  counts(): Promise<readonly AnswerCount[]>
  /** Closes all sockets; resolves when the thread has ended. */
  stop(): Promise<void>
}

export interface ResponderEvents {
  readonly onForeignClaim: (claim: ForeignClaim) => void
  /** an interface went down (it is answered on again when it comes up) or away */
  readonly onInterfaceError: (failure: ResponderFailure) => void
  /** the thread died: nothing is answered any more */
  readonly onDeath: (cause: Error) => void
}

export interface ResponderPort {
  /** Rejects with LbctlError: permission without CAP_NET_RAW, unsupported without Linux or koffi. */
  start(events: ResponderEvents): Promise<Responder>
}

export interface Layer2Clock {
  /** of a clock that never goes back */
  nowMs(): number
  /** Calls once, no sooner than in `ms`; returns how to cancel. */
  after(ms: number, then: () => void): () => void
}
