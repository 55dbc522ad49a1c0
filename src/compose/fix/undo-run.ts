// `lbctl fix --undo`: back to what the record says.
import type { ExitCode } from '../../errors/exit-codes.ts'
import { exitCodeOf } from '../../fix/apply/outcome.ts'
import { undoFix } from '../../fix/apply/undo-fix.ts'
import { renderFixOutcome } from '../../terminal/fix/outcome.ts'
import { renderFixJson } from '../../terminal/fix/plan.ts'
import { connectCluster } from '../cluster.ts'
import type { FixOutput, FixRequest } from './fix-request.ts'
import type { Host } from './host-port.ts'
import { readRecord, recordFolder } from './records.ts'

/** @throws LbctlError */
export async function undoFrom(
  request: FixRequest,
  host: Host,
  output: FixOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  const record = readRecord(request.undo ?? '', recordFolder(process.env))
  const cluster = record.cluster === undefined ? undefined : await connectCluster(request, signal)
  try {
    const outcome = await undoFix(record, { writer: cluster?.writer, host, code: record.code, signal })
    const exitCode = exitCodeOf(outcome)
    const report = { planned: [], outcome, record: record.id, remaining: undefined, exitCode }
    output.out(
      request.output === 'text'
        ? renderFixOutcome(outcome, undefined, output.stdoutStyle.width)
        : renderFixJson(report, undefined),
    )
    return exitCode
  } finally {
    cluster?.close()
  }
}
