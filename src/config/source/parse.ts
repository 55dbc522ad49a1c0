// YAML and JSON text → documents of nodes. The event stream of js-yaml carries offsets, so that every node knows its
// place; nothing is interpreted here. Never throws: what is wrong with the text is a diagnostic.
import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml'
import type { Diagnostic } from '../diagnostic.ts'
import { explainBroken, flattened, templateIn } from './broken.ts'
import type { MapEntry, Node, ScalarNode, ScalarStyle } from './node.ts'
import type { Source, Span } from './source.ts'

/** Aliases may make a small text stand for a huge one; more nodes than this from aliases alone are refused. */
const MAX_ALIASED_NODES = 1_000_000
const MAX_DEPTH = 64

export interface ParsedYaml {
  /** documents that hold something; empty ones are left out */
  readonly documents: readonly Node[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads every document of a source. With an error among the diagnostics, `documents` is empty. */
export function parseYaml(source: Source): ParsedYaml {
  let events: Event[]
  try {
    events = parseEvents(source.text, { maxDepth: MAX_DEPTH })
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const at = error.mark?.position ?? 0
    return { documents: [], diagnostics: [explainBroken(source, at, error.reason)] }
  }
  const builder = new TreeBuilder(source)
  const documents = builder.build(events)
  const errors = builder.diagnostics
  if (errors.length === 0) return { documents, diagnostics: [] }
  // Lost indentation shows up as repeated keys first; say what really happened.
  const lost = flattened(source)
  return { documents: [], diagnostics: lost === undefined ? errors : [lost] }
}

const STYLES: Readonly<Record<number, ScalarStyle>> = {
  [SCALAR_STYLE.PLAIN]: 'plain',
  [SCALAR_STYLE.SINGLE_QUOTED]: 'single',
  [SCALAR_STYLE.DOUBLE_QUOTED]: 'double',
  [SCALAR_STYLE.LITERAL_BLOCK]: 'literal',
  [SCALAR_STYLE.FOLDED_BLOCK]: 'folded',
}

type Properties = Pick<Extract<Event, { type: 4 }>, 'anchorStart' | 'anchorEnd' | 'tagStart' | 'tagEnd'>

const CLOSERS: Readonly<Record<string, string>> = { '[': ']', '{': '}' }

/** The offset behind the next `closer`; between the last value and it stand blanks, commas, a quote and comments only. */
function closingBracket(text: string, closer: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === closer) return at + 1
    if (text[at] === '#' && /\s/.test(text[at - 1] ?? '')) {
      const lineEnd = text.indexOf('\n', at)
      if (lineEnd < 0) return text.length
      at = lineEnd
    }
  }
  return text.length
}

class TreeBuilder {
  readonly diagnostics: Diagnostic[] = []
  readonly #source: Source
  #events: readonly Event[] = []
  #next = 0
  /** end of the last scalar or bracket seen: where an empty value stands, and where a collection ends */
  #last = 0
  #anchors = new Map<string, { node: Node; size: number }>()
  #aliased = 0
  #count = 0

  constructor(source: Source) {
    this.#source = source
  }

  build(events: readonly Event[]): Node[] {
    this.#events = events
    const documents: Node[] = []
    while (this.#next < events.length) {
      const event = events[this.#next++]
      if (event?.type !== EVENT_ID.DOCUMENT) continue
      this.#anchors = new Map()
      const root = this.#node()
      this.#next++ // the POP of the document
      if (!(root.kind === 'scalar' && root.text === '' && root.style === 'plain')) documents.push(root)
    }
    return documents
  }

  #node(): Node {
    const event = this.#events[this.#next++]
    this.#count++
    switch (event?.type) {
      case EVENT_ID.SCALAR: {
        return this.#anchored(event, this.#scalar(event))
      }
      case EVENT_ID.SEQUENCE: {
        const before = this.#count
        const items: Node[] = []
        const start = event.start
        while (this.#events[this.#next]?.type !== EVENT_ID.POP) items.push(this.#node())
        this.#next++
        return this.#anchored(
          event,
          { kind: 'list', items, source: this.#source, start, end: this.#end(start) },
          before,
        )
      }
      case EVENT_ID.MAPPING: {
        const before = this.#count
        const start = event.start
        const entries = this.#entries()
        return this.#anchored(
          event,
          { kind: 'map', entries, source: this.#source, start, end: this.#end(start) },
          before,
        )
      }
      case EVENT_ID.ALIAS:
        return this.#alias(this.#source.text.slice(event.anchorStart, event.anchorEnd), event.anchorStart)
      default:
        throw new Error('the YAML event stream ended inside a node')
    }
  }

  /** Events tell where a flow collection begins, but not where its bracket closes it. */
  #end(start: number): number {
    const closer = CLOSERS[this.#source.text[start] ?? '']
    if (closer !== undefined)
      this.#last = closingBracket(this.#source.text, closer, Math.max(start + 1, this.#last))
    return Math.max(start, this.#last)
  }

  #scalar(event: Extract<Event, { type: 4 }>): ScalarNode {
    const absent = event.valueStart < 0
    const start = absent ? this.#last : event.valueStart
    const end = absent ? this.#last : event.valueEnd
    this.#last = Math.max(this.#last, end)
    const style = STYLES[event.style] ?? 'plain'
    const text = absent ? '' : getScalarValue(this.#source.text, event)
    const base = { kind: 'scalar', text, style, source: this.#source, start, end } as const
    return event.tagStart < 0 ? base : { ...base, tag: this.#tag(event) }
  }

  #tag(event: Properties): string {
    const tag = this.#source.text.slice(event.tagStart, event.tagEnd)
    if (!/^!!(str|int|float|bool|null|map|seq)$/.test(tag))
      this.#refuse(
        'V009',
        `The YAML tag "${tag}" is not known here.`,
        event.tagStart,
        event.tagEnd,
        'Remove the tag, or write the value that it stands for.',
      )
    return tag
  }

  #anchored(event: Properties, node: Node, countBefore?: number): Node {
    if (node.kind !== 'scalar' && event.tagStart >= 0) this.#tag(event)
    if (event.anchorStart >= 0) {
      const size = countBefore === undefined ? 1 : this.#count - countBefore + 1
      this.#anchors.set(this.#source.text.slice(event.anchorStart, event.anchorEnd), { node, size })
    }
    return node
  }

  #alias(name: string, at: number): Node {
    const target = this.#anchors.get(name)
    this.#last = at + name.length
    const empty: ScalarNode = {
      kind: 'scalar',
      text: '',
      style: 'plain',
      source: this.#source,
      start: at - 1,
      end: this.#last,
    }
    if (target === undefined) {
      this.#refuse(
        'V009',
        `The alias "*${name}" refers to an anchor that is not defined before it.`,
        at - 1,
        this.#last,
      )
      return empty
    }
    this.#aliased += target.size
    this.#count += target.size - 1
    if (this.#aliased > MAX_ALIASED_NODES) {
      if (this.#aliased - target.size <= MAX_ALIASED_NODES)
        this.#refuse(
          'V009',
          'The aliases of this text expand to more than 1,000,000 values.',
          at - 1,
          this.#last,
        )
      return empty
    }
    return target.node
  }

  #entries(): MapEntry[] {
    const entries: MapEntry[] = []
    const seen = new Map<string, ScalarNode>()
    const merges: Node[] = []
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      const key = this.#node()
      const value = this.#node()
      if (key.kind !== 'scalar') {
        const template = templateIn(this.#source, key.start)
        if (template !== undefined) this.diagnostics.push(template)
        else this.#refuse('V003', 'A key must be a plain word, not a list or a map.', key.start, key.end)
        continue
      }
      if (key.text === '<<' && key.style === 'plain') {
        merges.push(value)
        continue
      }
      const first = seen.get(key.text)
      if (first !== undefined) this.#duplicate(key, first)
      else {
        seen.set(key.text, key)
        entries.push({ key, value })
      }
    }
    this.#next++
    for (const merge of merges) this.#merge(merge, seen, entries)
    return entries
  }

  #duplicate(key: ScalarNode, first: ScalarNode): void {
    this.diagnostics.push({
      code: 'V006',
      severity: 'error',
      message: `The key "${key.text}" stands twice in the same map; only one of the two values could be used.`,
      at: { source: this.#source, start: key.start, end: key.end },
      related: [{ message: 'first here', at: { source: this.#source, start: first.start, end: first.end } }],
      hint: 'Remove one of them, or check the indentation if they were meant for different items.',
    })
  }

  /** YAML 1.1 merge key, as Go's decoder has it: what is there already wins, earlier merges win over later ones. */
  #merge(value: Node, seen: Map<string, ScalarNode>, entries: MapEntry[]): void {
    const maps = value.kind === 'list' ? value.items : [value]
    for (const map of maps) {
      if (map.kind !== 'map') {
        this.#refuse('V003', 'The merge key "<<" takes a map or a list of maps.', map.start, map.end)
        continue
      }
      for (const entry of map.entries)
        if (!seen.has(entry.key.text)) {
          seen.set(entry.key.text, entry.key)
          entries.push(entry)
        }
    }
  }

  #refuse(code: string, message: string, start: number, end: number, hint?: string): void {
    const at: Span = { source: this.#source, start, end: Math.max(end, start + 1) }
    this.diagnostics.push({ code, severity: 'error', message, at, ...(hint === undefined ? {} : { hint }) })
  }
}
