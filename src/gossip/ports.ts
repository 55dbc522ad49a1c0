// What gossip needs from the machine it runs on.
import type { GossipCipher } from '../wire/gossip/encryption.ts'
import type { GossipEndpoint } from './endpoint.ts'
import type { Random } from './member-table.ts'

/** One TCP connection. Callbacks come in order, and none after `close`. */
export interface GossipStream {
  /** Bytes as they come; views that are only good until the callback returns. */
  onData(callback: (chunk: Uint8Array) => void): void
  /**
   * The other side is done, the connection broke, or the time is over; at most once. @param reason a sentence for people,
   * undefined for an orderly end
   */
  onEnd(callback: (reason: string | undefined) => void): void
  /** Queued without limit; never rejects. @param last nothing follows: our side is closed when it is sent */
  write(bytes: Uint8Array, last: boolean): void
  /** At once; what is not sent yet is dropped. */
  close(): void
}

/** Sockets on one address and port. */
export interface GossipSockets {
  /** the port, when 0 was asked for */
  readonly port: number
  /** One UDP packet; lost silently when it cannot be sent. */
  send(packet: Uint8Array, to: GossipEndpoint): void
  /** Connects; everything that happens in time `timeoutMs`, counted from now, else the stream ends. */
  connect(to: GossipEndpoint, timeoutMs: number): GossipStream
  /** Resolves when no callback comes any more. */
  close(): Promise<void>
}

export interface GossipSocketEvents {
  /** A view that is only good until the callback returns. */
  readonly onPacket: (packet: Uint8Array, from: GossipEndpoint) => void
  /** Its time runs from the start, as with `connect`. */
  readonly onStream: (stream: GossipStream, from: GossipEndpoint) => void
  /** A packet could not be sent. @param code `EHOSTUNREACH`, `EPERM`… */
  readonly onSendError: (code: string, to: GossipEndpoint) => void
}

export interface GossipNetwork {
  /**
   * Opens both sockets. @param streamTimeoutMs for streams that others open @param mostStreams further ones are closed
   * Rejects with LbctlError: address in use, not ours, or not permitted.
   */
  open(
    at: GossipEndpoint,
    events: GossipSocketEvents,
    limits: { readonly streamTimeoutMs: number; readonly mostStreams: number },
  ): Promise<GossipSockets>
}

export interface GossipClock {
  /** Milliseconds of a clock that never goes back. */
  nowMs(): number
  /** Calls back once, not before `delayMs` are over; returns how to prevent it. */
  after(delayMs: number, callback: () => void): () => void
}

export interface GossipPorts {
  readonly network: GossipNetwork
  readonly clock: GossipClock
  readonly random: Random
  /** AES-GCM with these keys (16, 24 or 32 bytes); the first seals, all open. At least one. */
  readonly cipher: (keys: readonly Uint8Array[]) => GossipCipher
}
