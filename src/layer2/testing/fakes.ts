// For tests: a clock that is moved by hand, and a responder and interfaces that do as they are told.
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'
import type {
  AnnouncementFrame,
  Layer2Clock,
  LinkInterface,
  LinkInterfaces,
  OwnedChanges,
  Responder,
  ResponderEvents,
  ResponderFailure,
  ResponderPort,
} from '../ports.ts'

export const link = (name: string, more: Partial<LinkInterface> = {}): LinkInterface => ({
  name,
  index: Number(/\d+/.exec(name)?.[0] ?? 0) + 1,
  mac: parseMac(`02:00:00:00:00:0${/\d/.exec(name)?.[0] ?? 9}`),
  up: true,
  carrier: true,
  broadcast: true,
  noArp: false,
  enslaved: false,
  linkLocal: parseIp('fe80::1'),
  ...more,
})

export class FakeClock implements Layer2Clock {
  #nowMs = 1_000
  #timers: { readonly atMs: number; readonly then: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }

  after(ms: number, then: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, then }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  /** Runs what becomes due, in order, and lets promises settle in between. */
  async forward(ms: number): Promise<void> {
    const end = this.#nowMs + ms
    for (;;) {
      await settle()
      const next = this.#timers.sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined || next.atMs > end) break
      this.#timers.shift()
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.then()
    }
    this.#nowMs = end
    await settle()
  }

  get waiting(): number {
    return this.#timers.length
  }
}

export const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

/** Remembers what was said; answers when `release` is called, at once unless `slow`. */
export class FakeResponder implements Responder, ResponderPort {
  owned = new Map<string, Map<string, Ip>>()
  readonly changes: OwnedChanges[] = []
  readonly frames: AnnouncementFrame[] = []
  failures: ResponderFailure[] = []
  slow = false
  starts = 0
  stopped = false
  events: ResponderEvents | undefined
  #held: { readonly resolve: () => void; readonly reject: (cause: Error) => void }[] = []

  start(events: ResponderEvents): Promise<Responder> {
    this.starts++
    this.events = events
    return Promise.resolve(this)
  }

  async changeOwned(changes: OwnedChanges): Promise<readonly ResponderFailure[]> {
    this.changes.push(changes)
    if (this.slow) await new Promise<void>((resolve, reject) => this.#held.push({ resolve, reject }))
    for (const [name, { gone, come }] of changes) {
      const own = this.owned.get(name) ?? new Map<string, Ip>()
      for (const address of gone) own.delete(formatIp(address))
      for (const address of come) own.set(formatIp(address), address)
      if (own.size === 0) this.owned.delete(name)
      else this.owned.set(name, own)
    }
    return this.failures
  }

  release(): void {
    for (const { resolve } of this.#held.splice(0)) resolve()
  }

  /** What was asked for fails, and whoever takes its place knows nothing. */
  async die(): Promise<void> {
    const cause = new Error('out of memory')
    this.owned = new Map()
    for (const { reject } of this.#held.splice(0)) reject(cause)
    this.events?.onDeath(cause)
    await settle()
  }

  announce(frames: readonly AnnouncementFrame[]): Promise<readonly ResponderFailure[]> {
    this.frames.push(...frames)
    return Promise.resolve([])
  }

  counts() {
    return Promise.resolve(
      [...this.owned].flatMap(([interfaceName, addresses]) =>
        [...addresses.values()].map((address) => ({
          interfaceName,
          address,
          requests: 3,
          answers: 2,
          refreshes: 1,
        })),
      ),
    )
  }

  stop(): Promise<void> {
    this.stopped = true
    return Promise.resolve()
  }

  /** `eth0: 192.0.2.1 192.0.2.2` */
  get said(): string[] {
    return [...this.owned].map(([name, addresses]) => `${name}: ${[...addresses.keys()].join(' ')}`)
  }
}

export class FakeInterfaces implements LinkInterfaces {
  current: readonly LinkInterface[]
  failure: Error | undefined
  onChange = (): void => undefined
  watched = false

  constructor(current: readonly LinkInterface[]) {
    this.current = current
  }

  list(): Promise<readonly LinkInterface[]> {
    return this.failure === undefined ? Promise.resolve(this.current) : Promise.reject(this.failure)
  }

  watch(onChange: () => void): Promise<() => void> {
    this.onChange = onChange
    this.watched = true
    return Promise.resolve(() => {
      this.watched = false
    })
  }

  async become(current: readonly LinkInterface[]): Promise<void> {
    this.current = current
    this.onChange()
    await settle()
  }
}
