// Waits until what was applied is ready, and tells each change on the way.
import type { KubeObject } from '../../config/kube-object.ts'
import { type PodTrouble, type Remedy, remedyFor } from '../../diagnose/cluster/pod-troubles.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { CancelSignal, ClusterWriter, ObjectRef } from '../../migrate/ports.ts'
import { type Readiness, readinessOf } from './readiness.ts'

export interface WaitOptions {
  /** what keeps the Pods of a workload from coming up */
  readonly why: (workload: KubeObject) => Promise<readonly PodTrouble[]>
  /** milliseconds since any fixed moment */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly timeoutMs: number
  readonly signal?: CancelSignal
  /** told when one of both is another than before */
  readonly onChange: (now: NotReady) => void
}

const PAUSE_MS = 1000

export interface NotReady {
  readonly ref: ObjectRef
  readonly readiness: Readiness
  readonly troubles: readonly PodTrouble[]
  /** what to do about the first of the troubles */
  readonly remedy: Remedy | undefined
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
    troubles: [],
    remedy: undefined,
  }))
  for (;;) {
    const next: NotReady[] = []
    for (const last of pending) {
      // A look that a signal cut short says nothing.
      const now = options.signal?.aborted === true ? last : await lookAt(writer, last, options)
      const told = JSON.stringify([now.readiness.text, now.troubles.filter(isStuck).map(({ text }) => text)])
      const news = shown.get(last.ref) !== told
      // That a definition is served is worth a line to who has heard that it is not.
      const asExpected = !shown.has(last.ref) && now.readiness.ready && !hasPods(last.ref)
      if (news && !asExpected) options.onChange(now)
      shown.set(last.ref, told)
      if (!now.readiness.ready) next.push(now)
    }
    pending = next
    if (pending.length === 0 || options.now() >= end || options.signal?.aborted === true) return pending
    await options.sleep(PAUSE_MS)
  }
}

const hasPods = ({ kind }: ObjectRef): boolean => kind === 'Deployment' || kind === 'DaemonSet'

/** A Pod that only does not answer yet is what is waited for, and no trouble on the way. */
export const isStuck = ({ kind }: PodTrouble): boolean => kind !== 'not ready'

async function lookAt(
  writer: Pick<ClusterWriter, 'get'>,
  last: NotReady,
  { why, signal }: Pick<WaitOptions, 'why' | 'signal'>,
): Promise<NotReady> {
  const { ref } = last
  try {
    const object = await writer.get(ref)
    const readiness = readinessOf(object)
    if (readiness.ready || object === undefined || !hasPods(ref))
      return { ref, readiness, troubles: [], remedy: undefined }
    const troubles = await why(object)
    return { ref, readiness, troubles, remedy: remedyFor(object, troubles) }
  } catch (error) {
    if (signal?.aborted === true) return last
    if (error instanceof LbctlError && (error.kind === 'unreachable' || error.kind === 'timeout')) return last
    throw error
  }
}
