// `--facts FILE`: facts that `-o json` printed, on this host or elsewhere, at another time.

import { brokenAt, type JsonPlace, valueAt } from '../diagnose/facts/json-place.ts'
import type { LinkFacts } from '../diagnose/facts/link-facts.ts'
import { readLinkFacts } from '../diagnose/facts/read-link-facts.ts'
import { ShapeMismatch } from '../diagnose/facts/shape.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { IpFamily } from '../net/ip.ts'
import { readText } from './diagnose-nodes.ts'

/** Takes a whole report of `-o json`, or the facts alone. @throws LbctlError `input` */
export function readFacts(path: string, family: IpFamily): LinkFacts[] {
  const facts = factsOfFile(path, readLinkFacts, 'arp ADDRESS')
  if (facts.some(({ target }) => target.family !== family))
    throw new LbctlError('usage', `The facts in ${path} are about the other family of addresses.`, {
      hints: [`Use lbctl diagnose ${family === 4 ? 'ndp' : 'arp'}.`],
    })
  return facts
}

/**
 * The facts of every report in a file.
 * @param words of `diagnose` that write such a file
 * @throws LbctlError `input`
 */
export function factsOfFile<F>(path: string, read: (value: unknown) => F, words: string): F[] {
  const text = readText(path)
  const value = parsed(path, text, words)
  const facts = factsIn(value).map(([place, each]) => {
    try {
      return read(each)
    } catch (error) {
      if (!(error instanceof ShapeMismatch)) throw error
      const at = [place, error.path].filter((part) => part !== '').join('.')
      throw notFacts(placed(path, valueAt(text, at)), error.message, words)
    }
  })
  if (facts.length === 0) throw notFacts(path, 'it holds no report', words)
  return facts
}

const placed = (path: string, place: JsonPlace | undefined): string =>
  place === undefined ? path : `${path}:${place.line}:${place.column}`

function parsed(path: string, text: string, words: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw notFacts(placed(path, brokenAt(text)), 'it is not JSON', words)
  }
}

/** Each with its place in the file. */
function factsIn(value: unknown): readonly (readonly [place: string, facts: unknown])[] {
  const reports =
    typeof value === 'object' && value !== null && 'reports' in value ? value.reports : undefined
  if (!Array.isArray(reports)) return [['', value]]
  return reports.map((report: unknown, index) => [
    `reports[${index}].facts`,
    typeof report === 'object' && report !== null && 'facts' in report ? report.facts : undefined,
  ])
}

const notFacts = (path: string, reason: string, words: string): LbctlError =>
  new LbctlError('input', `${path} does not hold facts of diagnose: ${reason}.`, {
    facts: { path },
    hints: [`Write them with: lbctl diagnose ${words} -o json > FILE`],
  })
