// What sessions need from outside: TCP, time, chance, and somebody to tell.
import type { Ip } from '../net/ip.ts'
import type { ConnectionEnds, RemoteNeed } from './endpoints.ts'
import type { BgpRemote } from './peer.ts'

import type { BgpReport } from './report.ts'

export interface BgpPorts {
  readonly transport: BgpTransport
  readonly clock: BgpClock
  /** in [0, 1), for jitter */
  readonly random: () => number
  readonly sink: BgpSink
}

export interface BgpSink {
  /** In order, as it happens. It must not call back into the speaker, and must not throw. */
  report(report: BgpReport): void
}

export interface BgpClock {
  /** of a clock that never goes back */
  nowMs(): number
  /** of the calendar, for people */
  wallMs(): number
  /** Calls once, no sooner than in `ms`; returns how to cancel. */
  after(ms: number, then: () => void): () => void
  /** Calls soon, after the input and output that wait had their turn. */
  soon(then: () => void): void
}

export interface BgpTransport {
  /** What of the options cannot be done here; a peer with such options is not started. */
  missing(remote: BgpRemote): readonly RemoteNeed[]
  /** Starts to connect. Events come later, never during the call; it never throws: what fails is `onClosed`. */
  connect(remote: BgpRemote, events: ConnectionEvents): BgpConnection
  /** Rejects with LbctlError. */
  listen(options: BgpListenOptions, onAccepted: (accepted: AcceptedConnection) => void): Promise<BgpListener>
}

export interface BgpListenOptions {
  /** `0.0.0.0` and `::` for all addresses of the family */
  readonly address: Ip
  /** 0 for any that is free */
  readonly port: number
  readonly device?: string
}

export interface BgpListener {
  readonly port: number
  /**
   * Connections from there must be signed with the password from now on; undefined: no more.
   * `prefixLength` makes it a rule for a whole prefix. Throws LbctlError where signatures cannot be had.
   */
  setKey(peer: Ip, password: string | undefined, prefixLength?: number): void
  close(): Promise<void>
}

export interface ConnectionEvents {
  /** not for accepted ones */
  onConnected(): void
  /** the bytes are the receiver's to keep */
  onData(bytes: Uint8Array): void
  /** after `write` said false: more is taken again */
  onDrain(): void
  /** once, and the last one; `code` of the system, undefined when the peer closed in order */
  onClosed(code: string | undefined): void
}

export interface BgpConnection {
  /** Takes the chunks in order, all of them; false: wait for `onDrain` with more. Nothing is done after the end. */
  write(chunks: readonly Uint8Array[]): boolean
  /** What was written still goes out, then the end of the stream. */
  end(): void
  /** At once, with a reset where there was a connection: what the peer has not read yet may be lost to it. */
  destroy(): void
  /** undefined before it is connected */
  readonly ends: ConnectionEnds | undefined
}

export interface AcceptedConnection {
  readonly ends: ConnectionEnds
  /** Nothing is read before. What the peer's options ask of a connection (TTL, minimum TTL) is set here. */
  adopt(remote: Pick<BgpRemote, 'ttl' | 'minTtl'>, events: ConnectionEvents): BgpConnection
  /** Writes a last message, if there is one, and closes. */
  refuse(message: Uint8Array | undefined): void
}
