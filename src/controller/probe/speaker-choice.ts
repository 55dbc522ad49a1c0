// Which speaker is asked first, which ones are left alone for a while, and whose hardware address is whose.
import type { Ip } from '../../net/ip.ts'
import type { ControllerClock } from '../ports.ts'
import type { ProbingSpeaker, ProbingSpeakers, SpeakerAnswer } from './ports.ts'

export interface SpeakerProberOptions {
  readonly speakers: ProbingSpeakers
  readonly clock: ControllerClock
  /** `undefined`: speakers can be asked again; else why none can, each time that this changes */
  readonly onTrouble: (why: string | undefined) => void
}

/** The list of speakers is asked for again after so long. */
const LIST_FRESH_MS = 10_000
const NO_LIST_FRESH_MS = 2000
/** One that does not answer costs every question its time, so it is left alone for so long. */
const LEFT_ALONE_MS = 30_000
/** Of one answer; a scan of a full question takes two seconds at most. */
const ANSWER_WITHIN_MS = 4000
const NAME_WITHIN_MS = 1000

export class SpeakerChoice {
  readonly #options: SpeakerProberOptions
  /** by name, until when */
  readonly #leftAlone = new Map<string, { readonly untilMs: number; readonly why: string }>()
  /** by hardware address */
  readonly #nodes = new Map<string, string>()
  #list: readonly ProbingSpeaker[] | string = []
  #listUntilMs = Number.NEGATIVE_INFINITY
  #preferred: string | undefined
  #trouble: string | undefined

  constructor(options: SpeakerProberOptions) {
    this.#options = options
  }

  /** Those that may be asked, the best first; a text: why there is none. */
  async inOrder(): Promise<readonly ProbingSpeaker[] | string> {
    const { speakers, clock } = this.#options
    if (clock.nowMs() >= this.#listUntilMs) {
      this.#list = await speakers.list()
      const isList = typeof this.#list !== 'string' && this.#list.length > 0
      this.#listUntilMs = clock.nowMs() + (isList ? LIST_FRESH_MS : NO_LIST_FRESH_MS)
    }
    const list = this.#list
    if (typeof list === 'string') return this.#tell(list)
    if (list.length === 0) return this.#tell('no speaker listens for such questions')
    const now = clock.nowMs()
    const able = list.filter(({ name }) => (this.#leftAlone.get(name)?.untilMs ?? now) <= now)
    const [first] = list
    if (able.length === 0) return this.#tell(this.#leftAlone.get(first?.name ?? '')?.why ?? '')
    return able.sort((a, b) => this.#rank(a) - this.#rank(b))
  }

  #rank = ({ name }: ProbingSpeaker): number => (name === this.#preferred ? 0 : 1)

  prefer({ name }: ProbingSpeaker): void {
    this.#preferred = name
  }

  async ask(speaker: ProbingSpeaker, addresses: readonly Ip[], withinMs: number): Promise<SpeakerAnswer> {
    const { speakers, clock } = this.#options
    const answer = await speakers.ask(speaker, addresses, Math.min(withinMs, ANSWER_WITHIN_MS))
    if (answer.ok) {
      this.#leftAlone.delete(speaker.name)
      for (const mac of answer.macs) this.#nodes.set(mac, answer.node)
      this.#tell(undefined)
    } else
      this.#leftAlone.set(speaker.name, {
        untilMs: clock.nowMs() + LEFT_ALONE_MS,
        why: `${speaker.name}: ${answer.why}`,
      })
    return answer
  }

  /** A hardware address in words: with the node that it belongs to, if it is one of ours. */
  async nameOf(mac: string): Promise<string> {
    if (!this.#nodes.has(mac)) {
      const speakers = await this.inOrder()
      if (typeof speakers !== 'string')
        await Promise.all(speakers.map((speaker) => this.ask(speaker, [], NAME_WITHIN_MS)))
    }
    const node = this.#nodes.get(mac)
    return node === undefined ? mac : `${mac} (node ${node})`
  }

  #tell(why: string): string
  #tell(why: undefined): undefined
  #tell(why: string | undefined): string | undefined {
    if (why !== this.#trouble) this.#options.onTrouble(why)
    this.#trouble = why
    return why
  }
}
