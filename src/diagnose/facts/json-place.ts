// Where in a text of JSON something is wrong: the first sign that is no JSON, or the value at a path. Only asked for when a file was
// refused already, so that the usual way costs nothing.

export interface JsonPlace {
  /** both from 1; a column is one UTF-16 unit */
  readonly line: number
  readonly column: number
}

/** The first sign at which the text is no JSON; undefined when it is JSON, or deeper than is looked at. */
export function brokenAt(text: string): JsonPlace | undefined {
  const { error } = new JsonScan(text, undefined)
  return error === undefined ? undefined : placeOf(text, error)
}

/** The value at the path, as ShapeMismatch writes it (`items[3].kind`), or what is there of the way to it. */
export const valueAt = (text: string, path: string): JsonPlace =>
  placeOf(
    text,
    new JsonScan(
      text,
      path.split(/[.[]/).map((step) => step.replace(/\]$/, '')),
    ).found,
  )

function placeOf(text: string, offset: number): JsonPlace {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

const DEEPEST = 500
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y
const BLANK = /[ \t\r\n]*/y

class Stop extends Error {}

class JsonScan {
  readonly #text: string
  readonly #wanted: readonly string[] | undefined
  #at = 0
  error: number | undefined
  /** offset of the deepest value on the way that is wanted */
  found = 0

  constructor(text: string, wanted: readonly string[] | undefined) {
    this.#text = text
    this.#wanted = wanted
    try {
      this.#value(0, true)
      this.#take(BLANK)
      if (this.#at < text.length) this.#fail()
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop
    }
  }

  #fail(): never {
    this.error = this.#at
    throw new Stop()
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const [token] = pattern.exec(this.#text) ?? []
    this.#at += token?.length ?? 0
    return token
  }

  #sign(sign: string): boolean {
    this.#take(BLANK)
    if (this.#text[this.#at] !== sign) return false
    this.#at += 1
    return true
  }

  /** @param onWay whether this value is at the first `depth` steps of the path that is wanted */
  #value(depth: number, onWay: boolean): void {
    if (depth > DEEPEST) throw new Stop()
    this.#take(BLANK)
    if (onWay) this.found = this.#at
    if (this.#sign('{')) this.#members(depth, onWay)
    else if (this.#sign('[')) this.#items(depth, onWay)
    else if (this.#take(STRING) === undefined && this.#take(LITERAL) === undefined) this.#fail()
  }

  #members(depth: number, onWay: boolean): void {
    if (this.#sign('}')) return
    do {
      this.#take(BLANK)
      const key = this.#take(STRING)
      if (key === undefined || !this.#sign(':')) this.#fail()
      this.#value(depth + 1, onWay && this.#wanted?.[depth] === JSON.parse(key))
    } while (this.#sign(','))
    if (!this.#sign('}')) this.#fail()
  }

  #items(depth: number, onWay: boolean): void {
    if (this.#sign(']')) return
    let index = 0
    do {
      this.#value(depth + 1, onWay && this.#wanted?.[depth] === String(index))
      index += 1
    } while (this.#sign(','))
    if (!this.#sign(']')) this.#fail()
  }
}
