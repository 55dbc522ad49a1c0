// Timers that are set anew with every message cost nothing: one that was set for later is found out when it rings.
import type { BgpClock } from '../ports.ts'

interface Alarm {
  atMs: number
  readonly ring: () => void
  cancel: () => void
}

export class Alarms {
  readonly #clock: BgpClock
  readonly #alarms = new Map<string, Alarm>()

  constructor(clock: BgpClock) {
    this.#clock = clock
  }

  /** Rings once, at `atMs` of the clock; replaces the alarm of that name. */
  set(name: string, atMs: number, ring: () => void): void {
    const old = this.#alarms.get(name)
    if (old !== undefined && atMs >= old.atMs) {
      old.atMs = atMs
      return
    }
    old?.cancel()
    const alarm: Alarm = { atMs, ring, cancel: () => {} }
    this.#alarms.set(name, alarm)
    this.#wind(name, alarm)
  }

  clear(name: string): void {
    this.#alarms.get(name)?.cancel()
    this.#alarms.delete(name)
  }

  clearAll(): void {
    for (const name of [...this.#alarms.keys()]) this.clear(name)
  }

  #wind(name: string, alarm: Alarm): void {
    alarm.cancel = this.#clock.after(Math.max(0, Math.ceil(alarm.atMs - this.#clock.nowMs())), () => {
      if (this.#alarms.get(name) !== alarm) return
      if (alarm.atMs > this.#clock.nowMs()) this.#wind(name, alarm)
      // A program that was held up reads what came meanwhile before it says that nothing came.
      else this.#clock.soon(() => this.#ringNow(name, alarm))
    })
  }

  #ringNow(name: string, alarm: Alarm): void {
    if (this.#alarms.get(name) !== alarm) return
    if (alarm.atMs > this.#clock.nowMs()) {
      this.#wind(name, alarm)
      return
    }
    this.#alarms.delete(name)
    alarm.ring()
  }
}
