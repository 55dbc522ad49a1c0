// A recursive-descent parser for CEL. Macros are recognised here, as in every CEL implementation.
import { type BinaryOperator, type CelNode, CelSyntaxError, type Macro } from './syntax.ts'
import { type Token, tokenize } from './tokens.ts'

/** By rising precedence; all are left-associative but for relations, which CEL also chains to the left. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
]
const MAX_DEPTH = 250

const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)
const MACROS: Readonly<Record<string, readonly number[]>> = {
  all: [2],
  exists: [2],
  exists_one: [2],
  existsOne: [2],
  filter: [2],
  map: [2, 3],
}

/** Parses a whole expression. @throws CelSyntaxError with the column. */
export function parseCel(text: string): CelNode {
  const parser = new Parser(tokenize(text))
  const node = parser.expression()
  parser.end()
  return node
}

class Parser {
  private readonly tokens: readonly Token[]
  private position = 0
  private depth = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  expression(): CelNode {
    if (++this.depth > MAX_DEPTH) throw new CelSyntaxError(this.peek().at, 'nested too deeply')
    const test = this.binary(0)
    let node = test
    if (this.take('?')) {
      const then = this.binary(0)
      this.expect(':')
      node = { type: 'if', test, then, otherwise: this.expression(), at: test.at }
    }
    this.depth--
    return node
  }

  end(): void {
    if (this.peek().type !== 'end') throw this.unexpected()
  }

  private binary(level: number): CelNode {
    const operators = LEVELS[level]
    if (operators === undefined) return this.unary()
    let left = this.binary(level + 1)
    while (true) {
      const token = this.peek()
      const operator = operators.find((name) => 'text' in token && token.text === name)
      if (operator === undefined) return left
      this.position++
      left = { type: 'binary', operator, left, right: this.binary(level + 1), at: token.at }
    }
  }

  private unary(): CelNode {
    const token = this.peek()
    for (const operator of ['!', '-'] as const) {
      if (!this.take(operator)) continue
      if (++this.depth > MAX_DEPTH) throw new CelSyntaxError(token.at, 'nested too deeply')
      const operand = this.unary()
      this.depth--
      return { type: 'unary', operator, operand, at: token.at }
    }
    return this.member(this.primary())
  }

  private member(start: CelNode): CelNode {
    let node = start
    while (true) {
      const { at } = this.peek()
      if (this.take('.')) {
        if (this.take('?')) throw new CelSyntaxError(at, 'optional selection (.?) is not supported')
        const field = this.word()
        node = this.take('(') ? this.method(node, field, at) : { type: 'select', operand: node, field, at }
      } else if (this.take('[')) {
        if (this.take('?')) throw new CelSyntaxError(at, 'optional indexing ([?]) is not supported')
        const index = this.expression()
        this.expect(']')
        node = { type: 'index', operand: node, index, at }
      } else return node
    }
  }

  private method(target: CelNode, name: string, at: number): CelNode {
    const args = this.list(')')
    if (Object.hasOwn(MACROS, name) && MACROS[name]?.includes(args.length))
      return { type: 'macro', ...macro(name, target, args), at }
    return { type: 'call', target, name, args, at }
  }

  private primary(): CelNode {
    const token = this.peek()
    this.position++
    if (token.type === 'literal') return { type: 'literal', value: token.value, at: token.at }
    if (token.type === 'uint') return { type: 'uint', value: token.value, at: token.at }
    if (token.type === 'word') return this.named(token.text, token.at)
    const sign = token.type === 'sign' ? token.text : ''
    if (sign === '(') {
      const node = this.expression()
      this.expect(')')
      return node
    }
    if (sign === '[') return { type: 'list', items: this.list(']'), at: token.at }
    if (sign === '{') return this.map(token.at)
    this.position--
    throw this.unexpected()
  }

  private named(name: string, at: number): CelNode {
    if (name === 'true' || name === 'false') return { type: 'literal', value: name === 'true', at }
    if (name === 'null') return { type: 'literal', value: null, at }
    if (RESERVED.has(name) || name === 'in') throw new CelSyntaxError(at, `"${name}" is a reserved word`)
    if (!this.take('(')) return { type: 'name', name, at }
    const args = this.list(')')
    if (name !== 'has') return { type: 'call', name, args, at }
    const [argument] = args
    if (args.length !== 1 || argument?.type !== 'select')
      throw new CelSyntaxError(at, 'has() takes one field selection, like has(self.field)')
    return { type: 'has', operand: argument.operand, field: argument.field, at }
  }

  private map(at: number): CelNode {
    const entries: [CelNode, CelNode][] = []
    while (!this.take('}')) {
      const key = this.expression()
      this.expect(':')
      entries.push([key, this.expression()])
      if (!this.take(',')) {
        this.expect('}')
        break
      }
    }
    return { type: 'map', entries, at }
  }

  private list(close: string): CelNode[] {
    const items: CelNode[] = []
    while (!this.take(close)) {
      items.push(this.expression())
      if (!this.take(',')) {
        this.expect(close)
        break
      }
    }
    return items
  }

  private peek(): Token {
    const token = this.tokens[this.position] ?? this.tokens.at(-1)
    if (token === undefined) throw new CelSyntaxError(0, 'empty expression')
    return token
  }

  private take(sign: string): boolean {
    const token = this.peek()
    if (token.type !== 'sign' || token.text !== sign) return false
    this.position++
    return true
  }

  private expect(sign: string): void {
    if (!this.take(sign)) throw this.unexpected(`"${sign}"`)
  }

  private word(): string {
    const token = this.peek()
    if (token.type !== 'word') throw this.unexpected('a field name')
    this.position++
    return token.text
  }

  private unexpected(wanted?: string): CelSyntaxError {
    const token = this.peek()
    const what =
      token.type === 'end' ? 'end of the expression' : 'text' in token ? `"${token.text}"` : 'literal'
    return new CelSyntaxError(
      token.at,
      `unexpected ${what}${wanted === undefined ? '' : `, expected ${wanted}`}`,
    )
  }
}

function macro(name: string, range: CelNode, args: readonly CelNode[]): Macro {
  const [variable, second, third] = args
  if (variable?.type !== 'name' || second === undefined)
    throw new CelSyntaxError(variable?.at ?? range.at, `the first argument of ${name}() must be a plain name`)
  const kind = name === 'existsOne' ? 'exists_one' : (name as Macro['macro'])
  const base = { macro: kind, range, variable: variable.name }
  return third === undefined ? { ...base, body: second } : { ...base, filter: second, body: third }
}
