// Filters of BIRD as questions about prefixes. What is more than comparing `net` is taken for unknown.
import { ipBits } from '../../../net/ip.ts'
import { type Prefix, parsePrefix } from '../../../net/prefix.ts'
import { and, matches, not, type Outcome, or, type Pattern, type Truth, type Verdict } from '../policy.ts'
import type { BirdStatement, BirdToken } from './bird-syntax.ts'

export type Definitions = ReadonlyMap<string, readonly BirdToken[]>

/** What a filter says of a route; BIRD refuses what no statement decides. */
export function runFilter(body: readonly BirdStatement[], route: Prefix, defined: Definitions): Verdict {
  const decided = run(body, route, defined)
  if (decided === 'doubt') return { outcome: 'unknown' }
  return decided ?? { outcome: 'reject' }
}

type Step = Verdict | 'doubt' | undefined

function run(body: readonly BirdStatement[], route: Prefix, defined: Definitions): Step {
  let doubt = false
  let taken: Truth = false
  for (const statement of body) {
    const words = statement.words.map(({ text }) => text)
    const isElse = words[0] === 'else'
    const inner = isElse ? { ...statement, words: statement.words.slice(1) } : statement
    const allowed: Truth = isElse ? not(taken) : true
    if (allowed === false) continue
    const { step, truth } = runOne(inner, route, defined)
    if (inner.words[0]?.text === 'if') taken = truth
    if (step === undefined) continue
    if (step === 'doubt' || allowed === undefined) doubt = true
    else return doubt ? 'doubt' : step
  }
  return doubt ? 'doubt' : undefined
}

function runOne(
  statement: BirdStatement,
  route: Prefix,
  defined: Definitions,
): { readonly step: Step; readonly truth: Truth } {
  const [first] = statement.words
  const plain = outcomeOf(first?.text)
  if (plain !== undefined) return { step: { outcome: plain, at: statement.at }, truth: true }
  if (first?.text !== 'if') return { step: blockStep(statement, route, defined), truth: undefined }
  const then = statement.words.findIndex(({ text, kind }) => kind === 'word' && text === 'then')
  const condition = statement.words.slice(1, then < 0 ? undefined : then)
  const truth = new Expression(condition, route, defined).value()
  if (truth === false) return { step: undefined, truth }
  const rest = { ...statement, words: then < 0 ? [] : statement.words.slice(then + 1) }
  const step = runOne(rest, route, defined).step
  return { step: truth === undefined && step !== undefined ? 'doubt' : step, truth }
}

/** A block on its own, or a statement that does something else: `case` may decide, an assignment does not. */
function blockStep(statement: BirdStatement, route: Prefix, defined: Definitions): Step {
  if (statement.block === undefined) return undefined
  return statement.words.length === 0 ? run(statement.block, route, defined) : 'doubt'
}

const outcomeOf = (word: string | undefined): Outcome | undefined =>
  word === 'accept' || word === 'reject' ? word : undefined

/** `net ~ […] && net.len <= 24`; anything else is unknown. */
export class Expression {
  readonly #tokens: readonly BirdToken[]
  readonly #route: Prefix
  readonly #defined: Definitions
  #at = 0

  constructor(tokens: readonly BirdToken[], route: Prefix, defined: Definitions) {
    this.#tokens = tokens
    this.#route = route
    this.#defined = defined
  }

  value(): Truth {
    const value = this.#or()
    // What is left over was not understood.
    return this.#at < this.#tokens.length ? undefined : value
  }

  #text(offset = 0): string | undefined {
    return this.#tokens[this.#at + offset]?.text
  }

  #or(): Truth {
    let value = this.#and()
    while (this.#text() === '||') {
      this.#at++
      value = or(value, this.#and())
    }
    return value
  }

  #and(): Truth {
    let value = this.#not()
    while (this.#text() === '&&') {
      this.#at++
      value = and(value, this.#not())
    }
    return value
  }

  #not(): Truth {
    let negate = false
    while (this.#text() === '!') {
      this.#at++
      negate = !negate
    }
    const value = this.#atom()
    return negate ? not(value) : value
  }

  #atom(): Truth {
    const text = this.#text()
    if (text === '(') {
      this.#at++
      const value = this.#or()
      if (this.#text() === ')') this.#at++
      return value
    }
    if (text === 'net') return this.#net()
    if (text === 'net.len') return this.#length()
    if (text === 'true' || text === 'false') {
      this.#at++
      return text === 'true'
    }
    this.#at = this.#tokens.length
    return undefined
  }

  #net(): Truth {
    const operator = this.#text(1)
    const from = this.#at + 2
    if (operator === '=' || operator === '!=') {
      const prefix = parsePrefix(this.#text(2) ?? '')
      this.#at = from + 1
      if (prefix === undefined) return undefined
      const equal = matches({ within: prefix, min: prefix.length, max: prefix.length }, this.#route)
      return operator === '=' ? equal : !equal
    }
    if (operator !== '~' && operator !== '!~') return this.#giveUp()
    const value = this.#set(from)
    return operator === '~' ? value : not(value)
  }

  #giveUp(): undefined {
    this.#at = this.#tokens.length
    return undefined
  }

  /** A set in brackets, the name of a constant that is one, or a single prefix. */
  #set(from: number): Truth {
    const text = this.#tokens[from]?.text ?? ''
    if (text === '[') {
      const end = this.#tokens.findIndex((token, i) => i > from && token.text === ']')
      this.#at = end < 0 ? this.#tokens.length : end + 1
      return inSet(this.#tokens.slice(from + 1, end < 0 ? undefined : end), this.#route)
    }
    this.#at = from + 1
    const constant = this.#defined.get(text)
    if (constant !== undefined)
      return inSet(
        constant.filter((token) => !'[]'.includes(token.text)),
        this.#route,
      )
    const prefix = parsePrefix(text)
    if (prefix === undefined) return undefined
    return matches({ within: prefix, min: prefix.length, max: ipBits(prefix.family) }, this.#route)
  }

  #length(): Truth {
    const operator = this.#text(1)
    const wanted = Number(this.#text(2))
    const { length } = this.#route
    this.#at += 3
    if (!Number.isInteger(wanted)) return this.#giveUp()
    switch (operator) {
      case '=':
        return length === wanted
      case '!=':
        return length !== wanted
      case '<':
        return length < wanted
      case '>':
        return length > wanted
      case '<=':
        return length <= wanted
      case '>=':
        return length >= wanted
      default:
        return this.#giveUp()
    }
  }
}

/** `P`, `P+` (and longer), `P-` (and shorter), `P{a,b}`. */
function inSet(tokens: readonly BirdToken[], route: Prefix): Truth {
  const text = tokens.map((token) => token.text).join('')
  let truth: Truth = false
  for (const item of text.split(/,(?![^{]*\})/)) {
    const pattern = patternOf(item)
    if (pattern === undefined) truth = truth === true ? true : undefined
    else if (matches(pattern, route)) return true
  }
  return truth
}

function patternOf(item: string): Pattern | undefined {
  const [, text = '', suffix = ''] = /^([0-9A-Fa-f:.]+\/\d+)(.*)$/.exec(item) ?? []
  const within = parsePrefix(text)
  if (within === undefined) return undefined
  const { length, family } = within
  if (suffix === '') return { within, min: length, max: length }
  if (suffix === '+') return { within, min: length, max: ipBits(family) }
  const [, min, max] = /^\{(\d+),(\d+)\}$/.exec(suffix) ?? []
  return min === undefined ? undefined : { within, min: Number(min), max: Number(max) }
}
