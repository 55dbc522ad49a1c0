// A text that was read, and the way from an offset in it to a place that a person can find. A text may stand inside
// another one (a ConfigMap's `config: |`): positions are always those of the file that the user sees.

/** A place in a file, counted from 1, columns in UTF-16 units. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Part of a source, as offsets; `end` is exclusive. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}

export class Source {
  readonly name: string
  readonly text: string
  /** where this text stands, when it stands inside another source */
  readonly outer: Embedding | undefined
  /** parts that are never shown, ascending, where whoever read the text knows its language; undefined: to be guessed */
  readonly secrets: readonly { readonly start: number; readonly end: number }[] | undefined
  #lineStarts: number[] | undefined
  #outerOffsets: Int32Array | undefined
  #hasHash: boolean | undefined

  constructor(name: string, text: string, outer?: Embedding, secrets?: Source['secrets']) {
    this.name = name
    this.text = text
    this.outer = outer
    this.secrets = secrets
  }

  /** False when there is no `#` in it, and so no comment. */
  get mayHoldComments(): boolean {
    this.#hasHash ??= this.text.includes('#')
    return this.#hasHash
  }

  /** The place of `offset` in the file that was read, through as many embeddings as there are. */
  locate(offset: number): Position {
    const { source, at } = this.resolve(offset)
    const line = source.#lineIndex(at)
    return { file: source.name, line: line + 1, column: at - (source.#starts()[line] ?? 0) + 1 }
  }

  /** The outermost source and the offset in it. */
  resolve(offset: number): { source: Source; at: number } {
    if (this.outer === undefined) return { source: this, at: Math.max(0, Math.min(offset, this.text.length)) }
    this.#outerOffsets ??= this.outer.map(this.text)
    const index = Math.max(0, Math.min(offset, this.text.length))
    const at = this.#outerOffsets[index] ?? this.outer.start
    return this.outer.source.resolve(at)
  }

  /** The line of text that holds `offset`, without its line break. */
  lineAt(offset: number): string {
    const start = this.#starts()[this.#lineIndex(offset)] ?? 0
    const end = this.text.indexOf('\n', start)
    return this.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
  }

  /** The offset at which the line that holds `offset` begins. */
  lineStart(offset: number): number {
    return this.#starts()[this.#lineIndex(offset)] ?? 0
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0]
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1))
        starts.push(at + 1)
      this.#lineStarts = starts
    }
    return this.#lineStarts
  }

  #lineIndex(offset: number): number {
    const starts = this.#starts()
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** Where an inner text stands in its outer source. */
export interface Embedding {
  readonly source: Source
  /** offset in the outer source of the scalar that holds the text */
  readonly start: number
  /** for each offset of the inner text, and its end, the offset in the outer source */
  map(inner: string): Int32Array
}

export const formatPosition = (p: Position): string => `${p.file}:${p.line}:${p.column}`
