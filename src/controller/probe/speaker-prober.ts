// Asks the speakers whether somebody has an address on the link, for many Services at once. A question takes a bounded time, whatever the
// speakers do: an address that could not be asked for is handed out all the same, because a control plane in trouble is no reason to leave
// a Service without one.
import { formatIp, type Ip } from '../../net/ip.ts'
import type { ProbeOutcome } from '../facts/facts.ts'
import type { ControllerClock, LinkProber } from '../ports.ts'
import type { ProbeFinding, ProbingSpeaker } from './ports.ts'
import { SpeakerChoice, type SpeakerProberOptions } from './speaker-choice.ts'

/** What comes within this time is asked in one question. */
const GATHER_MS = 20
/** Addresses of one question: three probes of each at the speaker's 1,000 frames a second take less than a second. */
export const MOST_AT_ONCE = 256
/** From the moment that an address is asked for until it is handed out in any case. */
export const DEADLINE_MS = 8000
/**
 * Until somebody who answered is asked again: a speaker of ours that has just given up the address, and had not heard of it yet, is silent
 * by then. Who still answers has the address.
 */
const SECOND_LOOK_MS = 1000
/** A speaker may hear of a new pool later than we do. So long it is asked again. */
const HEARSAY_MS = 2500
const HEARSAY_STEP_MS = 250
/** An answer counts for so long, for a Service that is decided again. */
const FRESH_MS = 10_000

interface Wanted {
  readonly address: Ip
  readonly text: string
  readonly resolve: (outcome: ProbeOutcome) => void
}

const FREE: ProbeOutcome = { kind: 'free' }

export class SpeakerProber implements LinkProber {
  readonly #clock: ControllerClock
  readonly #choice: SpeakerChoice
  readonly #waiting = new Map<string, Wanted>()
  readonly #asked = new Map<string, Promise<ProbeOutcome>>()
  readonly #freeUntilMs = new Map<string, number>()
  #busy = false

  constructor(options: SpeakerProberOptions) {
    this.#clock = options.clock
    this.#choice = new SpeakerChoice(options)
  }

  async probe(addresses: readonly Ip[]): Promise<ProbeOutcome> {
    const outcomes = await Promise.all(addresses.map((address) => this.#probeOne(address)))
    const worst = (kind: ProbeOutcome['kind']) => outcomes.find((outcome) => outcome.kind === kind)
    return worst('in-use') ?? worst('unknown') ?? FREE
  }

  #probeOne(address: Ip): Promise<ProbeOutcome> {
    const text = formatIp(address)
    if ((this.#freeUntilMs.get(text) ?? Number.NEGATIVE_INFINITY) > this.#clock.nowMs())
      return Promise.resolve(FREE)
    const running = this.#asked.get(text)
    if (running !== undefined) return running
    const asked = new Promise<ProbeOutcome>((resolve) => {
      this.#waiting.set(text, { address, text, resolve })
    })
    this.#asked.set(text, asked)
    this.#clock.after(GATHER_MS, () => void this.#go())
    return asked
  }

  /** One question after the other, so that the rate on the link is that of one. */
  async #go(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting.values()].slice(0, MOST_AT_ONCE)
      for (const { text } of batch) this.#waiting.delete(text)
      await this.#ask(batch)
    }
    this.#busy = false
    const now = this.#clock.nowMs()
    for (const [text, untilMs] of this.#freeUntilMs) if (untilMs <= now) this.#freeUntilMs.delete(text)
  }

  #settle({ text, resolve }: Wanted, outcome: ProbeOutcome): void {
    if (outcome.kind === 'free') this.#freeUntilMs.set(text, this.#clock.nowMs() + FRESH_MS)
    this.#asked.delete(text)
    resolve(outcome)
  }

  async #ask(batch: readonly Wanted[]): Promise<void> {
    const startMs = this.#clock.nowMs()
    const untilMs = startMs + DEADLINE_MS
    let open = batch
    let reasons: ReadonlyMap<string, Reason> = new Map()
    for (;;) {
      const { suspects, ...rest } = await this.#round(open, untilMs)
      for (const wanted of open)
        if (!rest.left.has(wanted.text) && !suspects.has(wanted.text)) this.#settle(wanted, FREE)
      await this.#lookAgain(open, suspects, untilMs)
      reasons = rest.left
      open = open.filter(({ text }) => reasons.has(text))
      const hearsay = open.filter(({ text }) => reasons.get(text)?.kind === 'not-known')
      const now = this.#clock.nowMs()
      for (const wanted of open)
        if (!hearsay.includes(wanted)) this.#settle(wanted, outcomeOf(reasons.get(wanted.text)))
      open = hearsay
      if (open.length === 0) return
      if (now - startMs >= HEARSAY_MS) break
      await this.#pause(HEARSAY_STEP_MS)
    }
    for (const wanted of open) this.#settle(wanted, outcomeOf(reasons.get(wanted.text)))
  }

  /** Asks one speaker after the other until each address is answered for. */
  async #round(
    batch: readonly Wanted[],
    untilMs: number,
  ): Promise<{
    readonly suspects: ReadonlyMap<string, Suspect>
    readonly left: ReadonlyMap<string, Reason>
  }> {
    const suspects = new Map<string, Suspect>()
    const left = new Map<string, Reason>(batch.map(({ text }) => [text, { kind: 'nobody', why: '' }]))
    const speakers = await this.#choice.inOrder()
    if (typeof speakers === 'string') {
      for (const { text } of batch) left.set(text, { kind: 'nobody', why: speakers })
      return { suspects, left }
    }
    for (const speaker of speakers) {
      const open = batch.filter(({ text }) => left.has(text))
      const withinMs = untilMs - this.#clock.nowMs()
      if (open.length === 0 || withinMs <= 0) break
      const answer = await this.#choice.ask(speaker, addressesOf(open), withinMs)
      let useful = false
      for (const { text } of open) {
        const finding: ProbeFinding = answer.ok
          ? (answer.findings.get(text) ?? { kind: 'failed', why: `${speaker.name} does not say` })
          : { kind: 'failed', why: `${speaker.name}: ${answer.why}` }
        const reason = reasonOf(finding, left.get(text))
        if (reason !== undefined) left.set(text, reason)
        else {
          useful = true
          left.delete(text)
          if (finding.kind === 'in-use') suspects.set(text, { speaker, by: finding.by })
        }
      }
      if (useful) this.#choice.prefer(speaker)
    }
    return { suspects, left }
  }

  async #lookAgain(
    batch: readonly Wanted[],
    suspects: ReadonlyMap<string, Suspect>,
    untilMs: number,
  ): Promise<void> {
    if (suspects.size === 0) return
    await this.#pause(SECOND_LOOK_MS)
    for (const speaker of new Set([...suspects.values()].map((suspect) => suspect.speaker))) {
      const mine = batch.filter(({ text }) => suspects.get(text)?.speaker === speaker)
      const withinMs = Math.max(SECOND_LOOK_MS, untilMs - this.#clock.nowMs())
      const answer = await this.#choice.ask(speaker, addressesOf(mine), withinMs)
      for (const wanted of mine) {
        const finding = answer.ok ? answer.findings.get(wanted.text) : undefined
        if (finding?.kind === 'free' || finding?.kind === 'announced') this.#settle(wanted, FREE)
        else {
          // Without a second answer the first one counts.
          const by = finding?.kind === 'in-use' ? finding.by : (suspects.get(wanted.text)?.by ?? '')
          const { address } = wanted
          this.#settle(wanted, { kind: 'in-use', address, by: await this.#choice.nameOf(by) })
        }
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(ms, resolve)
    })
  }
}

interface Suspect {
  readonly speaker: ProbingSpeaker
  readonly by: string
}

/** Why an address is not answered for yet. */
type Reason =
  | { readonly kind: 'no-link' }
  | { readonly kind: 'not-known' }
  | { readonly kind: 'nobody'; readonly why: string }

/** Undefined: this is an answer. A speaker that failed counts for more than one that is not concerned: it might have been. */
function reasonOf(finding: ProbeFinding, before: Reason | undefined): Reason | undefined {
  switch (finding.kind) {
    case 'no-link':
      return before === undefined || (before.kind === 'nobody' && before.why === '') ? finding : before
    case 'not-known':
      return before?.kind === 'nobody' && before.why !== '' ? before : finding
    case 'failed':
      return { kind: 'nobody', why: finding.why }
    default:
      return undefined
  }
}

function outcomeOf(reason: Reason | undefined): ProbeOutcome {
  switch (reason?.kind) {
    // Nobody announces it by layer 2, so there is no link on which somebody could have it.
    case 'no-link':
      return FREE
    case 'not-known':
      return { kind: 'unknown', why: 'no speaker knows of anything that announces its pool' }
    default:
      return { kind: 'unknown', why: reason?.why || 'there was no time left' }
  }
}

const addressesOf = (batch: readonly Wanted[]): readonly Ip[] => batch.map(({ address }) => address)
