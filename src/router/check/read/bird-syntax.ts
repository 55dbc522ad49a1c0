// The language of BIRD 2 as statements: words up to a semicolon, or words and a block in braces.
import type { Source, Span } from '../../../config/source/source.ts'

export interface BirdToken {
  readonly text: string
  readonly at: Span
  readonly kind: 'word' | 'string' | 'mark'
}

export interface BirdStatement {
  readonly words: readonly BirdToken[]
  readonly block: readonly BirdStatement[] | undefined
  readonly at: Span
}

const TOKEN =
  /\/\*[\s\S]*?(?:\*\/|$)|#[^\n]*|"[^"\n]*"?|'[^'\n]*'?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:\/\d+)?|\d[\d.]*(?:\/\d+)?|[A-Za-z_][\w.]*|&&|\|\||[!<>=]=|!~|\S/g

export function birdTokens(source: Source): BirdToken[] {
  const tokens: BirdToken[] = []
  for (const match of source.text.matchAll(TOKEN)) {
    const [raw] = match
    if (raw.startsWith('/*') || raw.startsWith('#')) continue
    const at = { source, start: match.index, end: match.index + raw.length }
    const isString = raw.startsWith('"')
    const text = isString ? raw.slice(1, raw.length > 1 && raw.endsWith('"') ? -1 : undefined) : raw
    tokens.push({ text, at, kind: isString ? 'string' : /^[\w:]/.test(raw) ? 'word' : 'mark' })
  }
  return tokens
}

/** Deeper than this is no configuration that a person wrote. */
const MOST_DEPTH = 64

/** Never fails: what does not close ends with the text. Braces inside of `[…]` belong to prefix sets, and make no block. */
export function birdStatements(tokens: readonly BirdToken[]): BirdStatement[] {
  return new Parser(tokens).statements(0)
}

class Parser {
  readonly #tokens: readonly BirdToken[]
  #at = 0

  constructor(tokens: readonly BirdToken[]) {
    this.#tokens = tokens
  }

  statements(depth: number): BirdStatement[] {
    const all: BirdStatement[] = []
    while (this.#at < this.#tokens.length) {
      if (this.#isMark('}')) {
        if (depth === 0) this.#at++
        else break
      } else {
        const statement = this.#statement(depth)
        if (statement !== undefined) all.push(statement)
      }
    }
    return all
  }

  #isMark(text: string): boolean {
    const token = this.#tokens[this.#at]
    return token?.kind === 'mark' && token.text === text
  }

  #statement(depth: number): BirdStatement | undefined {
    const words: BirdToken[] = []
    let block: BirdStatement[] | undefined
    let brackets = 0
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at]
      if (token === undefined || (brackets === 0 && this.#isMark('}'))) break
      this.#at++
      if (token.kind === 'mark' && token.text === '[') brackets++
      if (token.kind === 'mark' && token.text === ']') brackets = Math.max(0, brackets - 1)
      if (token.kind === 'mark' && token.text === ';' && brackets === 0) break
      if (token.kind === 'mark' && token.text === '{' && brackets === 0) {
        block = depth < MOST_DEPTH ? this.statements(depth + 1) : []
        if (this.#isMark('}')) this.#at++
        if (this.#isMark(';')) this.#at++
        break
      }
      words.push(token)
    }
    const [first] = words
    if (first === undefined) return undefined
    const last = words.at(-1) ?? first
    return { words, block, at: { source: first.at.source, start: first.at.start, end: last.at.end } }
  }
}
