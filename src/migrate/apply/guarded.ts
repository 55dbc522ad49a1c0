// A write that must hit the object as it was looked at, on objects whose status others write all the time.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ClusterWriter, LiveObject, ObjectRef } from '../ports.ts'
import type { Failure } from './outcome.ts'
import { refText } from './plan.ts'

/** A busy status changes the resourceVersion between read and write now and then, not three times in a row. */
const TRIES = 4

/** The look at the object failed, so nothing was written. */
class NotRead extends Error {
  override readonly name = 'NotRead'
  override readonly cause: LbctlError

  constructor(cause: LbctlError) {
    super('not read')
    this.cause = cause
  }
}

/** What a failed write means. A bug is thrown on. */
export function failureOf(ref: ObjectRef, error: unknown): Failure {
  if (error instanceof NotRead) return { ref, error: error.cause, written: 'no' }
  if (!(error instanceof LbctlError)) throw error
  // A connection that was never made wrote nothing, but that is not told apart here: to say "unknown" is always true.
  const isUncertain = error.kind === 'unreachable' || error.kind === 'timeout'
  return { ref, error, written: isUncertain ? 'unknown' : 'no' }
}

/**
 * Reads the object, asks `acceptable`, and writes with the version just read as the precondition. A lost race reads again:
 * only a change that `acceptable` minds is a conflict.
 */
export async function writeGuarded<T>(
  writer: ClusterWriter,
  ref: ObjectRef,
  acceptable: (live: LiveObject | undefined) => boolean,
  write: (live: LiveObject) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await writer.get(ref).catch((error: unknown) => {
      throw error instanceof LbctlError ? new NotRead(error) : error
    })
    if (live === undefined || !acceptable(live))
      throw new LbctlError(
        'conflict',
        `${refText(ref)} was changed by somebody else in the meantime; it was left alone.`,
      )
    try {
      return await write(live)
    } catch (error) {
      if (!(error instanceof LbctlError) || error.kind !== 'conflict' || attempt === TRIES) throw error
    }
  }
}
