// Waits until what was applied is ready, and tells each change on the way.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { CancelSignal, ClusterWriter, ObjectRef } from '../../migrate/ports.ts'
import { type Readiness, readinessOf } from './readiness.ts'

export interface WaitOptions {
  /** milliseconds since any fixed moment */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly timeoutMs: number
  readonly signal?: CancelSignal
  readonly onChange: (ref: ObjectRef, readiness: Readiness) => void
}

const PAUSE_MS = 1000

export interface NotReady {
  readonly ref: ObjectRef
  readonly readiness: Readiness
}

/** What is not ready when the time is over or the signal came; empty when all is. A cluster that is away for a moment is waited for. */
export async function waitReady(
  writer: Pick<ClusterWriter, 'get'>,
  refs: readonly ObjectRef[],
  options: WaitOptions,
): Promise<readonly NotReady[]> {
  const end = options.now() + options.timeoutMs
  const shown = new Map<ObjectRef, string>()
  let pending: readonly NotReady[] = refs.map((ref) => ({
    ref,
    readiness: { ready: false, text: 'is not known' },
  }))
  for (;;) {
    const next: NotReady[] = []
    for (const last of pending) {
      const readiness = await lookAt(writer, last)
      if (shown.get(last.ref) !== readiness.text) options.onChange(last.ref, readiness)
      shown.set(last.ref, readiness.text)
      if (!readiness.ready) next.push({ ref: last.ref, readiness })
    }
    pending = next
    if (pending.length === 0 || options.now() >= end || options.signal?.aborted === true) return pending
    await options.sleep(PAUSE_MS)
  }
}

async function lookAt(writer: Pick<ClusterWriter, 'get'>, { ref, readiness }: NotReady): Promise<Readiness> {
  try {
    return readinessOf(await writer.get(ref))
  } catch (error) {
    if (error instanceof LbctlError && (error.kind === 'unreachable' || error.kind === 'timeout'))
      return readiness
    throw error
  }
}
