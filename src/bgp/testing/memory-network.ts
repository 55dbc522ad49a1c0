// TCP between hosts that are only in memory: bytes arrive late, in pieces, or not at all, as the test wants it.
import { formatIp, type Ip } from '../../net/ip.ts'
import type { ConnectionEnds, Endpoint } from '../endpoints.ts'
import type {
  AcceptedConnection,
  BgpConnection,
  BgpListenOptions,
  BgpTransport,
  ConnectionEvents,
} from '../ports.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface NetworkWeather {
  /** in [0, 1) */
  readonly random: () => number
  /** longest way of a segment */
  readonly delayMs: number
  /** bytes of the longest piece that arrives at once */
  readonly pieceBytes: number
  /** bytes on the way before a sender must wait */
  readonly windowBytes: number
  /** of attempts to connect, those that nobody answers */
  readonly lostConnects: number
  /** of pieces, those that end the connection on both sides instead of arriving */
  readonly resets: number
}

export const FINE: NetworkWeather = {
  ...{ random: () => 0.5, delayMs: 2, pieceBytes: 65_536, windowBytes: 262_144, lostConnects: 0, resets: 0 },
}

const key = (address: Ip, port: number): string => `${formatIp(address)} ${port}`

/** One direction of a connection. */
interface Side {
  events: ConnectionEvents | undefined
  closed: boolean
  ended: boolean
  /** what is on its way is lost, as behind a reset */
  aborted: boolean
  inFlight: number
  blocked: boolean
  lastArrivalMs: number
  /** what arrived before somebody listened */
  early: (() => void)[]
  readonly ends: ConnectionEnds
}

export class MemoryNetwork {
  weather: NetworkWeather
  readonly #clock: VirtualClock
  readonly #listeners = new Map<string, (accepted: AcceptedConnection) => void>()
  readonly #unplugged = new Set<string>()
  readonly #pairs = new Set<readonly [Side, Side]>()
  #nextPort = 40_000

  constructor(clock: VirtualClock, weather: NetworkWeather = FINE) {
    this.#clock = clock
    this.weather = weather
  }

  /** TCP connections that neither side has let go of. */
  get connections(): number {
    return [...this.#pairs].filter(([a, b]) => !a.closed && !b.closed).length
  }

  /** From now on nothing arrives at the host, and nothing that it sends arrives. */
  unplug(address: Ip, away = true): void {
    if (away) this.#unplugged.add(formatIp(address))
    else this.#unplugged.delete(formatIp(address))
  }

  host(address: Ip): BgpTransport {
    return {
      missing: () => [],
      connect: (remote, events) =>
        this.#connect(address, { address: remote.address, port: remote.port }, events),
      listen: (options: BgpListenOptions, onAccepted) => {
        this.#listeners.set(key(address, options.port), onAccepted)
        return Promise.resolve({
          port: options.port,
          setKey: () => {},
          close: () => {
            this.#listeners.delete(key(address, options.port))
            return Promise.resolve()
          },
        })
      },
    }
  }

  #connect(from: Ip, to: Endpoint, events: ConnectionEvents): BgpConnection {
    const local: Endpoint = { address: from, port: this.#nextPort++ }
    const none = { ipv4: undefined, ipv6: undefined, linkLocal: undefined }
    const ours = side({ local, remote: to, ...none }, events)
    const theirs = side({ local: to, remote: local, ...none }, undefined)
    let connected = false
    const { lostConnects, random } = this.weather
    if (random() >= lostConnects)
      this.#later(ours, () => {
        const listener = this.#listeners.get(key(to.address, to.port))
        if (this.#away(from) || this.#away(to.address) || ours.closed) return
        if (listener === undefined) {
          this.#close(ours, 'ECONNREFUSED')
          return
        }
        connected = true
        this.#pairs.add([ours, theirs])
        this.#later(ours, () => {
          if (!ours.closed) events.onConnected()
        })
        // Nothing that the other side sends comes before we know that we are connected.
        theirs.lastArrivalMs = ours.lastArrivalMs
        listener(this.#accepted(theirs, ours))
      })
    const end = this.#end(ours, theirs)
    return {
      get ends() {
        return connected ? ours.ends : undefined
      },
      write: end.write,
      end: end.end,
      destroy: end.destroy,
    }
  }

  #accepted(own: Side, other: Side): AcceptedConnection {
    const end = this.#end(own, other)
    return {
      ends: own.ends,
      adopt: (_remote, events) => {
        own.events = events
        for (const arrived of own.early.splice(0)) arrived()
        return { ends: own.ends, ...end }
      },
      refuse: (message) => {
        if (message !== undefined) end.write([message])
        end.end()
      },
    }
  }

  #end(own: Side, other: Side): Pick<BgpConnection, 'write' | 'end' | 'destroy'> {
    return {
      write: (chunks) => {
        if (own.closed || own.ended) return false
        for (const chunk of chunks) this.#send(own, other, chunk)
        own.blocked = own.inFlight > this.weather.windowBytes
        return !own.blocked
      },
      end: () => this.#finish(own, other),
      destroy: () => {
        if (own.closed) return
        own.aborted = true
        this.#clock.soon(() => this.#close(own, undefined))
        this.#arrive(own, other, () => this.#close(other, 'ECONNRESET'))
      },
    }
  }

  #finish(own: Side, other: Side): void {
    if (own.closed || own.ended) return
    own.ended = true
    this.#arrive(own, other, () => {
      const answered = other.ended
      this.#finish(other, own)
      this.#close(other, undefined)
      if (answered) this.#close(own, undefined)
    })
  }

  #send(own: Side, other: Side, chunk: Uint8Array): void {
    const { pieceBytes, random, resets } = this.weather
    for (let at = 0; at < chunk.length; ) {
      const length = 1 + Math.floor(random() * pieceBytes)
      const piece = chunk.slice(at, at + length)
      at += length
      own.inFlight += piece.length
      const cut = random() < resets
      this.#arrive(own, other, () => {
        own.inFlight -= piece.length
        if (cut) {
          this.#close(own, 'ECONNRESET')
          this.#close(other, 'ECONNRESET')
          return
        }
        if (!other.closed && !own.aborted) this.#hand(other, () => other.events?.onData(piece))
        if (own.blocked && own.inFlight <= this.weather.windowBytes / 2) {
          own.blocked = false
          if (!own.closed) own.events?.onDrain()
        }
      })
    }
  }

  /** In order, and unless one of the two is unplugged when it would arrive. */
  #arrive(own: Side, other: Side, then: () => void): void {
    this.#later(own, () => {
      if (this.#away(own.ends.local.address) || this.#away(other.ends.local.address)) return
      then()
    })
  }

  #later(side: Side, then: () => void): void {
    const { random, delayMs } = this.weather
    const atMs = Math.max(side.lastArrivalMs, this.#clock.nowMs() + random() * delayMs)
    side.lastArrivalMs = atMs
    this.#clock.after(atMs - this.#clock.nowMs(), then)
  }

  #away(address: Ip): boolean {
    return this.#unplugged.has(formatIp(address))
  }

  #hand(to: Side, then: () => void): void {
    if (to.events === undefined) to.early.push(then)
    else then()
  }

  #close(side: Side, code: string | undefined): void {
    if (side.closed) return
    side.closed = true
    this.#hand(side, () => side.events?.onClosed(code))
  }
}

const side = (ends: ConnectionEnds, events: ConnectionEvents | undefined): Side => ({
  ...{
    events,
    closed: false,
    ended: false,
    aborted: false,
    inFlight: 0,
    blocked: false,
    lastArrivalMs: 0,
    early: [],
    ends,
  },
})
