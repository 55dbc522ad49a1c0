// What `lbctl fix` was asked for, checked; and where it prints and asks.
import { CODES } from '../../diagnose/cluster/codes.ts'
import { shellWord } from '../../diagnose/shell-word.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { parseDuration } from '../../net/duration.ts'
import { nearestWords } from '../../terminal/nearest.ts'
import type { ClusterInputRequest } from '../diagnose-cluster-input.ts'
import type { CommandOutput } from '../diagnose-output.ts'

export interface FixRequest extends ClusterInputRequest {
  readonly output: 'text' | 'json' | 'yaml'
  readonly code: string | undefined
  readonly subject: string | undefined
  readonly apply: boolean
  readonly 'dry-run': boolean
  readonly yes: boolean
  /** also objects that some program would change back */
  readonly force: boolean
  readonly undo?: string | undefined
  readonly timeout: string
  readonly keep: boolean
  readonly 'sysctl-dir': string
  /** of a Service: try its address from here; undefined: where the rights for it are there */
  readonly probe?: boolean | undefined
  /** the Node that this host is */
  readonly 'node-name'?: string | undefined
}

export interface FixOutput extends CommandOutput {
  /** undefined: nobody is there to be asked */
  readonly ask: ((question: string) => Promise<boolean>) | undefined
}

/** Rules whose violation is a finding of the whole configuration. */
const OF_FOREIGN_ADDRESSES = /^V8(09|1[0-3])$/

/** `F01`, of `f01` as well; a rule of validate is that of the finding which reports it. @throws LbctlError `usage` */
export function codeOf(asked: string): string {
  const code = asked.toUpperCase()
  if (CODES.has(code)) return code
  if (/^V\d{3}$/.test(code)) return OF_FOREIGN_ADDRESSES.test(code) ? 'F12' : 'F05'
  const near = nearestWords(code, [...CODES.keys()], 3)
  throw new LbctlError('usage', `There is no finding with the code "${asked}".`, {
    hints: [
      near.length === 0
        ? 'Codes are F01 to F48; lbctl fix without a code lists what is found.'
        : `The nearest codes are ${near.join(', ')}.`,
    ],
  })
}

/** Without a code an undo or a list is meant, and nobody to ask needs a yes that was said before. @throws LbctlError `usage` */
export function refuseContradictions(request: FixRequest, output: FixOutput): void {
  if (request['dry-run'] && request.apply)
    throw new LbctlError('usage', '--apply changes something and --dry-run changes nothing: leave one out.', {
      hints: [
        'With neither of them it only shows what would be changed, too; --apply asks before it changes it.',
      ],
    })
  if (request['dry-run'] && request.undo !== undefined)
    throw new LbctlError('usage', '--undo takes back what was changed, and has no --dry-run.', {
      hints: ['The file of the record says what was there before.'],
    })
  if (request.undo !== undefined && request.code !== undefined)
    throw new LbctlError('usage', '--undo takes no code: its record says what it is about.')
  if (request.apply && request.code === undefined)
    throw new LbctlError('usage', '--apply needs a code: lbctl changes what you name, and nothing else.', {
      hints: ['lbctl fix lists what is found.'],
    })
  if (request.apply && !request.yes && output.ask === undefined)
    throw new LbctlError(
      'usage',
      '--apply asks before it changes anything, and there is no terminal to ask on.',
      {
        hints: ['Look at what it would do without --apply, then add --yes.'],
      },
    )
}

const LONGEST_MS = 3_600_000

/** @throws LbctlError `usage` */
export function timeoutMsOf(text: string): number {
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 0 && ms <= LONGEST_MS) return ms
  throw new LbctlError('usage', `--timeout takes a time up to 1h, such as 1m, not "${text}".`)
}

/** A command to copy: it has to go to the same cluster. */
export const ownCommand = (
  { kubeconfig, context }: Pick<FixRequest, 'kubeconfig' | 'context'>,
  words: readonly (string | undefined)[],
): string =>
  [
    'lbctl fix',
    ...words.flatMap((word) => (word === undefined ? [] : [shellWord(word)])),
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', shellWord(kubeconfig)]),
    ...(context === undefined ? [] : ['--context', shellWord(context)]),
  ].join(' ')
