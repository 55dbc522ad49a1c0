// Why a text is not the YAML that its author meant. The parser's own words come last: first the mistakes that people
// make with these files (templates not rendered, indentation eaten by a blog or a chat, tabs).
import type { Diagnostic } from '../diagnostic.ts'
import type { Source, Span } from './source.ts'

/** Turns the parser's refusal at offset `at` into a diagnostic that names the likely cause. */
export function explainBroken(source: Source, at: number, reason: string): Diagnostic {
  return (
    templateIn(source, at) ??
    flattened(source) ??
    tabIn(source, at) ??
    controlCharacter(source) ?? {
      code: 'V003',
      severity: 'error',
      message: `This is not valid YAML: ${reason}.`,
      at: { source, start: at, end: at + 1 },
      ...hintFor(source, at, reason),
    }
  )
}

const TEMPLATE = /\{\{.*?(\}\}|$)|\{%.*?%\}|<%.*?%>|\$\{[^}\n]*\}?/

/** A template expression on the line of `at`, or on the line before it (parsers notice one token late). */
export function templateIn(source: Source, at: number): Diagnostic | undefined {
  const here = source.lineStart(Math.max(0, Math.min(at, source.text.length)))
  for (const start of here > 0 ? [here, source.lineStart(here - 1)] : [here]) {
    const match = TEMPLATE.exec(source.lineAt(start))
    if (match !== null) {
      const from = start + match.index
      return templateDiagnostic(match[0], { source, start: from, end: from + match[0].length })
    }
  }
  return undefined
}

export function templateDiagnostic(text: string, at: Span): Diagnostic {
  return {
    code: 'V007',
    severity: 'error',
    message: `"${text}" is a template expression or placeholder, not a value.`,
    at,
    hint: 'Render the template first (for Helm: "helm template", for variables: "envsubst") and give the result to lbctl.',
  }
}

const PLACEHOLDER = new RegExp(
  `${TEMPLATE.source}|<[A-Za-z][^>]*>|\\b(?:\\d{1,3}\\.){1,3}[xX*]{1,3}(?:\\.[xX*]{1,3})*|__[A-Z_]+__|\\bCHANGE_?ME\\b`,
)

/** A template expression in a value: `{{ .Values.x }}`, `${RANGE}`. */
export const templateExpressionIn = (text: string): string | undefined => TEMPLATE.exec(text)?.[0]

/** The part of a value that was left for the reader to fill in: `155.101.6.XXX`, `${RANGE}`, `<your range>`. */
export const placeholderIn = (text: string): string | undefined => PLACEHOLDER.exec(text)?.[0]

/** Keys that hold something, and keys that can only stand inside it. At one indentation, the indentation was lost. */
const CONTAINERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['metadata', new Set(['name', 'namespace', 'labels', 'annotations'])],
  ['data', new Set(['config'])],
  [
    'spec',
    new Set(['addresses', 'protocol', 'ipAddressPools', 'myASN', 'peerASN', 'peerAddress', 'autoAssign']),
  ],
  [
    'address-pools',
    new Set([
      'protocol',
      'addresses',
      'cidr',
      'auto-assign',
      'avoid-buggy-ips',
      'bgp-advertisements',
      'advertisements',
      'arp-network',
    ]),
  ],
  [
    'peers',
    new Set(['peer-address', 'peer-asn', 'my-asn', 'peer-port', 'hold-time', 'router-id', 'node-selectors']),
  ],
  ['bgp-advertisements', new Set(['aggregation-length', 'aggregation-length-v6', 'localpref'])],
])

interface KeyLine {
  readonly key: string
  readonly indent: number
  readonly item: boolean
  readonly empty: boolean
  readonly start: number
}

/**
 * Finds YAML whose indentation was eaten: `metadata:` and then `name:` at the same column, `- name: x` and then
 * `protocol:` under the dash. Looks at lines only, because such a text may parse, and mean something else.
 */
export function flattened(source: Source): Diagnostic | undefined {
  const lines = keyLines(source.text)
  const open = new Map<string, KeyLine>()
  for (const line of lines) {
    for (const [container, keys] of CONTAINERS) {
      const holder = open.get(container)
      if (holder === undefined || !keys.has(line.key) || line.item || line.indent !== holder.indent) continue
      return {
        code: 'V005',
        severity: 'error',
        message: `The indentation is lost: "${line.key}" stands at the same column as "${container}", inside which it belongs.`,
        at: { source, start: line.start, end: line.start + line.key.length },
        related: [
          {
            message: `"${container}" is here`,
            at: { source, start: holder.start, end: holder.start + container.length },
          },
        ],
        hint: 'Get the file from where it was not pasted through a web page or chat, or indent it again by two spaces a level.',
      }
    }
    if (line.empty && CONTAINERS.has(line.key)) open.set(line.key, line)
    for (const [key, holder] of open) if (holder !== line && line.indent < holder.indent) open.delete(key)
  }
  return undefined
}

function keyLines(text: string): KeyLine[] {
  const lines: KeyLine[] = []
  const pattern = /^([ ]*)(- +)?("?)([A-Za-z][\w-]*)\3:(?:[ \t]*(\S.*)?)?$/gm
  for (const match of text.matchAll(pattern)) {
    const [, spaces = '', dash, quote = '', key = '', rest] = match
    const item = dash !== undefined
    const start = (match.index ?? 0) + spaces.length + (dash?.length ?? 0) + quote.length
    lines.push({
      key,
      indent: spaces.length + (item ? 2 : 0),
      item,
      empty: rest === undefined || /^[|>#]/.test(rest),
      start,
    })
  }
  return lines
}

function tabIn(source: Source, at: number): Diagnostic | undefined {
  const start = source.lineStart(Math.min(at, source.text.length))
  const before = start > 0 ? source.lineStart(start - 1) : start
  for (const line of [start, before]) {
    const match = /^ *\t/.exec(source.lineAt(line))
    if (match === null) continue
    const tab = line + match[0].length - 1
    return {
      code: 'V004',
      severity: 'error',
      message: 'A tab is used for indentation; YAML allows spaces only.',
      at: { source, start: tab, end: tab + 1 },
      hint: 'Replace each tab by two spaces.',
    }
  }
  return undefined
}

function controlCharacter(source: Source): Diagnostic | undefined {
  const match = /(?![\t\n\r])[\p{Cc}\ufffd]/u.exec(source.text)
  if (match === null) return undefined
  return {
    code: 'V001',
    severity: 'error',
    message: 'This is not a text file: it holds bytes that no YAML or JSON text may hold.',
    at: { source, start: match.index, end: match.index + 1 },
    hint: 'Give lbctl the YAML or JSON itself, unpacked, as UTF-8.',
  }
}

function hintFor(source: Source, at: number, reason: string): { hint?: string } {
  if (/indentation|document separator is expected|mapping entry/.test(reason))
    return {
      hint: 'Compare the indentation of this line with the lines above it: items of one list or map start in the same column.',
    }
  if (/flow collection|double quoted|single quoted/.test(reason))
    return { hint: 'A bracket or a quote that was opened is not closed.' }
  return source.lineAt(at).includes(': ')
    ? { hint: 'Put quotes around values that hold ": " or begin with a special character.' }
    : {}
}
