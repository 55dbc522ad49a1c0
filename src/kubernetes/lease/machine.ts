// Who leads, by a Lease of coordination.k8s.io. Pure: what was read, and when, → what to do next.
//
// The holder writes renewTime again and again. Clocks of several machines differ, so nobody compares it with his own clock: who wants the
// lease waits until it has not changed for its whole duration, counted by himself from when he saw it last change. The holder counts from
// before he sent his last successful renewal, and only to five eighths of the duration. So he has stopped for three eighths of it before
// anybody else can begin, and a lost or late answer only makes him stop earlier.
export interface LeaseRecord {
  /** of the object, with which a write has to be guarded */
  readonly version: string
  /** empty: it was given up */
  readonly holder: string
  readonly durationMs: number
  readonly renewTime: string
  readonly acquireTime: string
  readonly transitions: number
}

export interface LeaseMemory {
  /** undefined: there is no such object */
  readonly record: LeaseRecord | undefined
  /** since when it is as it is */
  readonly sinceMs: number
  /** of a Lease that was deleted: who had it may not know yet, and is believed for that long */
  readonly graceMs: number
}

export const NOTHING_SEEN: LeaseMemory = { record: undefined, sinceMs: 0, graceMs: 0 }

export type LeaseStep =
  | { readonly kind: 'create' }
  /** it is ours; write the time again */
  | { readonly kind: 'renew'; readonly record: LeaseRecord }
  /** nobody has it, or who had it is silent for too long */
  | { readonly kind: 'take'; readonly record: LeaseRecord }
  | { readonly kind: 'wait' }

/** @param nowMs of a clock that never goes back */
export function remember(memory: LeaseMemory, record: LeaseRecord | undefined, nowMs: number): LeaseMemory {
  const before = memory.record
  if (record?.version === before?.version) return memory
  const graceMs = record === undefined && before !== undefined && before.holder !== '' ? before.durationMs : 0
  return { record, sinceMs: nowMs, graceMs }
}

/** @param nowMs of the same clock as in `remember` */
export function nextStep(memory: LeaseMemory, identity: string, nowMs: number): LeaseStep {
  const { record, sinceMs, graceMs } = memory
  if (record === undefined) return nowMs - sinceMs < graceMs ? { kind: 'wait' } : { kind: 'create' }
  if (record.holder === identity) return { kind: 'renew', record }
  if (record.holder === '' || nowMs - sinceMs > record.durationMs) return { kind: 'take', record }
  return { kind: 'wait' }
}

export interface LeaseTiming {
  /** how long the others wait */
  readonly durationMs: number
  /** how long the holder believes himself after the beginning of his last successful renewal */
  readonly heldForMs: number
  readonly retryMs: number
}

/** @param durationMs whole seconds, as the Lease has them */
export const leaseTiming = (durationMs: number): LeaseTiming => ({
  durationMs,
  heldForMs: (durationMs * 5) / 8,
  retryMs: (durationMs * 3) / 16,
})

/**
 * How long nobody needs to look: who waits for the end of a lease looks at that moment, and not only when it is time again.
 * @param random 0 ≤ x < 1: several candidates need not come at once
 */
export function pauseMs(memory: LeaseMemory, timing: LeaseTiming, nowMs: number, random: number): number {
  const { record, sinceMs, graceMs } = memory
  const usualMs = timing.retryMs * (0.8 + 0.2 * random)
  const leftMs = sinceMs + (record?.durationMs ?? graceMs) - nowMs
  // A holder has as much left as there is, so he comes when it is time.
  return leftMs < 0 ? usualMs : Math.min(usualMs, leftMs + 1)
}
