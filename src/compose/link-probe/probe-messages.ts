// What a controller asks a speaker, and what it answers: JSON over HTTP. Whoever reads trusts nothing: a text that is not of this form
// is no message.
import type { ProbeFinding, SpeakerAnswer } from '../../controller/probe/ports.ts'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'

export const PROBE_PATH = '/v1/link-probe'
/** A full question of IPv6 addresses takes half of it. */
export const LONGEST_QUESTION_BYTES = 32 * 1024
export const MOST_ADDRESSES = 256
/** For a full answer. */
export const LONGEST_ANSWER_BYTES = 128 * 1024

export type Answered = Extract<SpeakerAnswer, { ok: true }>

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return record(JSON.parse(text))
  } catch {
    return undefined
  }
}

export const questionText = (addresses: readonly Ip[]): string =>
  JSON.stringify({ addresses: addresses.map(formatIp) })

/** Undefined when it is no question; each address is in it once. */
export function readQuestion(text: string): readonly Ip[] | undefined {
  const list = parsed(text)?.['addresses']
  if (!Array.isArray(list) || list.length > MOST_ADDRESSES) return undefined
  const addresses = new Map<string, Ip>()
  for (const each of list) {
    const address = typeof each === 'string' ? parseIp(each) : undefined
    if (address === undefined) return undefined
    addresses.set(formatIp(address), address)
  }
  return [...addresses.values()]
}

export const answerText = ({ node, macs, findings }: Answered): string =>
  JSON.stringify({ node, macs, findings: Object.fromEntries(findings) })

/** Undefined when it is no answer. */
export function readAnswer(text: string): Answered | undefined {
  const { node, macs, findings } = parsed(text) ?? {}
  if (typeof node !== 'string' || !Array.isArray(macs)) return undefined
  const read = new Map<string, ProbeFinding>()
  for (const [address, value] of Object.entries(record(findings))) {
    const finding = readFinding(record(value))
    if (finding !== undefined) read.set(address, finding)
  }
  const own = macs.flatMap((mac) => (typeof mac === 'string' ? (parseMac(mac) ?? []) : []))
  return { ok: true, node, macs: own, findings: read }
}

function readFinding({ kind, by, why }: Readonly<Record<string, unknown>>): ProbeFinding | undefined {
  switch (kind) {
    case 'free':
    case 'announced':
    case 'no-link':
    case 'not-known':
      return { kind }
    case 'in-use': {
      const mac = typeof by === 'string' ? parseMac(by) : undefined
      return mac === undefined ? undefined : { kind, by: mac }
    }
    case 'failed':
      return typeof why === 'string' ? { kind, why: why.slice(0, 200) } : undefined
    default:
      return undefined
  }
}
