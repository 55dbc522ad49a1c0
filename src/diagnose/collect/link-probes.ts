// Asks who has the address: the first frames that a diagnosis sends.
import type { ProbeRound, Reply } from '../facts/link-facts.ts'
import type { ProbeSpec } from './probe-frame.ts'
import type { ProbePlan } from './probe-plan.ts'
import { probeRound, type RoundOptions } from './probe-round.ts'
import type { LinkQuestion, Progress, Surroundings } from './question.ts'
import { replyText } from './step-texts.ts'

export type ProbeDependencies = Surroundings & { readonly progress: Progress; readonly signal: AbortSignal }

/** Later rounds only add to what the first one has shown. */
const LATER_COUNT = 2
const QUICK_MS = 500
const hasAnswer = ({ replies }: ProbeRound): boolean => replies.some(({ kind }) => kind === 'answer')

/** All interfaces at once, the rounds of one interface one after another. */
export async function askOwners(
  plans: readonly ProbePlan[],
  question: LinkQuestion,
  deps: ProbeDependencies,
): Promise<ProbeRound[]> {
  const { count, intervalMs, timeoutMs } = question
  const first: RoundOptions = { purpose: 'owner', count, intervalMs, timeoutMs }
  const later: RoundOptions = {
    purpose: 'owner',
    count: Math.min(LATER_COUNT, count),
    intervalMs: Math.min(QUICK_MS, intervalMs),
    timeoutMs,
  }
  const perInterface = plans.map(async (plan) => {
    const rounds: ProbeRound[] = []
    for (const [index, spec] of plan.first.entries())
      rounds.push(await reportedRound(spec, index === 0 ? first : later, deps))
    for (const spec of plan.ifSilent)
      if (!rounds.some(hasAnswer)) rounds.push(await reportedRound(spec, later, deps))
    return rounds
  })
  return (await Promise.all(perInterface)).flat()
}

function reportedRound(spec: ProbeSpec, options: RoundOptions, deps: ProbeDependencies): Promise<ProbeRound> {
  const { progress } = deps
  progress.probe(spec)
  const onReply = (reply: Reply) => progress.step('reply', replyText(spec, reply))
  return probeRound(spec, options, { ...deps, onReply })
}
