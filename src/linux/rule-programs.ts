// Programs that print the rules of the kernel, run with a deadline. They are found as root's shell would find them: on many
// systems /usr/sbin is not on the path of others. Children belong to the network namespace of the main thread.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ProgramOutcome, RulePrograms } from '../diagnose/path/ports.ts'

const DEADLINE_MS = 20_000
/** A node with ten thousand Services prints some 30 MB. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024

export interface RuleProgramOptions {
  /** whether this process may read the rules at all (CAP_NET_ADMIN) */
  readonly permitted: boolean
  readonly signal?: AbortSignal | undefined
  readonly deadlineMs?: number
  readonly env?: Readonly<Record<string, string | undefined>>
}

export function rulePrograms(options: RuleProgramOptions): RulePrograms {
  const { PATH = '' } = options.env ?? process.env
  const path = [PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(':')
  return { read: readSmall, run: (program, args) => run(program, args, path, options) }
}

/** Synchronously: /proc/net belongs to the namespace of the reading thread. */
function readSmall(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function run(
  program: string,
  args: readonly string[],
  path: string,
  { permitted, signal, deadlineMs = DEADLINE_MS }: RuleProgramOptions,
): Promise<ProgramOutcome> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        env: { PATH: path, LC_ALL: 'C' },
        timeout: deadlineMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        encoding: 'utf8',
        ...(signal === undefined ? {} : { signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ result: 'read', text: stdout })
        else resolve(failed(error, stderr, permitted))
      },
    )
  })
}

/** Node's error of a child process: a system error's name, or the number with which the program ended. */
interface ChildError {
  readonly code?: string | number | null
  readonly killed?: boolean
  readonly signal?: NodeJS.Signals | null
}

function failed(error: ChildError, stderr: string, permitted: boolean): ProgramOutcome {
  if (error.code === 'ENOENT') return { result: 'not installed', note: undefined }
  if (error.code === 'EACCES' || !permitted)
    return { result: 'not permitted', note: 'reading rules takes CAP_NET_ADMIN' }
  if (error.killed === true) return { result: 'timed out', note: undefined }
  const [line = ''] = stderr.trim().split('\n')
  return {
    result: 'failed',
    note: line === '' ? `ended with ${String(error.code ?? error.signal)}` : line.slice(0, 200),
  }
}
