// Routing filters of RouterOS as questions about prefixes: chains of rules, in the two languages of versions 6 and 7.
import { type IpFamily, ipBits } from '../../../net/ip.ts'
import { type Prefix, parsePrefix } from '../../../net/prefix.ts'
import {
  and,
  firstMatch,
  holdsPrefix,
  matches,
  not,
  type Outcome,
  or,
  type Term,
  type Truth,
} from '../policy.ts'
import type { RouterosItem } from './routeros-lines.ts'

/** Terms of each chain, in the order of the text. */
export function chainsOf(items: readonly RouterosItem[]): ReadonlyMap<string, readonly Term[]> {
  const chains = new Map<string, Term[]>()
  for (const item of items) {
    const name = item.properties.get('chain')?.value
    if (item.verb !== 'add' || name === undefined || isDisabled(item)) continue
    const terms = chains.get(name) ?? []
    chains.set(name, terms)
    if (item.menu === 'routing filter') terms.push(term6(item))
    if (item.menu === 'routing filter rule') terms.push(...terms7(item))
  }
  return chains
}

export const isDisabled = (item: RouterosItem): boolean => item.properties.get('disabled')?.value === 'yes'

/** Properties that do not ask anything of a route. */
const NO_CONDITION =
  /^(chain|action|comment|disabled|invert-match|set-.*|append-.*|jump-target|address-family)$/

function term6({ properties, at }: RouterosItem): Term {
  const action = properties.get('action')?.value ?? 'passthrough'
  const prefix = properties.get('prefix')?.value
  const lengths = properties.get('prefix-length')?.value
  const family = properties.get('address-family')?.value
  const isDoubtful = [...properties.keys()].some(
    (key) => !NO_CONDITION.test(key) && key !== 'prefix' && key !== 'prefix-length',
  )
  const outcomes: Readonly<Record<string, Outcome>> = {
    accept: 'accept',
    discard: 'reject',
    reject: 'reject',
    jump: 'unknown',
    return: 'unknown',
  }
  return {
    at,
    outcome: outcomes[action],
    test: (route) =>
      and(
        and(prefixMatches(prefix, lengths, route), isDoubtful ? undefined : true),
        family === undefined ? true : family.includes(route.family === 6 ? 'ipv6' : 'ip'),
      ),
  }
}

/** Without `prefix-length`, the prefix has to be equal; with it, the route lies inside and has such a length. */
function prefixMatches(prefix: string | undefined, lengths: string | undefined, route: Prefix): Truth {
  const within = prefix === undefined ? undefined : parsePrefix(prefix)
  if (prefix !== undefined && within === undefined) return undefined
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(lengths ?? '') ?? []
  if (lengths !== undefined && from === undefined) return undefined
  if (within === undefined)
    return from === undefined || (Number(from) <= route.length && route.length <= Number(to))
  const min = from === undefined ? within.length : Number(from)
  const max = to === undefined ? within.length : Number(to)
  return matches({ within, min, max }, route)
}

/** `if (condition) { accept } else { reject }`, or an action alone. */
function terms7({ properties, at }: RouterosItem): Term[] {
  const rule = properties.get('rule')?.value ?? ''
  const [, condition, then, otherwise] =
    /^\s*if\s*\(([\s\S]*)\)\s*\{([^{}]*)\}\s*(?:else\s*\{([^{}]*)\})?\s*;?\s*$/.exec(rule) ?? []
  if (condition === undefined)
    return [{ at, outcome: actionOf(rule), test: () => (/^\s*if\b/.test(rule) ? undefined : true) }]
  const tokens = condition.match(/&&|\|\||[()!]|[<>=!]=|[<>]|[^\s()!<>=&|]+/g) ?? []
  const test = (route: Prefix): Truth => new Condition(tokens, route).value()
  const first: Term = { at, outcome: actionOf(then ?? ''), test }
  return otherwise === undefined
    ? [first]
    : [first, { at, outcome: actionOf(otherwise), test: (route) => not(test(route)) }]
}

function actionOf(actions: string): Outcome | undefined {
  const words = actions.split(/[;\s]+/)
  if (words.includes('accept')) return 'accept'
  if (words.includes('reject')) return 'reject'
  return words.includes('jump') || words.includes('return') ? 'unknown' : undefined
}

class Condition {
  readonly #tokens: readonly string[]
  readonly #route: Prefix
  #at = 0

  constructor(tokens: readonly string[], route: Prefix) {
    this.#tokens = tokens
    this.#route = route
  }

  value(): Truth {
    const value = this.#or()
    return this.#at < this.#tokens.length ? undefined : value
  }

  #or(): Truth {
    let value = this.#and()
    while (this.#tokens[this.#at] === '||') {
      this.#at++
      value = or(value, this.#and())
    }
    return value
  }

  #and(): Truth {
    let value = this.#not()
    while (this.#tokens[this.#at] === '&&') {
      this.#at++
      value = and(value, this.#not())
    }
    return value
  }

  #not(): Truth {
    let negate = false
    while (this.#tokens[this.#at] === 'not' || this.#tokens[this.#at] === '!') {
      this.#at++
      negate = !negate
    }
    const value = this.#atom()
    return negate ? not(value) : value
  }

  #atom(): Truth {
    const [word, operator, operand] = this.#tokens.slice(this.#at, this.#at + 3)
    if (word === '(') {
      this.#at++
      const value = this.#or()
      if (this.#tokens[this.#at] === ')') this.#at++
      return value
    }
    this.#at += 3
    if (word === 'dst') return destination(operator, operand, this.#route)
    if (word === 'dst-len') return compare(this.#route.length, operator, operand)
    if (word === 'afi') return operator === '==' ? isFamily(operand, this.#route.family) : undefined
    this.#at = this.#tokens.length
    return undefined
  }
}

const isFamily = (word: string | undefined, family: IpFamily): Truth =>
  word === 'ipv4' || word === 'ip' ? family === 4 : word === 'ipv6' ? family === 6 : undefined

function destination(operator: string | undefined, operand: string | undefined, route: Prefix): Truth {
  const prefix = parsePrefix(operand ?? '')
  if (prefix === undefined) return undefined
  if (operator === '==') return matches({ within: prefix, min: prefix.length, max: prefix.length }, route)
  return operator === 'in' ? holdsPrefix(prefix, route) && route.length <= ipBits(route.family) : undefined
}

function compare(length: number, operator: string | undefined, operand = ''): Truth {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(operand) ?? []
  if (from === undefined) return undefined
  const [low, high] = [Number(from), Number(to)]
  switch (operator) {
    case '==':
      return length === low
    case '!=':
      return length !== low
    case 'in':
      return low <= length && length <= high
    case '<':
      return length < low
    case '<=':
      return length <= low
    case '>':
      return length > low
    case '>=':
      return length >= low
    default:
      return undefined
  }
}

/** What a chain says; version 7 rejects at its end, version 6 accepts. */
export const runChain = (terms: readonly Term[], version: 6 | 7, route: Prefix) =>
  firstMatch(terms, version === 7 ? 'reject' : 'accept', route)
