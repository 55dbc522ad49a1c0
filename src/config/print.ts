// Objects → YAML, byte for byte as Go's yaml.v2 writes it (kubectl, controller-tools, MetalLB's own converter), so that a
// diff against files that those wrote shows real changes only: block style, dashes not indented, quotes only where a YAML 1.1
// reader would take the text for something else than a string.
import { compareGoKeys } from './go-key-order.ts'
import { type ScalarPlace, scalarKey, scalarValue } from './print-scalar.ts'

/** Comments by path from the object's root: `spec.addresses[0]`; the root itself is ''. */
export type Comments = ReadonlyMap<string, { readonly above?: readonly string[]; readonly beside?: string }>

export interface PrintOptions {
  /** keys in Go's order for maps instead of the order in which they were set */
  readonly sortKeys?: boolean
  readonly comments?: Comments
}

/** One document without `---`, ending in a line break. `undefined` values are left out. */
export function printYaml(value: unknown, options: PrintOptions = {}): string {
  const printer = new Printer(options)
  printer.document(value)
  return printer.lines.map((line) => `${line}\n`).join('')
}

/** Several documents, each but the first behind a `---` line. */
export const printDocuments = (documents: readonly string[]): string => documents.join('---\n')

type Entry = readonly [key: string, value: unknown]

class Printer {
  readonly lines: string[] = []
  readonly #sortKeys: boolean
  readonly #comments: Comments | undefined

  constructor({ sortKeys = false, comments }: PrintOptions) {
    this.#sortKeys = sortKeys
    // Paths are built for comments only, so nothing to look up means nothing to build.
    this.#comments = comments?.size === 0 ? undefined : comments
  }

  document(value: unknown): void {
    this.#above('', '')
    const inline = inlineText(value, { indent: '  ', column: 0 })
    if (inline === undefined) this.#block(value, '', '')
    else this.lines.push(inline)
  }

  #block(value: unknown, indent: string, path: string): void {
    if (Array.isArray(value)) this.#list(value, indent, path)
    else this.#map(this.#entries(value), indent, path)
  }

  #entries(value: unknown): Entry[] {
    const entries = definedEntries(value)
    return this.#sortKeys ? entries.sort(([a], [b]) => compareGoKeys(a, b)) : entries
  }

  /** `lead` replaces the indentation of the first line: the dash of the list item that this map is. */
  #map(entries: readonly Entry[], indent: string, path: string, lead = indent): void {
    let first = true
    for (const [key, value] of entries) {
      const at = this.#comments === undefined || path === '' ? key : `${path}.${key}`
      // A comment cannot stand between a dash and the first key of its item: the item carries it.
      if (!first || lead === indent) this.#above(at, indent)
      this.#entry(first ? lead : indent, `${scalarKey(key)}:`, value, indent, at)
      first = false
    }
  }

  #entry(lead: string, label: string, value: unknown, indent: string, path: string): void {
    const inline = inlineText(value, { indent: `${indent}  `, column: lead.length + [...label].length + 1 })
    if (inline !== undefined) {
      this.#push(`${lead}${label} ${inline}`, path)
      return
    }
    this.#push(`${lead}${label}`, path)
    this.#block(value, Array.isArray(value) ? indent : `${indent}  `, path)
  }

  #list(items: readonly unknown[], indent: string, path: string): void {
    for (const [index, item] of items.entries()) {
      const at = this.#comments === undefined ? '' : `${path}[${index}]`
      this.#above(at, indent)
      const inline = inlineText(item, { indent: `${indent}  `, column: indent.length + 2 })
      if (inline !== undefined) this.#push(`${indent}- ${inline}`, at)
      else if (Array.isArray(item)) this.#nested(item, indent, at)
      else this.#map(this.#entries(item), `${indent}  `, at, `${indent}- `)
    }
  }

  /** A list in a list begins on the line of its dash. */
  #nested(item: readonly unknown[], indent: string, path: string): void {
    const from = this.lines.length
    this.#list(item, `${indent}  `, path)
    const first = this.lines[from]
    if (first !== undefined) this.lines[from] = `${indent}- ${first.slice(indent.length + 2)}`
  }

  #above(path: string, indent: string): void {
    if (this.#comments === undefined) return
    for (const comment of this.#comments.get(path)?.above ?? []) this.lines.push(commentLine(indent, comment))
  }

  #push(text: string, path: string): void {
    const beside = this.#comments?.get(path)?.beside
    if (beside === undefined) {
      this.lines.push(text)
      return
    }
    // No comment can stand inside a value of several lines; it goes above.
    if (text.includes('\n')) this.lines.push(commentLine(/^ */.exec(text)?.[0] ?? '', beside), text)
    else this.lines.push(`${text} ${commentLine('', beside)}`)
  }
}

const commentLine = (indent: string, comment: string): string =>
  comment === '' ? `${indent}#` : `${indent}# ${comment}`

const definedEntries = (value: unknown): [string, unknown][] =>
  Object.entries(value as object).filter(([, v]) => v !== undefined)

/** What fits behind a key: scalars and empty collections. Undefined for collections that hold something. */
function inlineText(value: unknown, place: ScalarPlace): string | undefined {
  if (value === null) return 'null'
  if (typeof value === 'string') return scalarValue(value, place)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.length === 0 ? '[]' : undefined
  return definedEntries(value).length === 0 ? '{}' : undefined
}
