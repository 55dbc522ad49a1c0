import { describe, expect, it } from 'vitest'
import { type Ip, parseIp } from '../../net/ip.ts'
import { parsePrefix } from '../../net/prefix.ts'
import type { Route, Rule } from '../ports/tables.ts'
import { ruleText } from '../rule-text.ts'
import { type FibAnswer, type FibTables, lookUp, routeText } from './fib.ts'
import { reversePath } from './reverse-path.ts'

const address = (text: string): Ip => {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}
const prefix = (text: string) => {
  const parsed = parsePrefix(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}
const rule = (priority: number, table: number, rest: Partial<Rule> = {}): Rule => ({
  family: 4,
  priority,
  not: false,
  from: undefined,
  to: undefined,
  inputInterface: undefined,
  outputInterface: undefined,
  mark: undefined,
  vrf: false,
  action: 'table',
  table,
  suppressPrefixLength: undefined,
  ...rest,
})
const route = (
  destination: string,
  interfaceIndex: number | undefined,
  rest: Partial<Route> = {},
): Route => ({
  destination: prefix(destination),
  type: 'unicast',
  table: 254,
  scope: 'global',
  protocol: 'static',
  metric: 0,
  source: undefined,
  mtu: undefined,
  nextHops:
    interfaceIndex === undefined
      ? []
      : [{ gateway: undefined, interfaceIndex, weight: 1, onLink: false, dead: false }],
  ...rest,
})
const MAIN = rule(32766, 254)
const tables = (rules: Rule[], routes: Route[]): FibTables => ({
  rules: [rule(0, 255), ...rules, MAIN, rule(32767, 253)],
  routes,
  vrfTables: new Map([['red0', 10]]),
})
const ask = (
  given: FibTables,
  destination: string,
  rest: { source?: string; from?: string } = {},
): FibAnswer =>
  lookUp(
    {
      destination: address(destination),
      source: rest.source === undefined ? undefined : address(rest.source),
      inputInterface: rest.from,
    },
    given,
  )
const chosen = (answer: FibAnswer): string =>
  answer.kind === 'route'
    ? `${routeText(answer.route)} by ${answer.route.nextHops[0]?.interfaceIndex ?? '-'} of ${answer.route.table}`
    : answer.kind === 'refused'
      ? answer.type
      : answer.kind

describe('a look-up', () => {
  it('takes the longest prefix, then the lowest metric', () => {
    const given = tables(
      [],
      [
        route('0.0.0.0/0', 1),
        route('10.0.0.0/8', 2, { metric: 20 }),
        route('10.0.0.0/8', 3, { metric: 10 }),
        route('10.1.0.0/16', 4, { metric: 500 }),
      ],
    )
    expect(chosen(ask(given, '10.1.2.3'))).toBe('10.1.0.0/16 metric 500 by 4 of 254')
    expect(chosen(ask(given, '10.2.2.3'))).toBe('10.0.0.0/8 metric 10 by 3 of 254')
    expect(chosen(ask(given, '192.0.2.1'))).toBe('default by 1 of 254')
  })

  it('finds nothing where no table holds it, and skips routes whose ways are dead', () => {
    const dead = [{ gateway: undefined, interfaceIndex: 2, weight: 1, onLink: false, dead: true }]
    const given = tables([], [route('10.0.0.0/8', 1), route('10.1.0.0/16', 2, { nextHops: dead })])
    expect(chosen(ask(given, '192.0.2.1'))).toBe('nothing')
    expect(chosen(ask(given, '10.1.0.1'))).toBe('10.0.0.0/8 by 1 of 254')
  })

  const policy = [route('0.0.0.0/0', 1), route('0.0.0.0/0', 2, { table: 100 })]

  it.each<[string, Rule, { source?: string; from?: string }, number]>([
    [
      'from a prefix that holds the source',
      rule(10, 100, { from: prefix('192.0.2.0/24') }),
      { source: '192.0.2.7' },
      2,
    ],
    ['from another prefix', rule(10, 100, { from: prefix('192.0.2.0/24') }), { source: '198.51.100.7' }, 1],
    ['from a prefix, no source yet', rule(10, 100, { from: prefix('192.0.2.0/24') }), {}, 1],
    [
      'not from a prefix',
      rule(10, 100, { from: prefix('192.0.2.0/24'), not: true }),
      { source: '198.51.100.7' },
      2,
    ],
    ['to a prefix', rule(10, 100, { to: prefix('203.0.113.0/24') }), {}, 2],
    ['coming in by an interface', rule(10, 100, { inputInterface: 'eth1' }), { from: 'eth1' }, 2],
    ['coming in by another', rule(10, 100, { inputInterface: 'eth1' }), { from: 'eth0' }, 1],
    ['of this host itself', rule(10, 100, { inputInterface: 'lo' }), {}, 2],
    ['with a mark that the packet lacks', rule(10, 100, { mark: { value: 5, mask: 0xff } }), {}, 1],
    ['not with a mark', rule(10, 100, { mark: { value: 5, mask: 0xff }, not: true }), {}, 2],
    ['with a default route suppressed', rule(10, 100, { suppressPrefixLength: 0 }), {}, 1],
    ['behind the main table', rule(40_000, 100), {}, 1],
    ['of another family', rule(10, 100, { family: 6 }), {}, 1],
    ['of a VRF that the packet is not in', rule(10, 0, { vrf: true }), { from: 'eth0' }, 1],
  ])('follows the rule %s or not', (_, extra, question, expected) => {
    expect(chosen(ask(tables([extra], policy), '203.0.113.9', question))).toContain(`by ${expected} of`)
  })

  it('looks into the table of the VRF that the packet came in by', () => {
    const given = tables([rule(10, 0, { vrf: true })], [...policy, route('0.0.0.0/0', 7, { table: 10 })])
    expect(chosen(ask(given, '203.0.113.9', { from: 'red0' }))).toBe('default by 7 of 10')
  })

  it('ends at a rule that refuses, goes on behind a throw, and does not guess about goto', () => {
    expect(chosen(ask(tables([rule(10, 0, { action: 'prohibit' })], policy), '203.0.113.9'))).toBe('prohibit')
    const thrown = [...policy, route('203.0.113.0/24', undefined, { type: 'throw', table: 100 })]
    expect(chosen(ask(tables([rule(10, 100)], thrown), '203.0.113.9'))).toBe('default by 1 of 254')
    expect(chosen(ask(tables([rule(10, 0, { action: 'goto' })], policy), '203.0.113.9'))).toBe('unknown')
  })

  it('writes rules as ip rule does', () => {
    expect(ruleText(MAIN)).toBe('32766: from all lookup main')
    const all = {
      from: prefix('192.0.2.0/24'),
      inputInterface: 'eth1',
      mark: { value: 16, mask: 255 },
      not: true,
    }
    expect(ruleText(rule(5, 100, all))).toBe('5: not from 192.0.2.0/24 iif eth1 fwmark 0x10 lookup 100')
  })
})

describe('the reverse path filter', () => {
  const routes = [
    route('0.0.0.0/0', 1),
    route('198.51.100.0/24', 2),
    route('10.0.0.0/8', undefined, { type: 'blackhole' }),
  ]
  const judged = (client: string, index: number, all: number, own: number) =>
    reversePath({
      client: address(client),
      target: address(client.includes(':') ? '2001:db8::1' : '192.0.2.9'),
      arrival: { name: `eth${index}`, index },
      tables: tables([], routes),
      rpFilter: { all, ofInterface: own },
    })

  it.each<[string, number, number, number, string, boolean]>([
    ['203.0.113.7', 1, 1, 0, 'strict', false],
    ['203.0.113.7', 2, 1, 0, 'strict', true],
    ['203.0.113.7', 2, 0, 1, 'strict', true],
    ['203.0.113.7', 2, 1, 2, 'loose', false],
    ['203.0.113.7', 2, 2, 0, 'loose', false],
    ['203.0.113.7', 2, 0, 0, 'off', false],
    ['198.51.100.7', 2, 1, 1, 'strict', false],
    ['10.1.2.3', 1, 2, 0, 'loose', true],
    ['2001:db8::7', 2, 1, 1, 'none', false],
  ])('for %s on eth%i with all=%i and own=%i is %s, drops: %s', (client, index, all, own, mode, drops) => {
    expect(judged(client, index, all, own)).toMatchObject({ mode, drops })
  })

  it('is content with any way of a multipath route', () => {
    const way = (interfaceIndex: number) => ({
      gateway: undefined,
      interfaceIndex,
      weight: 1,
      onLink: false,
      dead: false,
    })
    const answer = reversePath({
      client: address('203.0.113.7'),
      target: address('192.0.2.9'),
      arrival: { name: 'eth2', index: 2 },
      tables: tables([], [route('0.0.0.0/0', 1, { nextHops: [way(1), way(2)] })]),
      rpFilter: { all: 1, ofInterface: 1 },
    })
    expect(answer.drops).toBe(false)
  })
})
