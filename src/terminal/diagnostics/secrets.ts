// Where passwords stand on a line that is shown. Lines are shown because something is wrong with them, so this does not
// parse: a key that is misspelt, or a line that is no YAML at all, must not make a password readable.
import { editDistance } from '../../config/schema/nearest.ts'
import { isSecretName } from '../../config/secrets/secret-names.ts'
import type { Source } from '../../config/source/source.ts'

/** Offsets in the line; `end` is exclusive. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Slips of the finger in `password` that still mean it. */
const MOST_EDITS = 2

/** `pasword`, `bgpPassword`, `passwordSecret`, `pwd`, and whatever else is called like a secret. */
export function isSecretKey(key: string): boolean {
  const word = key.toLowerCase()
  if (/pass|secret|pwd/.test(word) || isSecretName(key)) return true
  return (
    Math.abs(word.length - 'password'.length) <= MOST_EDITS && editDistance(word, 'password') <= MOST_EDITS
  )
}

/** The key that begins the line, and what is behind it; the colon may be what is missing. */
const FIRST_KEY = /^[\s?#-]*["']?([\p{L}\p{N}_.-]+)["']?(?:\s*[:=]|\s)\s*(?=\S)/u

/** A key anywhere, in flow style, in JSON, or in JSON inside of a string, where the quotes have backslashes. */
const ANY_KEY = /([\p{L}\p{N}_.-]{2,64})(?:\\*["'])?\s*:\s*(?=\S)/gu

/** A value in flow style. A collection is taken to the end of the line. */
const FLOW_VALUE = /"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?|[[{|>&].*|[^,}\]]+/y

const ANCHOR = /&([^\s,[\]{}]+)\s+(?=\S)/gu

/**
 * What to hide on a line of `source`, in order: values under secret keys with their comments, and anchored ones used there.
 * @param offset of the line in the source
 */
export function secretsIn(line: string, source: Source, offset = 0): Range[] {
  if (source.secrets !== undefined) return knownSecrets(line, source.secrets, offset)
  const end = line.trimEnd().length
  const first = FIRST_KEY.exec(line)
  if (first !== null && isSecretKey(first[1] ?? '')) return [{ start: first[0].length, end }]
  const ranges: Range[] = []
  for (const match of line.matchAll(ANY_KEY)) {
    const start = match.index + match[0].length
    if (!isSecretKey(match[1] ?? '') || start < (ranges.at(-1)?.end ?? 0)) continue
    const inComment = /(^|\s)#/.test(line.slice(0, match.index))
    ranges.push({ start, end: inComment ? end : endOfFlowValue(line, start) })
  }
  const comment = ranges.length > 0 ? /\s#\s*(?=\S)/.exec(line.slice(ranges.at(-1)?.end)) : null
  if (comment !== null)
    ranges.push({ start: (ranges.at(-1)?.end ?? 0) + comment.index + comment[0].length, end })
  const anchored = firstSecretAnchor(line, source)
  if (anchored === undefined) return ranges
  return [...ranges.filter((range) => range.end <= anchored), { start: anchored, end }]
}

function knownSecrets(line: string, secrets: readonly Range[], offset: number): Range[] {
  return secrets
    .map(({ start, end }) => ({
      start: Math.max(0, start - offset),
      end: Math.min(line.length, end - offset),
    }))
    .filter(({ start, end }) => start < end)
}

function endOfFlowValue(line: string, start: number): number {
  FLOW_VALUE.lastIndex = start
  return start + (FLOW_VALUE.exec(line)?.[0].trimEnd().length ?? 0)
}

/** The offset behind the first anchor whose alias is a password somewhere in the source. */
function firstSecretAnchor(line: string, source: Source): number | undefined {
  if (!line.includes('&')) return undefined
  const names = secretAliases(source)
  for (const match of line.matchAll(ANCHOR))
    if (names.has(match[1] ?? '')) return match.index + match[0].length
  return undefined
}

const aliasesOf = new WeakMap<Source, ReadonlySet<string>>()

/** Names of the anchors that a secret key refers to. Computed once: a file of megabytes may have many diagnostics. */
function secretAliases(source: Source): ReadonlySet<string> {
  const known = aliasesOf.get(source)
  if (known !== undefined) return known
  const names = new Set<string>()
  for (const [, key = '', name = ''] of source.text.matchAll(
    /([\p{L}\p{N}_.-]{2,64})["']?\s*:\s*\*([^\s,[\]{}]+)/gu,
  ))
    if (isSecretKey(key)) names.add(name)
  aliasesOf.set(source, names)
  return names
}
