// Asks for addresses all the time, and holds the answers against what has to be: one owner for what is wanted, silence for what is not.
// Shortly after a change nothing is judged, nor who owns what while members come and go.
const PER_TURN = 40
const TURN_MS = 100
/** An answer may take so long on a machine that does other things. */
const ANSWER_MS = 1_500
/** A changed file counts after 500 ms; a busy machine gets more. */
const GRACE_MS = 4_000
/** A dead speaker is noticed within seconds, and everybody knows some seconds later. */
const MEMBERSHIP_MS = 20_000
/** Nobody answered so many times: it is not the machine. */
const SILENT_TIMES = 3

export class Judge {
  #world
  #open = new Map()
  #silent = new Map()
  #queue = []
  #ask
  #membersAt = performance.now()
  #configurationAt = performance.now()
  #timer
  violations = []
  counts = { asked: 0, owned: 0, free: 0, notJudged: 0, twoOwnersInWindow: 0 }

  constructor(world) {
    this.#world = world
  }

  begin(ask) {
    this.#ask = ask
    this.#timer = setInterval(() => this.#turn(), TURN_MS)
  }

  end() {
    clearInterval(this.#timer)
  }

  membersChanged() {
    this.#membersAt = performance.now()
  }

  configurationChanged() {
    this.#configurationAt = performance.now()
  }

  heard({ address, mac }) {
    this.#open.get(address)?.macs.add(mac)
  }

  #turn() {
    const now = performance.now()
    for (const [address, question] of this.#open) {
      if (now - question.atMs < ANSWER_MS) break
      this.#open.delete(address)
      this.#judge(address, question)
    }
    if (this.#queue.length < PER_TURN) this.#queue.push(...shuffled(this.#world.addresses()))
    const asked = this.#queue.splice(0, PER_TURN).filter((address) => !this.#open.has(address))
    for (const address of asked) this.#open.set(address, { atMs: now, macs: new Set() })
    this.counts.asked += asked.length
    this.#ask(asked)
  }

  #judge(address, { atMs, macs }) {
    if (this.#world.since(address) > atMs - GRACE_MS) {
      this.counts.notJudged++
      this.#silent.delete(address)
      return
    }
    const settled = this.#membersAt < atMs - MEMBERSHIP_MS && this.#configurationAt < atMs - GRACE_MS
    if (!this.#world.isWanted(address)) this.#judgeFree(address, macs)
    else this.#judgeOwned(address, macs, settled)
  }

  #judgeFree(address, macs) {
    this.counts.free++
    if (macs.size > 0) this.#violation(`${address} is nobody's, and ${[...macs].join(', ')} answers`)
  }

  #judgeOwned(address, macs, settled) {
    this.counts.owned++
    if (macs.size > 1 && !settled) this.counts.twoOwnersInWindow++
    if (macs.size > 1 && settled) this.#violation(`${address} has two owners: ${[...macs].join(', ')}`)
    if (macs.size > 0 || !settled) {
      this.#silent.delete(address)
      return
    }
    const times = (this.#silent.get(address) ?? 0) + 1
    this.#silent.set(address, times)
    if (times === SILENT_TIMES) this.#violation(`${address} has to be announced, and nobody answers`)
    else this.#queue.unshift(address)
  }

  #violation(text) {
    this.violations.push(`${new Date().toISOString()} ${text}`)
    if (this.violations.length <= 20) console.log(`VIOLATION ${text}`)
  }
}

function shuffled(list) {
  const copy = [...list]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const kept = copy[i]
    copy[i] = copy[j]
    copy[j] = kept
  }
  return copy
}
