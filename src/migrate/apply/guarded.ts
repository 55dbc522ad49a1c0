// A write that must hit the object as it was looked at, on objects whose status others write all the time.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ClusterWriter, LiveObject, ObjectRef } from '../ports.ts'
import { refText } from './plan.ts'

/** A busy status changes the resourceVersion between read and write now and then, not three times in a row. */
const TRIES = 4

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
    const live = await writer.get(ref)
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
