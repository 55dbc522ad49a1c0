// What the server answered to our writes, until the watch has seen it; without it a status would be created twice.
import type { StatusRecord } from './status-records.ts'

export interface AnsweredRecordsOptions {
  /** calls back after a time; gives back how to call it off */
  readonly after: (ms: number, call: () => void) => () => void
  /** an answer was never seen by the watch: what it said was deleted before it could be, so it has to be looked at anew */
  readonly onUnseen: (service: string) => void
}

/** No answer is under way for longer, and no watch is behind for longer without that it asks for everything anew. */
const SEEN_WITHIN_MS = 60_000

interface Answered {
  readonly record: StatusRecord
  readonly callOff: () => void
}

export class AnsweredRecords {
  readonly #options: AnsweredRecordsOptions
  /** by name */
  readonly #records = new Map<string, Answered>()
  /** by uid: seen to go, maybe while an answer about it was on its way */
  readonly #gone = new Map<string, () => void>()

  constructor(options: AnsweredRecordsOptions) {
    this.#options = options
  }

  take(record: StatusRecord): void {
    if (this.#gone.has(record.uid)) return
    this.forget(record.name)
    const callOff = this.#options.after(SEEN_WITHIN_MS, () => {
      this.#records.delete(record.name)
      this.#options.onUnseen(record.service)
    })
    this.#records.set(record.name, { record, callOff })
  }

  /** The watch told of it: from now on its word counts. */
  seen({ name, uid }: StatusRecord, kind: 'set' | 'deleted'): void {
    this.forget(name)
    if (kind === 'set') return
    this.#gone.get(uid)?.()
    this.#gone.set(
      uid,
      this.#options.after(SEEN_WITHIN_MS, () => this.#gone.delete(uid)),
    )
  }

  forget(name: string): void {
    this.#records.get(name)?.callOff()
    this.#records.delete(name)
  }

  of(service: string): StatusRecord[] {
    return [...this.#records.values()].flatMap(({ record }) => (record.service === service ? record : []))
  }

  /** No call comes afterwards; what is known stays. */
  stop(): void {
    for (const { callOff } of this.#records.values()) callOff()
    for (const callOff of this.#gone.values()) callOff()
    this.#gone.clear()
  }
}
