// Any error → what is told about it. Who caused it decides the words: the user, the surroundings, or lbctl itself.
import { EXIT, EXIT_OF_ERROR } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { ErrorReport } from '../terminal/error-report.ts'
import { Stopped } from './signals.ts'
import { versionLine } from './version.ts'

export function reportOf(error: unknown, command: string): ErrorReport {
  if (error instanceof LbctlError) {
    const { kind, message, facts, hints, docs } = error
    return { kind, message, facts, hints, docs, exitCode: EXIT_OF_ERROR[kind], ...stackOf(error) }
  }
  if (error instanceof Stopped) {
    const { message, exitCode } = error
    return { kind: 'stopped', message, facts: {}, hints: [], docs: undefined, exitCode }
  }
  return {
    kind: 'bug',
    message: `This is a bug in lbctl: ${error instanceof Error ? error.message : String(error)}`,
    facts: { command, version: versionLine() },
    hints: ['Run it again with DEBUG=lbctl to see where it happened, and report both.'],
    docs: undefined,
    exitCode: EXIT.bug,
    ...stackOf(error),
  }
}

function stackOf(error: unknown): { stack?: string } {
  const wanted = (process.env['DEBUG'] ?? '').split(/[\s,]+/).some((name) => /^(lbctl(:.*)?|\*)$/.test(name))
  if (!wanted || !(error instanceof Error)) return {}
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : ''
  return { stack: `${error.stack}${cause}` }
}
