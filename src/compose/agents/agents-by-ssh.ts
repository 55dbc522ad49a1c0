// The same plans through the user's own ssh: the plan goes in by stdin, the result comes out of stdout. No password is asked for, and what
// ssh does about keys of hosts is left as the user has it.
import { spawn } from 'node:child_process'
import { unframed } from '../../diagnose/agents/agent-log.ts'
import type { AgentPlan } from '../../diagnose/agents/agent-plan.ts'
import type { AgentOutcome } from '../../diagnose/agents/agents-state.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'

export interface SshRequest {
  /** `root@`, or with %h and %a */
  readonly user: string
  /** program and words, parted by blanks */
  readonly command: string
  readonly timeoutMs: number
  readonly addressOf: (node: string) => string | undefined
}

const AT_ONCE = 8
const MOST_BYTES = 8 * 1024 * 1024
/** What a shell says when it does not find a program, and ssh when it did not get there. */
const EXIT = { notFound: 127, ssh: 255 } as const

/** @throws LbctlError `usage` */
export async function agentsBySsh(
  plans: readonly AgentPlan[],
  request: SshRequest,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AgentOutcome>> {
  const [program, ...words] = request.command.trim().split(/\s+/)
  if (program === undefined || program === '')
    throw new LbctlError('usage', '--ssh-command names no program.')
  const outcomes = new Map<string, AgentOutcome>()
  const waiting = [...plans]
  const work = async (): Promise<void> => {
    for (let plan = waiting.shift(); plan !== undefined && !signal.aborted; plan = waiting.shift()) {
      const target = sshTarget(request, plan.node)
      tell(`asks ${plan.node} by ${program} ${target}`)
      outcomes.set(plan.node, await askBySsh(plan, program, [...words, ...sshWords(target)], request, signal))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return outcomes
}

/** @throws LbctlError `usage` */
export function sshTarget({ user, addressOf }: SshRequest, node: string): string {
  const target = /%[ha]/.test(user)
    ? user.replaceAll('%h', node).replaceAll('%a', addressOf(node) ?? node)
    : `${user}${user === '' || user.endsWith('@') ? '' : '@'}${node}`
  // A word that begins with a dash would be an option of ssh.
  if (/^[a-zA-Z0-9_][^\s]*$/.test(target)) return target
  throw new LbctlError('usage', `--ssh takes a user, as root@, not "${user}".`)
}

export const sshWords = (target: string): readonly string[] => [
  '-T',
  '-o',
  'BatchMode=yes',
  '-o',
  'ConnectTimeout=10',
  target,
  'lbctl',
  'agent',
  'run',
  '--plan',
  '-',
]

interface Ended {
  readonly code: number | null
  /** node's code when the program could not be started */
  readonly error: string | undefined
  readonly stdout: string
  readonly stderr: string
  readonly late: boolean
}

async function askBySsh(
  plan: AgentPlan,
  program: string,
  words: readonly string[],
  { timeoutMs }: SshRequest,
  signal: AbortSignal,
): Promise<AgentOutcome> {
  const ended = await runProgram(program, words, JSON.stringify(plan), timeoutMs, signal)
  const read = unframed(plan.run, ended.stdout)
  return read.ok ? { kind: 'answered', value: read.value } : failureOf(ended, program, read.reason, timeoutMs)
}

function failureOf(ended: Ended, program: string, reason: string, timeoutMs: number): AgentOutcome {
  const said = ended.stderr.trim().split('\n').at(-1)?.slice(0, 240) ?? ''
  const quoted = said === '' ? '' : `: ${said}`
  const failed = (why: string, remedy?: string): AgentOutcome => ({ kind: 'failed', reason: why, remedy })
  if (ended.error !== undefined)
    return failed(
      `the program ${program} cannot be started (${ended.error})`,
      'Install the ssh client, or name another program with --ssh-command.',
    )
  if (ended.late) return failed(`there was no answer by ssh within ${timeoutMs / 1000} s${quoted}`)
  if (ended.code === EXIT.notFound)
    return failed(
      'lbctl is not installed there, or not in the PATH of a command by ssh',
      'Copy lbctl to /usr/local/bin of the node, or use --agents, which needs nothing on the nodes but an image.',
    )
  if (ended.code === EXIT.ssh)
    return failed(
      `ssh did not get there${quoted}`,
      'ssh is run with BatchMode: a key in an agent, or one without a passphrase, and a known host key are needed. Try the same by hand.',
    )
  return failed(`${reason}; lbctl there ended with exit code ${ended.code ?? 'unknown'}${quoted}`)
}

function runProgram(
  program: string,
  words: readonly string[],
  stdin: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] })
    let [stdout, stderr, late] = ['', '', false]
    const end = (): void => void child.kill('SIGTERM')
    const timer = setTimeout(() => {
      late = true
      end()
    }, timeoutMs)
    signal.addEventListener('abort', end, { once: true })
    const settle = (code: number | null, error: string | undefined): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve({ code, error, stdout, stderr, late })
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < MOST_BYTES) stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < 64 * 1024) stderr += text
    })
    // A program that ends before it has read the plan.
    child.stdin.on('error', () => undefined)
    child.on('error', (error: NodeJS.ErrnoException) => settle(null, error.code ?? 'unknown error'))
    child.on('close', (code) => settle(code, undefined))
    child.stdin.end(stdin)
  })
}
