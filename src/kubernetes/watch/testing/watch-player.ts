// The machine against the simulated server in virtual time. Every answer may come late, in pieces, twice, or not at all; which, is
// drawn from `random`.
import { step } from '../machine.ts'
import {
  initialState,
  type Timer,
  type WatchEffect,
  type WatchEvent,
  type WatchReport,
  type WatchState,
} from '../state.ts'
import { ResourceView, type ViewChange } from '../view.ts'
import { bookmark, failureOf, type SimulatedServer, type Written } from './simulated-server.ts'

type List = Extract<WatchEffect<string>, { kind: 'list' }>
type Watch = Extract<WatchEffect<string>, { kind: 'watch' }>

/** As in the driver. */
const ANSWER_WITHIN_MS = 60_000

export class WatchPlayer {
  readonly view = new ResourceView<string>((a, b) => a === b)
  readonly reports: WatchReport[] = []
  readonly changes: ViewChange<string>[] = []
  /** changes that said "deleted" while the server was down */
  deletedWhileDown = 0
  requests = 0
  nowMs = 0
  /** how slow the server is */
  answersAfterMs = 0
  /** the next so many requests get this failure */
  refusals: { failure: ReturnType<typeof failureOf>; times: number }[] = []
  state: WatchState<string> = initialState()
  readonly #server: SimulatedServer
  readonly #random: () => number
  readonly #timers = new Map<Timer, number>()
  readonly #queue: { atMs: number; order: number; run: () => void }[] = []
  #order = 0
  readonly #cut = new WeakSet()
  #running: object | undefined
  /** of the open watch: told so far */
  #open: { readonly mine: object; told: number } | undefined

  constructor(server: SimulatedServer, random: () => number) {
    this.#server = server
    this.#random = random
  }

  handle(event: WatchEvent<string>): void {
    const { state, effects } = step(this.state, event, { nowMs: this.nowMs, random: this.#random() })
    this.state = state
    for (const effect of effects) this.#perform(effect)
  }

  /** Lets time pass, and everything happen that is due. */
  advance(ms: number): void {
    const end = this.nowMs + ms
    for (;;) {
      const timers = [...this.#timers].map(([timer, atMs]) => ({
        atMs,
        order: 0,
        run: () => {
          this.#timers.delete(timer)
          this.handle({ kind: 'timer', timer })
        },
        timer,
      }))
      const next = [...this.#queue, ...timers].sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
      if (next === undefined || next.atMs > end) break
      const index = this.#queue.indexOf(next)
      if (index >= 0) this.#queue.splice(index, 1)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.run()
    }
    this.nowMs = end
  }

  write(key: string, value: string | undefined): void {
    if (this.#server.write(key, value) !== undefined) this.#deliver()
  }

  /** The connection of the running request is cut, be it a watch or a page; what was on its way is lost. */
  cut(): void {
    const mine = this.#running
    if (mine === undefined || this.#cut.has(mine)) return
    this.#open = undefined
    this.#cut.add(mine)
    const failure = failureOf('unreachable')
    this.#schedule(0, () => {
      if (this.#running === mine) this.handle({ kind: 'failed', failure })
    })
  }

  kill(): void {
    this.#server.down = true
    this.cut()
  }

  bookmark(): void {
    const open = this.#open
    if (open === undefined || this.#server.down) return
    this.#deliver()
    this.#after(0, open.mine, { kind: 'heard', events: [bookmark(this.#server.version)] })
  }

  #perform(effect: WatchEffect<string>): void {
    switch (effect.kind) {
      case 'list':
      case 'watch':
        this.#request(effect)
        break
      case 'close':
        this.#running = undefined
        this.#open = undefined
        break
      case 'arm':
        this.#timers.set(effect.timer, this.nowMs + effect.ms)
        break
      case 'disarm':
        this.#timers.delete(effect.timer)
        break
      case 'replace':
        this.#tell(this.view.replace(effect.items))
        break
      case 'update':
        this.#tell(this.view.update(effect.events))
        break
      case 'report':
        this.reports.push(effect.report)
        break
      case 'renew-credentials':
        this.refusals = this.refusals.filter(({ failure }) => failure.kind !== 'unauthorized')
    }
  }

  #tell(changes: readonly ViewChange<string>[]): void {
    this.changes.push(...changes)
    if (this.#server.down) this.deletedWhileDown += changes.filter(({ kind }) => kind === 'deleted').length
  }

  #request(effect: List | Watch): void {
    this.requests += 1
    const mine = {}
    this.#running = mine
    this.#open = undefined
    const ms = this.answersAfterMs + this.#random() * 200
    const late = effect.kind === 'list' && ms > ANSWER_WITHIN_MS
    this.#schedule(late ? ANSWER_WITHIN_MS : ms, () => {
      if (this.#running !== mine || this.#cut.has(mine)) return
      if (late) this.handle({ kind: 'failed', failure: failureOf('unreachable') })
      else this.#answer(effect, mine)
    })
  }

  #answer(effect: List | Watch, mine: object): void {
    if (this.#server.down) {
      this.handle({ kind: 'failed', failure: failureOf('unreachable') })
      return
    }
    const refusal = this.refusals.find(({ times }) => times > 0)
    if (refusal !== undefined) {
      refusal.times -= 1
      this.handle({ kind: 'failed', failure: refusal.failure })
      return
    }
    if (effect.kind === 'list') this.#page(effect)
    else this.#openWatch(effect, mine)
  }

  #page({ limit, continueToken }: List): void {
    const [version, from] = (continueToken ?? `${this.#server.version}/0`).split('/').map(Number) as [
      number,
      number,
    ]
    if (continueToken !== undefined && this.#server.isTooOld(version)) {
      this.handle({ kind: 'failed', failure: failureOf('gone', 410) })
      return
    }
    if (version > this.#server.version) {
      // A token of the time before the backup.
      this.handle({ kind: 'failed', failure: failureOf('refused', 500) })
      return
    }
    const all = this.#server.at(version)
    // Pages of the simulation are small, so that a few objects are several pages.
    const to = limit === undefined ? all.length : from + Math.min(limit, 3)
    this.handle({
      kind: 'page',
      items: all.slice(from, to),
      version: String(version),
      continueToken: to < all.length ? `${version}/${to}` : undefined,
    })
  }

  #openWatch({ version, timeoutSeconds }: Watch, mine: object): void {
    if (version === undefined && !this.#server.watchList) {
      this.handle({ kind: 'failed', failure: failureOf('refused', 422) })
      return
    }
    this.handle({ kind: 'opened' })
    this.#after(timeoutSeconds * 1000, mine, { kind: 'ended' })
    if (version !== undefined && this.#server.isTooOld(Number(version))) {
      const events = [{ kind: 'error', failure: failureOf('gone', 410) } as const]
      this.#after(0, mine, { kind: 'heard', events })
      this.#after(0, mine, { kind: 'ended' })
      return
    }
    const now = this.#server.version
    this.#open = { mine, told: version === undefined ? now : Number(version) }
    if (version === undefined) {
      for (const item of this.#server.at(now))
        this.#after(0, mine, { kind: 'heard', events: [{ kind: 'set', item }] })
      this.#after(0, mine, { kind: 'heard', events: [bookmark(now, true)] })
    }
    this.#deliver()
  }

  /** What was written since is put on its way, in pieces, and some of it twice. */
  #deliver(): void {
    const open = this.#open
    if (open === undefined || this.#server.down) return
    const written = this.#server.history.filter((each: Written) => each.version > open.told)
    open.told = Math.max(open.told, this.#server.version)
    let piece: Written[] = []
    const flush = (): void => {
      const events = piece.map((each) => this.#server.told(each))
      if (events.length > 0) this.#after(this.#random() < 0.5 ? 0 : 50, open.mine, { kind: 'heard', events })
      piece = []
    }
    for (const each of written) {
      piece.push(each)
      if (this.#random() < 0.1) piece.push(each)
      if (this.#random() < 0.5) flush()
    }
    flush()
  }

  #lastAtMs = 0

  /** In order, as bytes of one connection are. */
  #after(ms: number, mine: object, event: WatchEvent<string>): void {
    const atMs = event.kind === 'ended' ? this.nowMs + ms : Math.max(this.nowMs + ms, this.#lastAtMs)
    if (event.kind !== 'ended') this.#lastAtMs = atMs
    this.#schedule(atMs - this.nowMs, () => {
      if (this.#running !== mine || this.#cut.has(mine)) return
      if (event.kind === 'ended') this.#open = undefined
      this.handle(event)
    })
  }

  #schedule(ms: number, run: () => void): void {
    this.#order += 1
    this.#queue.push({ atMs: this.nowMs + ms, order: this.#order, run })
  }
}
