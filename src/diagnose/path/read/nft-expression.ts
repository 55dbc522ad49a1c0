// One rule of nft → steps. What a rule compares is named by an expression (`ip daddr`, `th dport`, `fib saddr type`).
import { parseIp } from '../../../net/ip.ts'
import { type Action, type LookupEntry, MARK_BITS, type Match, type Step } from '../netfilter.ts'
import { asList, asRecord, asText, type Json, type NamedSets, onlyEntry, plainElement } from './nft-json.ts'
import { matchOn } from './nft-match.ts'

export function ruleSteps(expressions: readonly unknown[], sets: NamedSets): { steps: Step[]; text: string } {
  const steps = expressions.flatMap((expression) => stepsOf(expression, sets))
  return { steps, text: expressions.map(wordsOf).filter(Boolean).join(' ') }
}

function stepsOf(expression: unknown, sets: NamedSets): Step[] {
  const [kind, value] = onlyEntry(expression) ?? []
  if (kind === undefined) return []
  if (kind === 'match') {
    const { op, left, right } = asRecord(value) ?? {}
    return matchOn(left, right, asText(op), sets).map((match) => ({ match }))
  }
  if (kind === 'vmap') return [{ act: verdictMap(asRecord(value) ?? {}, sets) }]
  return [{ act: actionOf(kind, value) }]
}

const PLAIN = ['accept', 'drop', 'return', 'masquerade'] as const
/** Expressions that change nothing about where a packet goes. */
const PASSING = new Set([
  'counter',
  'log',
  'set',
  'limit',
  'quota',
  'notrack',
  'continue',
  'meter',
  'ct helper',
])

function actionOf(kind: string, value: unknown): Action {
  const plain = PLAIN.find((each) => each === kind)
  if (plain !== undefined) return { kind: plain }
  if (PASSING.has(kind)) return { kind: 'nothing' }
  switch (kind) {
    case 'jump':
    case 'goto':
      return { kind, chain: asText(asRecord(value)?.['target']) }
    case 'snat':
      return { kind: 'masquerade' }
    case 'reject': {
      const { type, expr } = asRecord(value) ?? {}
      return {
        kind: 'reject',
        how: [asText(type), asText(expr)].filter(Boolean).join(' ') || 'icmp port-unreachable',
      }
    }
    case 'dnat':
      return dnatOf(asRecord(value) ?? {})
    case 'mangle':
      return markOf(asRecord(value) ?? {})
    default:
      return { kind: 'unknown', text: kind }
  }
}

/** `dnat to 10.0.0.1:80`, and `dnat ip addr . port to numgen random mod 2 map { 0 : 10.0.0.1 . 80, … }` of kube-proxy 1.36 */
function dnatOf({ addr, port }: Json): Action {
  const { key, data } = asRecord(asRecord(addr)?.['map']) ?? {}
  const numgen = asRecord(asRecord(key)?.['numgen'])
  const elements = asList(asRecord(data)?.['set'])
  if (numgen !== undefined && elements !== undefined) return drawOf(numgen, elements, placeOf)
  return {
    kind: 'dnat',
    address: parseIp(asText(addr)),
    port: typeof port === 'number' ? port : undefined,
  }
}

function placeOf(value: unknown): Action {
  const [address, port] = asList(asRecord(value)?.['concat']) ?? [value]
  const parsed = parseIp(asText(address))
  if (parsed === undefined) return { kind: 'unknown', text: 'dnat' }
  return { kind: 'dnat', address: parsed, port: typeof port === 'number' ? port : undefined }
}

/** `meta mark set mark or 0x4000`; other fields that rules may set do not decide where a packet goes. */
function markOf({ key, value }: Json): Action {
  if (asText(asRecord(asRecord(key)?.['meta'])?.['key']) !== 'mark') return { kind: 'nothing' }
  if (typeof value === 'number') return { kind: 'mark', keep: 0, flip: value }
  const [operator, operands] = onlyEntry(value) ?? []
  const constant = asList(operands)?.find((each) => typeof each === 'number')
  if (typeof constant !== 'number') return { kind: 'unknown', text: 'meta mark set' }
  switch (operator) {
    case '|':
      return { kind: 'mark', keep: ~constant >>> 0, flip: constant }
    case '^':
      return { kind: 'mark', keep: MARK_BITS, flip: constant }
    case '&':
      return { kind: 'mark', keep: constant, flip: 0 }
    default:
      return { kind: 'unknown', text: 'meta mark set' }
  }
}

function verdictMap({ key, data }: Json, sets: NamedSets): Action {
  const name = typeof data === 'string' ? data.replace(/^@/, '') : undefined
  const elements =
    name === undefined ? (asList(asRecord(data)?.['set']) ?? []) : (sets.get(name)?.elements ?? [])
  const numgen = asRecord(asRecord(key)?.['numgen'])
  if (numgen !== undefined) return drawOf(numgen, elements, verdictOf)
  const keys = asList(asRecord(key)?.['concat']) ?? [key]
  return { kind: 'lookup', map: name, entries: elements.flatMap((element) => entryOf(element, keys, sets)) }
}

function entryOf(element: unknown, keys: readonly unknown[], sets: NamedSets): LookupEntry[] {
  const [left, verdict] = asList(element) ?? []
  const { value, comment } = plainElement(left)
  const values = asList(asRecord(value)?.['concat']) ?? [value]
  const matches: Match[] = keys.flatMap((key, index) => matchOn(key, values[index], '==', sets))
  return [{ matches, action: verdictOf(verdict), comment }]
}

function verdictOf(verdict: unknown): Action {
  const [kind, target] = onlyEntry(verdict) ?? ['unknown', undefined]
  return actionOf(kind, target)
}

function drawOf(numgen: Json, elements: readonly unknown[], wayOf: (value: unknown) => Action): Action {
  const of = numgen['mod']
  if (numgen['mode'] !== 'random' || typeof of !== 'number' || of < 1)
    return { kind: 'unknown', text: 'numgen' }
  const offset = typeof numgen['offset'] === 'number' ? numgen['offset'] : 0
  const ways = new Map<number, Action>()
  for (const element of elements) {
    const [left, right] = asList(element) ?? []
    const { value } = plainElement(left)
    for (const number of numbersOf(value, of)) ways.set(number - offset, wayOf(right))
  }
  return { kind: 'draw', of, ways }
}

function numbersOf(value: unknown, of: number): number[] {
  if (typeof value === 'number') return [value]
  const [first, last] = asList(asRecord(value)?.['range']) ?? []
  if (typeof first !== 'number' || typeof last !== 'number') return []
  return Array.from({ length: Math.min(last - first + 1, of) }, (_, index) => first + index)
}

/** About as `nft list` would show it: enough to find the rule. */
function wordsOf(expression: unknown): string {
  const [kind = '', value] = onlyEntry(expression) ?? []
  const record = asRecord(value)
  switch (kind) {
    case 'match':
      return `${operandText(record?.['left'])} ${record?.['op'] === '!=' ? '!= ' : ''}${operandText(record?.['right'])}`
    case 'vmap':
      return `${operandText(record?.['key'])} vmap ${typeof record?.['data'] === 'string' ? record['data'] : '{ … }'}`
    case 'jump':
    case 'goto':
      return `${kind} ${asText(record?.['target'])}`
    case 'xt':
      return `xt ${asText(record?.['name'])}`
    case 'dnat':
      return typeof record?.['addr'] === 'string'
        ? `dnat to ${record['addr']}:${String(record['port'] ?? '')}`
        : 'dnat to one of several'
    case 'counter':
      return ''
    case 'mangle':
      return 'mark set …'
    default:
      return kind
  }
}

function operandText(operand: unknown): string {
  if (typeof operand === 'string' || typeof operand === 'number') return String(operand)
  const [kind = '', value] = onlyEntry(operand) ?? []
  const record = asRecord(value)
  switch (kind) {
    case 'payload':
      return `${asText(record?.['protocol'])} ${asText(record?.['field'])}`
    case 'meta':
    case 'ct':
      return `${kind} ${asText(record?.['key'])}`
    case 'fib':
      return `fib ${(asList(record?.['flags']) ?? []).map(asText).join(' . ')} ${asText(record?.['result'])}`
    case 'prefix':
      return `${asText(record?.['addr'])}/${String(record?.['len'])}`
    case 'concat':
      return (asList(value) ?? []).map(operandText).join(' . ')
    case 'set':
      return `{ ${(asList(value) ?? []).map(operandText).join(', ')} }`
    case 'elem':
      return operandText(record?.['val'])
    case 'range':
      return (asList(value) ?? []).map(operandText).join('-')
    case '&':
      return (asList(value) ?? []).map(operandText).join(' and ')
    case 'numgen':
      return `numgen random mod ${String(record?.['mod'])}`
    default:
      return kind
  }
}
