// The words of `lbctl capture` → what to capture, and the errors of words that make no sense.
import {
  CAPTURE_KINDS,
  type CaptureSubject,
  parseSubject,
  type SubjectError,
} from '../diagnose/capture/subject.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { parseDuration } from '../net/duration.ts'
import { nearestWords } from '../terminal/nearest.ts'

export interface CaptureWords {
  readonly subject: readonly string[]
  readonly interface?: readonly string[] | undefined
  readonly count?: number | undefined
  readonly duration?: string | undefined
  readonly write?: string | undefined
  readonly promiscuous: boolean
  readonly netns?: string | undefined
  readonly output: 'text' | 'json'
}

/** @throws LbctlError `usage` */
export function subjectOf(words: readonly string[]): CaptureSubject {
  const subject = parseSubject(words)
  if (subject.ok) return subject.value
  throw usageError(subject.error)
}

function usageError(error: SubjectError): LbctlError {
  switch (error.reason) {
    case 'prefix':
      return new LbctlError('usage', `"${error.word}" is a range; capture takes single addresses.`, {
        hints: ['Name the addresses one by one, or none and filter the output of -o json.'],
      })
    case 'neither protocol nor address': {
      const known = [...CAPTURE_KINDS, 'all']
      const [near] = nearestWords(error.word, known)
      const meant = near === undefined ? [] : [`Did you mean "${near}"?`]
      return new LbctlError('usage', `"${error.word}" is neither a protocol nor an address.`, {
        hints: [...meant, `The protocols are ${known.join(', ')}.`],
      })
    }
    case 'nothing to see': {
      const other = error.kind === 'arp' ? 'ndp' : 'arp'
      return new LbctlError(
        'usage',
        `${error.kind === 'arp' ? 'ARP is about IPv4' : 'NDP is about IPv6'} addresses, and an IPv${error.family} address was given.`,
        { hints: [`lbctl capture ${other} shows the same for IPv${error.family}.`] },
      )
    }
  }
}

/** setTimeout takes no more. */
const LONGEST_MS = 2 ** 31 - 1

/** @throws LbctlError `usage` */
export function durationMsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 1 && ms <= LONGEST_MS) return ms
  throw new LbctlError('usage', `--duration takes a time such as 500ms, 30s or 5m, not "${text}".`)
}
