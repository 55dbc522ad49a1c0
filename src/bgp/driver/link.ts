// One TCP connection of a peer: bytes into messages, messages into bytes, and an orderly end.
import type { BgpContext } from '../../wire/bgp/context.ts'
import { BgpFramer } from '../../wire/bgp/framer.ts'
import { decodeBgpMessage } from '../../wire/bgp/message.ts'
import { errorEvent, messageEvent } from '../message-event.ts'
import type { BgpClock, BgpConnection, ConnectionEvents } from '../ports.ts'
import type { MessageEvent } from '../session/events.ts'

export interface LinkOwner {
  onConnected(): void
  /** How the next message is to be read: an OPEN changes it for those behind. */
  context(): BgpContext
  onMessage(event: MessageEvent): void
  /** more would be kept in memory */
  onBlocked(): void
  /** more would be kept in memory now */
  onBlocked(): void
  onDrain(): void
  onClosed(code: string | undefined): void
}

/** How long the peer has to read our last words and to close its side. */
const LINGER_MS = 2_000

export class Link {
  readonly #framer = new BgpFramer()
  readonly #clock: BgpClock
  readonly #owner: LinkOwner
  readonly #connection: BgpConnection
  #phase: 'open' | 'closing' | 'closed' = 'open'
  #accepts = true
  #cancelLinger: () => void = () => {}

  constructor(clock: BgpClock, owner: LinkOwner, open: (events: ConnectionEvents) => BgpConnection) {
    this.#clock = clock
    this.#owner = owner
    this.#connection = open({
      onConnected: () => {
        if (this.#phase === 'open') owner.onConnected()
      },
      onData: (bytes) => this.#read(bytes),
      onDrain: () => {
        this.#accepts = true
        if (this.#phase === 'open') owner.onDrain()
      },
      onClosed: (code) => {
        const told = this.#phase === 'closing'
        this.#phase = 'closed'
        this.#cancelLinger()
        // Who closed it knows; the owner still has to let go of it.
        owner.onClosed(told ? undefined : code)
      },
    })
  }

  get ends(): BgpConnection['ends'] {
    return this.#connection.ends
  }

  /** whether more may be written without being kept in memory */
  get accepts(): boolean {
    return this.#accepts && this.#phase === 'open'
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#phase !== 'open') return
    this.#accepts = this.#connection.write(chunks)
    if (!this.#accepts) this.#owner.onBlocked()
  }

  /**
   * The peer must be able to read a NOTIFICATION: to close with bytes unread would make the kernel reset the connection and
   * throw it away. So the stream is ended, what still comes is dropped, and after a while it is over.
   */
  close(): void {
    if (this.#phase !== 'open') return
    this.#phase = 'closing'
    if (this.#connection.ends === undefined) {
      this.#connection.destroy()
      return
    }
    this.#connection.end()
    this.#cancelLinger = this.#clock.after(LINGER_MS, () => this.#connection.destroy())
  }

  #read(bytes: Uint8Array): void {
    if (this.#phase !== 'open') return
    this.#framer.push(bytes)
    // A message may close the connection, and then the rest is nobody's.
    while (this.#phase === 'open') {
      const context = this.#owner.context()
      const framed = this.#framer.next(context.extendedMessage)
      if (framed === undefined) return
      this.#owner.onMessage(
        framed.ok ? messageEvent(decodeBgpMessage(framed.value, context)) : errorEvent(framed.error),
      )
    }
  }
}
