// SIGINT and SIGTERM as one AbortSignal: who works with it stops by itself, and the process ends with 130 or 143.
import { EXIT } from '../errors/exit-codes.ts'

const EXIT_OF_SIGNAL = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/** The reason of the AbortSignal that `watchSignals` gives out. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly exitCode: (typeof EXIT_OF_SIGNAL)[keyof typeof EXIT_OF_SIGNAL]

  constructor(signal: keyof typeof EXIT_OF_SIGNAL) {
    super(`stopped by ${signal}`)
    this.exitCode = EXIT_OF_SIGNAL[signal]
  }
}

export interface SignalWatch {
  readonly signal: AbortSignal
  /** takes the handlers away again */
  release(): void
}

/**
 * Aborts on the first SIGINT or SIGTERM and leaves the rest to whoever holds the signal; the second one, or
 * `graceMs` after the first, ends the process.
 * @param onFirst called before anybody else hears of it
 */
export function watchSignals(
  graceMs: number,
  onFirst: (name: keyof typeof EXIT_OF_SIGNAL) => void = () => undefined,
): SignalWatch {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals): void => {
    const known = name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'
    const stopped = new Stopped(known)
    if (controller.signal.aborted) process.exit(stopped.exitCode)
    onFirst(known)
    controller.abort(stopped)
    setTimeout(() => process.exit(stopped.exitCode), graceMs).unref()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

/** Keeps the process up meanwhile: sockets do, but there may be none (no peers, no rights). */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const stayUp = setInterval(() => undefined, 1 << 30)
    signal.addEventListener('abort', () => {
      clearInterval(stayUp)
      resolve()
    })
  })
