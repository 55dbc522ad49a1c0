// A connection to a router with a fault: bytes into messages, messages into what the fault does.
import { cease } from '../../bgp/cease.ts'
import type { AcceptedConnection, BgpClock, BgpConnection } from '../../bgp/ports.ts'
import { PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import { BgpFramer } from '../../wire/bgp/framer.ts'
import { type BgpMessage, decodeBgpMessage, encodeBgpMessage } from '../../wire/bgp/message.ts'
import { CEASE } from '../../wire/bgp/notification-codes.ts'
import type { Fault, FaultyConnection, FaultyIdentity } from './fault.ts'

export interface FaultyPeerParts {
  readonly accepted: AcceptedConnection
  readonly router: FaultyIdentity
  readonly fault: Fault
  readonly clock: BgpClock
  readonly tell: (what: string) => void
  /** once; nothing happens any more */
  readonly onClosed: () => void
}

/** How long the peer has to read our last words and to close its side. */
const LINGER_MS = 1000

export class FaultyPeer implements FaultyConnection {
  readonly #parts: FaultyPeerParts
  readonly #framer = new BgpFramer()
  readonly #cancels = new Set<() => void>()
  readonly #connection: BgpConnection
  #over = false
  #opened = false

  constructor(parts: FaultyPeerParts) {
    this.#parts = parts
    this.#connection = parts.accepted.adopt(
      {},
      {
        onConnected: () => {},
        onData: (bytes) => this.#hear(bytes),
        onDrain: () => {},
        onClosed: () => this.#closed(),
      },
    )
    parts.fault.greet?.(this)
  }

  get router(): FaultyIdentity {
    return this.#parts.router
  }

  send(message: BgpMessage): void {
    this.sendBytes(encodeBgpMessage(message, PLAIN_CONTEXT))
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.#over) this.#connection.write([bytes])
  }

  /** The router ends: with a Cease where the peer has said something. */
  leave(): void {
    if (this.#over) return
    if (this.#opened) this.send({ kind: 'notification', ...cease(CEASE.administrativeShutdown) })
    this.end()
  }

  end(): void {
    this.#over = true
    this.#connection.end()
    this.#cancels.add(this.#parts.clock.after(LINGER_MS, () => this.#connection.destroy()))
  }

  reset(): void {
    this.#over = true
    this.#connection.destroy()
  }

  after(seconds: number, then: () => void): void {
    this.#cancels.add(
      this.#parts.clock.after(seconds * 1000, () => {
        if (!this.#over) then()
      }),
    )
  }

  tell(what: string): void {
    this.#parts.tell(what)
  }

  /** What comes behind the OPEN is of no interest to any fault: it is read, so that the peer can write, and dropped. */
  #hear(bytes: Uint8Array): void {
    if (this.#over || this.#opened) return
    this.#framer.push(bytes)
    const framed = this.#framer.next(false)
    if (framed === undefined) return
    this.#opened = true
    const decoded = framed.ok ? decodeBgpMessage(framed.value, PLAIN_CONTEXT) : framed
    if (decoded.ok && decoded.value.kind === 'open') this.#parts.fault.onOpen?.(this, decoded.value)
  }

  #closed(): void {
    this.#over = true
    for (const cancel of this.#cancels) cancel()
    this.#parts.onClosed()
  }
}
