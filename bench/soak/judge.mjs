// Asks for addresses all the time, and holds the answers against what has to be: one owner for what is wanted, silence for what is not.
// Nothing is judged as long as a change may still be on its way (windows.mjs), nor who owns what while members come and go. It has no
// clock of its own.
const PER_TURN = 40
/** Nobody answered so many times: it is not one lost frame. */
const SILENT_TIMES = 3
/** A turn that comes later than this was not run by the machine, and neither was a speaker, perhaps. */
const STALLED_MS = 500

export class Judge {
  #world
  #windows
  #open = new Map()
  #silent = new Map()
  #queue = []
  #ask
  #shuffled
  /** until when, on account of members and of the configuration, more than one may answer, or nobody */
  #unsettledUntil = 0
  /** frames that were sent before are not judged: nobody ran then */
  #stalledUntil = 0
  #turnAt
  /** what happened last, so that a violation can be told from a change that came late */
  #last = { what: 'the start', atMs: 0 }
  violations = []
  counts = { asked: 0, owned: 0, free: 0, notJudged: 0, twoOwnersInWindow: 0, stalls: 0 }

  /**
   * @param world what has to be: `addresses()`, `isWanted(address)`, `since(address)` since when it is so
   * @param ask sends questions
   * @param shuffled a list in another order
   */
  constructor({ world, windows, ask, shuffled }) {
    this.#world = world
    this.#windows = windows
    this.#ask = ask
    this.#shuffled = shuffled
  }

  /** @param how 'started', 'stopped' or 'killed' */
  memberChanged(how, nowMs) {
    this.#last = { what: `a speaker was ${how}`, atMs: nowMs }
    this.#unsettledUntil = Math.max(this.#unsettledUntil, nowMs + this.#windows[how])
  }

  /** Nodes may be owners that were none before. */
  configurationChanged(nowMs) {
    this.#last = { what: 'the configuration changed', atMs: nowMs }
    this.#unsettledUntil = Math.max(this.#unsettledUntil, nowMs + this.#windows.files)
  }

  heard({ address, mac }) {
    this.#open.get(address)?.macs.add(mac)
  }

  /** Judges what was asked long enough ago, and asks further. Wanted ten times a second. */
  turn(nowMs) {
    if (this.#turnAt !== undefined && nowMs - this.#turnAt > STALLED_MS) {
      this.counts.stalls++
      this.#stalledUntil = nowMs + this.#windows.files
    }
    this.#turnAt = nowMs
    for (const [address, question] of this.#open) {
      if (nowMs - question.atMs < this.#windows.answer) break
      this.#open.delete(address)
      this.#judge(address, question)
    }
    if (this.#queue.length < PER_TURN) this.#queue.push(...this.#shuffled(this.#world.addresses()))
    const asked = this.#queue.splice(0, PER_TURN).filter((address) => !this.#open.has(address))
    for (const address of asked) this.#open.set(address, { atMs: nowMs, macs: new Set() })
    this.counts.asked += asked.length
    this.#ask(asked)
  }

  #judge(address, { atMs, macs }) {
    if (this.#world.since(address) > atMs - this.#windows.files || atMs < this.#stalledUntil) {
      this.counts.notJudged++
      this.#silent.delete(address)
      return
    }
    if (!this.#world.isWanted(address)) this.#judgeFree(address, macs, atMs)
    else this.#judgeOwned(address, macs, atMs)
  }

  #judgeFree(address, macs, atMs) {
    this.counts.free++
    if (macs.size > 0) this.#violation(`${address} is nobody's, and ${[...macs].join(', ')} answers`, atMs)
  }

  #judgeOwned(address, macs, atMs) {
    this.counts.owned++
    const settled = atMs > this.#unsettledUntil
    if (macs.size > 1 && !settled) this.counts.twoOwnersInWindow++
    if (macs.size > 1 && settled) this.#violation(`${address} has two owners: ${[...macs].join(', ')}`, atMs)
    if (macs.size > 0 || !settled) {
      this.#silent.delete(address)
      return
    }
    const times = (this.#silent.get(address) ?? 0) + 1
    this.#silent.set(address, times)
    if (times === SILENT_TIMES) this.#violation(`${address} has to be announced, and nobody answers`, atMs)
    else this.#queue.unshift(address)
  }

  #violation(text, atMs) {
    const { what, atMs: lastMs } = this.#last
    this.violations.push(`${text} (asked ${((atMs - lastMs) / 1000).toFixed(1)} s after ${what})`)
  }
}
