// The watches that are open now: their sockets, and the ways in which they end.
import type { ServerResponse } from 'node:http'
import type { Faults } from '../faults.ts'
import type { WatchSession, WatchTimers } from '../watch/watch-session.ts'
import { warningHeaders } from './warning-headers.ts'
import type { WatchAnswer } from './watch-requests.ts'

interface RunningWatch {
  readonly storage: string
  readonly session: WatchSession
}

/** Lines that wait for a slow reader; beyond this a real server ends the watch too. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024

export class RunningWatches {
  readonly #faults: Faults
  readonly #timers: WatchTimers
  readonly #running = new Set<RunningWatch>()

  constructor(faults: Faults, timers: WatchTimers) {
    this.#faults = faults
    this.#timers = timers
  }

  run(answer: WatchAnswer, response: ServerResponse): void {
    response.statusCode = 200
    response.setHeader('content-type', 'application/json')
    response.setHeader('cache-control', 'no-cache, private')
    if (answer.warnings.length > 0) response.setHeader('warning', warningHeaders(answer.warnings))
    // The client learns at once that it is served, events or not.
    response.flushHeaders()
    const lines: string[] = []
    let flushing = false
    const flush = () => {
      flushing = false
      if (response.writableEnded || lines.length === 0) return
      response.write(lines.splice(0).join(''))
    }
    const session = answer.watch({
      line: (text) => {
        lines.push(`${text}\n`)
        if (!flushing) queueMicrotask(flush)
        flushing = true
        if (response.writableLength > MAX_BUFFERED_BYTES) session.end()
      },
      end: () => {
        flush()
        response.end()
      },
    })
    this.#keep({ storage: answer.storage, session }, response)
    session.start(this.#timers)
  }

  #keep(watch: RunningWatch, response: ServerResponse): void {
    this.#running.add(watch)
    const forget = this.#faults.watchOpened(() => response.socket?.destroy())
    response.on('close', () => {
      forget()
      this.#running.delete(watch)
      watch.session.stop()
    })
  }

  /** Ends those of one kind plainly. */
  endOf(storage: string): void {
    for (const { storage: own, session } of [...this.#running]) if (own === storage) session.end()
  }

  endAll(): void {
    for (const { session } of [...this.#running]) session.end()
  }
}
