// `lbctl diagnose pool` put together: words and files → ranges → a scan → the verdict.
import { exitCodeOf } from '../diagnose/judge.ts'
import type { PoolVerdict } from '../diagnose/pool/pool-diagnosis.ts'
import type { PoolFacts } from '../diagnose/pool/pool-facts.ts'
import type { ScanProgress } from '../diagnose/pool/scan.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { formatRange } from '../net/prefix.ts'
import { type PoolInputRequest, readPoolInput } from './diagnose-pool-input.ts'
import { askedRanges } from './diagnose-pool-ranges.ts'
import { timeoutMsOf } from './diagnose-pool-time.ts'
import { openKernel } from './linux.ts'

export interface PoolRequest extends PoolInputRequest {
  /** name of a pool, range or prefix */
  readonly pool: string
  readonly interface?: readonly string[] | undefined
  readonly rate: number
  readonly rounds: number
  readonly timeout: string
  readonly netns?: string | undefined
}

export interface PoolOutcome extends PoolVerdict {
  readonly facts: PoolFacts
  readonly exitCode: ExitCode
}

/** @throws LbctlError for what cannot be scanned at all */
export async function runPoolDiagnosis(
  request: PoolRequest,
  onProgress: (progress: ScanProgress) => void,
  signal: AbortSignal,
): Promise<PoolOutcome> {
  const timeoutMs = timeoutMsOf(request.timeout)
  const { objects, uses, nodes } = await readPoolInput(request, signal)
  const asked = askedRanges(request.pool.trim(), objects, uses?.map(({ address }) => address) ?? [])
  const around = await openKernel({ netns: request.netns })
  const [{ collectPool }, { judgePool }] = await Promise.all([
    import('../diagnose/pool/collect-pool.ts'),
    import('../diagnose/pool/pool-diagnosis.ts'),
  ])
  const question = {
    asked: request.pool,
    pool: asked.pool,
    ranges: asked.ranges,
    tooLarge: asked.tooLarge.map(formatRange),
    interfaces: [...new Set(request.interface ?? [])],
    ratePerSecond: request.rate,
    rounds: request.rounds,
    timeoutMs,
    uses,
    nodes,
  }
  const facts = await collectPool(question, around, onProgress, signal)
  const judged = judgePool(facts)
  return { facts, ...judged, exitCode: exitCodeOf([judged.verdict]) }
}
