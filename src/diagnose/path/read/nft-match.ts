// What one comparison of nft asks: a field of the packet, and the values that it may have.
import type { IpRange } from '../../../net/prefix.ts'
import { MARK_BITS, type Match, type PortRange } from '../netfilter.ts'
import { addressRange } from './address-ranges.ts'
import { asList, asRecord, asText, type Json, type NamedSets, onlyEntry, plainElement } from './nft-json.ts'

/**
 * @param left the field, such as `{"payload": {"protocol": "ip", "field": "daddr"}}`
 * @param right a value, `{"set": […]}`, `{"prefix": …}`, `{"range": […]}`, or `@name`
 * @param operator `==`, `!=`, `in`
 */
export function matchOn(left: unknown, right: unknown, operator: string, sets: NamedSets): Match[] {
  const negated = operator === '!='
  if (!['==', '!=', 'in', ''].includes(operator)) return [{ kind: 'unknown', text: `comparison ${operator}` }]
  const named = typeof right === 'string' && right.startsWith('@') ? sets.get(right.slice(1)) : undefined
  if (named?.dynamic === true) return [{ kind: 'affinity' }]
  const values = named?.elements ?? asList(asRecord(right)?.['set']) ?? [right]
  const plain = values.map((value) => plainElement(value).value)
  const [kind, operand] = onlyEntry(left) ?? []
  const field = asRecord(operand) ?? {}
  switch (kind) {
    case 'concat':
      return [oneOf(asList(operand) ?? [], plain, negated, sets)]
    case 'payload':
      return [...impliedBy(field), payload(field, plain, negated)]
    case 'meta':
      return [meta(asText(field['key']), plain, negated)]
    case 'ct':
      return [connection(asText(field['key']), plain, negated)]
    case 'fib':
      return [fib(field, plain, negated)]
    case '&':
      return [masked(asList(operand) ?? [], plain, negated)]
    default:
      return [{ kind: 'unknown', text: kind ?? 'comparison' }]
  }
}

/** `ip daddr . meta l4proto . th dport @set`: each element has a value for every field. */
function oneOf(
  fields: readonly unknown[],
  elements: readonly unknown[],
  negated: boolean,
  sets: NamedSets,
): Match {
  const isOnSource = (match: Match): boolean => match.kind === 'address' && match.of === 'source'
  const entries = elements.map((element) => {
    const values = asList(asRecord(element)?.['concat']) ?? []
    const matches = fields.flatMap((field, index) => matchOn(field, values[index], '==', sets))
    return [...matches.filter((match) => !isOnSource(match)), ...matches.filter(isOnSource)]
  })
  return { kind: 'one of', entries, negated }
}

const PORTED = new Set(['tcp', 'udp', 'udplite', 'sctp', 'dccp'])

/** `tcp dport 80` is a comparison of the protocol as well, which nft does not print; `th dport 80` is none. */
function impliedBy({ protocol, field }: Json): readonly Match[] {
  const isPort = field === 'sport' || field === 'dport'
  return isPort && PORTED.has(asText(protocol)) ? [protocols([protocol], false)] : []
}

function payload({ protocol, field }: Json, values: readonly unknown[], negated: boolean): Match {
  const name = asText(field)
  if (name === 'saddr' || name === 'daddr') {
    const ranges = values.map(rangeOf)
    if (ranges.every((range) => range !== undefined))
      return { kind: 'address', of: name === 'saddr' ? 'source' : 'destination', negated, ranges }
  }
  if (name === 'sport' || name === 'dport') {
    const ranges = values.map(portsOf)
    if (ranges.every((range) => range !== undefined))
      return { kind: 'port', of: name === 'sport' ? 'source' : 'destination', negated, ranges }
  }
  if (name === 'protocol' || name === 'nexthdr') return protocols(values, negated)
  return { kind: 'unknown', text: `${asText(protocol)} ${name}` }
}

function meta(key: string, values: readonly unknown[], negated: boolean): Match {
  switch (key) {
    case 'l4proto':
      return protocols(values, negated)
    case 'iifname':
    case 'iif':
      return { kind: 'interface', of: 'in', negated, names: values.map(String) }
    case 'oifname':
    case 'oif':
      return { kind: 'interface', of: 'out', negated, names: values.map(String) }
    case 'mark':
      return typeof values[0] === 'number' && values.length === 1
        ? { kind: 'mark', value: values[0], mask: MARK_BITS, negated }
        : { kind: 'unknown', text: 'meta mark' }
    default:
      return { kind: 'unknown', text: `meta ${key}` }
  }
}

const protocols = (values: readonly unknown[], negated: boolean): Match => ({
  kind: 'protocol',
  negated,
  protocols: values.map(String),
})

/** `ct state new`, `ct status dnat` */
function connection(key: string, values: readonly unknown[], negated: boolean): Match {
  const states = values.flatMap((value) => asList(value) ?? [value]).map(String)
  return key === 'state' || key === 'status'
    ? { kind: 'connection', states, negated }
    : { kind: 'unknown', text: `ct ${key}` }
}

function fib(field: Json, values: readonly unknown[], negated: boolean): Match {
  const flags = asList(field['flags']) ?? []
  const isType = field['result'] === 'type' && values.length === 1 && values[0] === 'local'
  if (isType && flags.includes('daddr')) return { kind: 'local', of: 'destination', negated }
  if (isType && flags.includes('saddr')) return { kind: 'local', of: 'source', negated }
  return { kind: 'unknown', text: `fib ${flags.map(String).join(' . ')} ${asText(field['result'])}` }
}

/** `mark and 0x4000 == 0x4000` */
function masked(operands: readonly unknown[], values: readonly unknown[], negated: boolean): Match {
  const [left, mask] = operands
  const [value] = values
  const key = asText(asRecord(asRecord(left)?.['meta'])?.['key'])
  if (key !== 'mark' || typeof mask !== 'number' || typeof value !== 'number')
    return { kind: 'unknown', text: `masked ${key}` }
  return { kind: 'mark', value, mask, negated }
}

function rangeOf(value: unknown): IpRange | undefined {
  if (typeof value === 'string') return addressRange(value)
  const { prefix, range } = asRecord(value) ?? {}
  const { addr, len } = asRecord(prefix) ?? {}
  if (prefix !== undefined) return addressRange(`${asText(addr)}/${String(len)}`)
  const [first, last] = asList(range) ?? []
  return range === undefined ? undefined : addressRange(`${asText(first)}-${asText(last)}`)
}

function portsOf(value: unknown): PortRange | undefined {
  if (typeof value === 'number') return { first: value, last: value }
  const [first, last] = asList(asRecord(value)?.['range']) ?? []
  return typeof first === 'number' && typeof last === 'number' ? { first, last } : undefined
}
