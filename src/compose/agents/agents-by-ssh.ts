// The same plans through the user's own ssh: the plan goes in by stdin, the result comes out of stdout. No password is asked for, and what
// ssh does about keys of hosts is left as the user has it.
import { unframed } from '../../diagnose/agents/agent-log.ts'
import type { AgentPlan } from '../../diagnose/agents/agent-plan.ts'
import type { AgentOutcome } from '../../diagnose/agents/agents-state.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { type ProgramEnd, runProgram } from './run-program.ts'

export interface SshRequest {
  /** `root@`, or with %h and %a */
  readonly user: string
  /** program and words, parted by blanks */
  readonly command: string
  /** how lbctl is called on the node: words, parted by blanks */
  readonly lbctl: string
  readonly timeoutMs: number
  readonly addressOf: (node: string) => string | undefined
}

const AT_ONCE = 8
/** What a shell says when it does not find a program, and ssh when it did not get there. */
const EXIT = { notExecutable: 126, notFound: 127, ssh: 255 } as const

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
  const there = wordsThere(request)
  const outcomes = new Map<string, AgentOutcome>()
  const waiting = [...plans]
  const work = async (): Promise<void> => {
    for (let plan = waiting.shift(); plan !== undefined && !signal.aborted; plan = waiting.shift()) {
      const target = sshTarget(request, plan.node)
      tell(`asks ${plan.node} by ${program} ${target}`)
      outcomes.set(
        plan.node,
        await askBySsh(plan, program, [...words, ...sshWords(target, there)], request, signal),
      )
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

/** @throws LbctlError `usage` */
function wordsThere({ lbctl }: SshRequest): readonly string[] {
  const words = lbctl.trim().split(/\s+/)
  // ssh hands them to a shell: none of them may be more than a word.
  if (words.every((word) => /^[\w./=:@%+-]+$/.test(word))) return words
  throw new LbctlError('usage', `--ssh-lbctl takes plain words, as "sudo -n lbctl", not "${lbctl}".`)
}

export const sshWords = (target: string, lbctl: readonly string[] = ['lbctl']): readonly string[] => [
  '-T',
  '-o',
  'BatchMode=yes',
  '-o',
  'ConnectTimeout=10',
  target,
  ...lbctl,
  'agent',
  'run',
  '--plan',
  '-',
]

async function askBySsh(
  plan: AgentPlan,
  program: string,
  words: readonly string[],
  request: SshRequest,
  signal: AbortSignal,
): Promise<AgentOutcome> {
  const ended = await runProgram(program, words, JSON.stringify(plan), request.timeoutMs, signal)
  const read = unframed(plan.run, ended.stdout)
  return read.ok ? { kind: 'answered', value: read.value } : failureOf(ended, program, read.reason, request)
}

const failed = (reason: string, remedy?: string): AgentOutcome => ({ kind: 'failed', reason, remedy })

function failureOf(
  ended: ProgramEnd,
  program: string,
  reason: string,
  { timeoutMs, lbctl }: SshRequest,
): AgentOutcome {
  const { code } = ended
  if (ended.error !== undefined)
    return failed(
      `the program ${program} cannot be started (${ended.error})`,
      'Install the ssh client, or name another program with --ssh-command.',
    )
  if (ended.late)
    return failed(
      `there was no answer by ssh within ${timeoutMs / 1000} s${lastLine(ended)}`,
      'Try the same by hand; give it more time with --agent-timeout.',
    )
  if (code === EXIT.notFound || code === EXIT.notExecutable)
    return failed(
      `"${lbctl}" cannot be run there (exit code ${code})${lastLine(ended)}`,
      'Copy lbctl to /usr/local/bin of the node, or say where it is with --ssh-lbctl /path/lbctl, or use --agents, which needs nothing on the nodes but an image.',
    )
  if (code === EXIT.ssh)
    return failed(
      `ssh did not get there${lastLine(ended)}`,
      'ssh is run with BatchMode: a key in an agent, or one without a passphrase, and a known host key are needed. Try the same by hand.',
    )
  if (/(^|\/)sudo /.test(`${lbctl} `))
    return failed(
      `"${lbctl}" ended with exit code ${code ?? 'unknown'} there${lastLine(ended)}`,
      'Nobody is asked for a password: let this user run it without one (NOPASSWD in sudoers), with sudo -n, or log in as root.',
    )
  // Its own words begin with what happened; what follows are hints for somebody who sits there.
  const said = ended.stderr.trim().split('\n')[0]?.slice(0, 240) ?? ''
  return failed(
    `${reason}; lbctl there ended with exit code ${code ?? 'unknown'}${said === '' ? '' : `: ${said}`}`,
    'lbctl there has to be of this version: see lbctl --version on both.',
  )
}

function lastLine({ stderr }: ProgramEnd): string {
  const said = stderr.trim().split('\n').at(-1)?.trim().slice(0, 240) ?? ''
  return said === '' ? '' : `: ${said}`
}
