// Whether a finding is gone after a fix: the same checks over facts that are read again, until it is or the time is over.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Severity } from '../../config/diagnostic.ts'
import type { KubeObject } from '../../config/kube-object.ts'
import { type ClusterFacts, itemsOf, readPlane } from '../../diagnose/cluster/cluster-facts.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { findingKey, findingsOf } from '../../fix/predict.ts'
import { type FindingWithRemedy, isRemedy } from '../../fix/remedy.ts'
import { Stopped } from '../signals.ts'

const INTERVAL_MS = 2000

export interface Verified {
  /** titles of treated findings that are still there, and as bad */
  readonly remaining: readonly string[]
  /** titles of those that are still there, and milder: a router without BGP that nothing hangs on any more */
  readonly milder: readonly string[]
  /** the last look failed, or was ended by a signal: then nothing is known */
  readonly unseen: LbctlError | Stopped | undefined
}

export interface VerifyOptions {
  readonly planned: readonly FindingWithRemedy[]
  /** of before the fix */
  readonly facts: ClusterFacts
  readonly look: () => Promise<ClusterFacts>
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** told once, when the first look was not enough */
  readonly onWait: () => void
}

/** A signal does not make it throw: what was written before has to be told all the same. */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const { signal } = options
  try {
    const seen = await lookUntilGone(options)
    // What was read while it was cut says nothing.
    return signal.aborted ? stoppedBy(signal) : seen
  } catch (error) {
    if (signal.aborted) return stoppedBy(signal)
    throw error
  }
}

const stoppedBy = ({ reason }: AbortSignal): Verified => ({
  remaining: [],
  milder: [],
  unseen: reason instanceof Stopped ? reason : new Stopped('SIGINT'),
})

async function lookUntilGone(options: VerifyOptions): Promise<Verified> {
  const { planned, facts, look, timeoutMs, signal, onWait } = options
  const treated = new Map(
    planned.filter(({ remedy }) => isRemedy(remedy)).map((each) => [findingKey(each), each.severity]),
  )
  const known = new Set(itemsOf(facts.events).map(eventKey))
  const until = performance.now() + timeoutMs
  for (let turn = 0; ; turn += 1) {
    const seen = await lookOnce(look, treated, known)
    const isOver = performance.now() + INTERVAL_MS > until
    if ((seen.unseen === undefined && seen.remaining.length === 0) || isOver) return seen
    if (turn === 0) onWait()
    await sleep(INTERVAL_MS, undefined, { signal })
  }
}

async function lookOnce(
  look: () => Promise<ClusterFacts>,
  treated: ReadonlyMap<string, Severity>,
  known: ReadonlySet<string>,
): Promise<Verified> {
  try {
    const facts = await look()
    // An event of before the change tells of before it; one that comes again has another time or count.
    const events =
      facts.events.status === 'read'
        ? readPlane(itemsOf(facts.events).filter((each) => !known.has(eventKey(each))))
        : facts.events
    const left = findingsOf({ ...facts, events }).flatMap((each) => {
      const before = treated.get(findingKey(each))
      return before === undefined
        ? []
        : [{ text: `${each.code} ${each.title}`, isMilder: isMilder(each.severity, before) }]
    })
    const texts = (milder: boolean) =>
      left.filter(({ isMilder: is }) => is === milder).map(({ text }) => text)
    return { remaining: texts(false), milder: texts(true), unseen: undefined }
  } catch (error) {
    if (error instanceof LbctlError) return { remaining: [], milder: [], unseen: error }
    throw error
  }
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info']
const isMilder = (now: Severity, before: Severity): boolean =>
  SEVERITIES.indexOf(now) > SEVERITIES.indexOf(before)

const eventKey = ({ metadata, ...event }: KubeObject): string =>
  JSON.stringify([
    metadata.namespace,
    metadata.name,
    event['lastTimestamp'],
    event['eventTime'],
    event['count'],
    event['series'],
  ])
