// Label selectors as text: `a=b,c in (d,e),!f`. Refusals are worded as apimachinery words them.
import { badRequest } from '../status.ts'

export interface LabelRequirement {
  readonly key: string
  readonly operator: 'in' | 'notin' | 'exists' | 'missing' | 'gt' | 'lt'
  readonly values: readonly string[]
}

type Token = { readonly kind: 'word' | 'sign' | 'end'; readonly text: string }

const SIGNS = ['==', '!=', '=', '!', ',', '(', ')', '>', '<']

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const letter = text[at] ?? ''
    if (/\s/.test(letter)) {
      at += 1
      continue
    }
    const sign = SIGNS.find((candidate) => text.startsWith(candidate, at))
    if (sign !== undefined) {
      tokens.push({ kind: 'sign', text: sign })
      at += sign.length
      continue
    }
    const word = /^[^\s=!,()<>]+/.exec(text.slice(at))?.[0] ?? letter
    tokens.push({ kind: 'word', text: word })
    at += word.length
  }
  return tokens
}

const END: Token = { kind: 'end', text: '' }

class SelectorParser {
  readonly #tokens: readonly Token[]
  #at = 0
  constructor(text: string) {
    this.#tokens = tokensOf(text)
  }

  parse(): readonly LabelRequirement[] {
    const requirements: LabelRequirement[] = []
    if (this.#peek().kind === 'end') return requirements
    for (;;) {
      requirements.push(this.#requirement())
      const next = this.#next()
      if (next.kind === 'end') return requirements
      if (next.text !== ',') throw badRequest(`found '${next.text}', expected: ',' or 'end of string'`)
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? END
  }
  #next(): Token {
    const token = this.#peek()
    this.#at += 1
    return token
  }

  #requirement(): LabelRequirement {
    if (this.#peek().text === '!') {
      this.#next()
      return { key: this.#next().text, operator: 'missing', values: [] }
    }
    const key = this.#next()
    if (key.kind !== 'word') throw unparsable(key.text, 'identifier')
    const operator = this.#peek()
    if (operator.kind === 'end' || operator.text === ',')
      return { key: key.text, operator: 'exists', values: [] }
    this.#next()
    switch (operator.text) {
      case '=':
      case '==':
        return { key: key.text, operator: 'in', values: [this.#value()] }
      case '!=':
        return { key: key.text, operator: 'notin', values: [this.#value()] }
      case '>':
        return { key: key.text, operator: 'gt', values: [this.#value()] }
      case '<':
        return { key: key.text, operator: 'lt', values: [this.#value()] }
      case 'in':
      case 'notin':
        return { key: key.text, operator: operator.text, values: this.#values() }
      default:
        throw unparsable(operator.text, "in', 'notin', '=', '==', '!=', 'gt', 'lt")
    }
  }

  #value(): string {
    const token = this.#peek()
    if (token.kind !== 'word') return ''
    return this.#next().text
  }

  #values(): readonly string[] {
    const open = this.#next()
    if (open.text !== '(') throw unparsable(open.text, '(')
    const values: string[] = []
    for (;;) {
      values.push(this.#value())
      const next = this.#next()
      if (next.text === ')') return values
      if (next.text !== ',') throw unparsable(next.text, ",' or ')")
    }
  }
}

const unparsable = (found: string, expected: string) =>
  badRequest(`unable to parse requirement: found '${found}' expected: '${expected}'`)

/** Throws 400. */
export const parseLabelSelector = (text: string): readonly LabelRequirement[] =>
  new SelectorParser(text).parse()

export function labelsMatch(
  requirements: readonly LabelRequirement[],
  labels: Readonly<Record<string, unknown>>,
): boolean {
  return requirements.every((requirement) => holds(requirement, labels))
}

function holds(
  { key, operator, values }: LabelRequirement,
  labels: Readonly<Record<string, unknown>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? String(labels[key]) : undefined
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value)
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case 'missing':
      return value === undefined
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0])
  }
}
