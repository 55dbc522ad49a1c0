// The scripts that RouterOS exports: menus, and `add` and `set` with properties in them.
import type { Source, Span } from '../../../config/source/source.ts'
import type { Found } from '../observed.ts'

export interface RouterosItem {
  /** `routing bgp connection`: words of the menu, whichever way it is written */
  readonly menu: string
  readonly verb: string
  /** words without `=`: the name of what `set` is about */
  readonly words: readonly string[]
  readonly properties: ReadonlyMap<string, Found<string>>
  readonly at: Span
}

const TOKEN = /"(?:[^"\\]|\\[\s\S])*"?|\[[^\]\n]*\]?|[^\s"[\]]+|\n/g

interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Never fails: what is no item is left out. A backslash at the end of a line goes on with the next. */
export function routerosItems(source: Source): RouterosItem[] {
  const text = source.text.replaceAll(/\\\r?\n/g, (ending) => ' '.repeat(ending.length))
  const items: RouterosItem[] = []
  let menu = ''
  let line: Token[] = []
  let isComment = false
  const flush = (): void => {
    menu = readLine(source, line, menu, items)
    line = []
    isComment = false
  }
  for (const match of text.matchAll(TOKEN)) {
    const [raw] = match
    if (raw === '\n') flush()
    else if (line.length === 0 && raw.startsWith('#')) isComment = true
    else if (!isComment) line.push(joined(source.text, line, raw, match.index))
  }
  flush()
  return items
}

/** `comment="a b"` is one token in two parts: the second stands right behind the first, or in the next line. */
function joined(text: string, line: Token[], raw: string, start: number): Token {
  const before = line.at(-1)
  if (before?.text.includes('=') !== true) return { text: raw, start, end: start + raw.length }
  const isSplit = before.text.endsWith('=') && /^\\\r?\n\s*$/.test(text.slice(before.end, start))
  if (before.end !== start && !isSplit) return { text: raw, start, end: start + raw.length }
  line.pop()
  return { text: before.text + raw, start: before.start, end: start + raw.length }
}

/** @returns the menu that the next line is in */
function readLine(source: Source, line: readonly Token[], menu: string, items: RouterosItem[]): string {
  const [first] = line
  const last = line.at(-1)
  if (first === undefined || last === undefined) return menu
  const verbAt = line.findIndex(({ text }) => /^(add|set|remove|disable|enable|print)$/.test(text))
  const path = line.slice(0, verbAt < 0 ? undefined : verbAt).map(({ text }) => text)
  const isAbsolute = first.text.startsWith('/')
  const here = isAbsolute ? menuOf(path) : [menu, menuOf(path)].filter((part) => part !== '').join(' ')
  // `/routing/bgp/connection/add` has its verb in the path.
  const [, inPath, verbInPath] = /^(.*) (add|set|remove|disable|enable|print)$/.exec(here) ?? []
  if (verbAt < 0 && verbInPath === undefined) return isAbsolute ? here : menu
  const verb = line[verbAt]?.text ?? verbInPath ?? ''
  const rest = verbAt < 0 ? line.slice(1) : line.slice(verbAt + 1)
  const at = { source, start: first.start, end: last.end }
  const where = verbAt < 0 ? (inPath ?? here) : here
  items.push({ menu: where, verb, at, ...partsOf(source, rest) })
  // A menu in front of a command counts for that line only.
  return menu
}

const menuOf = (path: readonly string[]): string =>
  path
    .flatMap((word) => word.split('/'))
    .filter((word) => word !== '')
    .join(' ')

function partsOf(source: Source, tokens: readonly Token[]) {
  const words: string[] = []
  const properties = new Map<string, Found<string>>()
  let group = ''
  for (const { text, start, end } of tokens) {
    const equals = text.indexOf('=')
    if (equals <= 0 || text.startsWith('[') || text.startsWith('"')) {
      words.push(unquoted(text))
      continue
    }
    let name = text.slice(0, equals)
    // `.as=` belongs to the group that was named before: remote.address=… .as=…
    if (name.startsWith('.')) name = group + name
    const dot = name.lastIndexOf('.')
    if (dot > 0) group = name.slice(0, dot)
    properties.set(name, { value: unquoted(text.slice(equals + 1)), at: { source, start, end } })
  }
  return { words, properties }
}

const unquoted = (text: string): string =>
  text.startsWith('"') ? text.replace(/^"/, '').replace(/"$/, '').replaceAll(/\\(.)/gs, '$1') : text
