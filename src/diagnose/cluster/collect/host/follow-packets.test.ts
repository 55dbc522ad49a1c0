// First packets through rules as iptables-save and nft print them: who stops which, and what is let through.
import { expect, it } from 'vitest'
import { parseIp } from '../../../../net/ip.ts'
import { readRules } from '../../../path/rule-sources.ts'
import type { HostPacket } from '../../host-facts.ts'
import { followPackets } from './follow-packets.ts'

const PACKET: HostPacket = {
  what: 'memberlist',
  direction: 'in',
  protocol: 'tcp',
  port: 7946,
  peer: '192.0.2.12',
  local: '192.0.2.11',
}
const OUT: HostPacket = { ...PACKET, what: 'bgp', direction: 'out', port: 179, peer: '192.0.2.1' }

function followed(rules: string, packets: readonly HostPacket[], arrival?: string) {
  const own = parseIp('192.0.2.11')
  if (own === undefined) throw new Error('no address')
  return followPackets([
    {
      rules: {
        rules: readRules([{ name: rules.startsWith('{') ? 'nft' : 'iptables-nft-save', text: rules }]),
        notRead: [],
        machine: {
          ...{ host: undefined, file: undefined, addressesKnown: true, conntrack: undefined },
          own: [{ address: own, interfaceName: 'eth0' }],
        },
      },
      packets,
      arrivals: new Map(arrival === undefined ? [] : [[PACKET.peer, arrival]]),
    },
  ])
}
const filter = (...rules: readonly string[]): string =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`

it('lets through what no rule is about, and counts it', () => {
  expect(followed(filter('-A INPUT -p tcp -m tcp --dport 22 -j DROP'), [PACKET, OUT])).toEqual({
    followed: 2,
    refusals: [],
    notFollowed: [],
  })
})

it('names chain and rule that reject or drop', () => {
  const rule = '-A INPUT -p tcp -m tcp --dport 7946 -j REJECT --reject-with icmp-host-prohibited'
  expect(followed(filter(rule), [PACKET]).refusals).toEqual([
    { ...PACKET, end: 'rejected', tool: 'iptables', place: 'filter INPUT', rule },
  ])
  const out = '-A OUTPUT -p tcp -m tcp --dport 179 -j DROP'
  expect(followed(filter(out), [PACKET, OUT]).refusals).toEqual([
    { ...OUT, end: 'dropped', tool: 'iptables', place: 'filter OUTPUT', rule: out },
  ])
})

it('goes by the order of the rules, and by a policy at the end', () => {
  const accepted = filter('-A INPUT -s 192.0.2.0/24 -j ACCEPT', '-A INPUT -j DROP')
  expect(followed(accepted, [PACKET]).refusals).toEqual([])
  const [refusal] = followed(accepted.replace('INPUT ACCEPT', 'INPUT DROP').replace(/-A INPUT -.*\n/g, ''), [
    PACKET,
  ]).refusals
  expect(refusal).toMatchObject({ end: 'dropped', place: 'filter INPUT', rule: 'policy of INPUT' })
})

it('knows by which link a packet comes in', () => {
  const rules = filter('-A INPUT -i wan0 -p tcp -m tcp --dport 7946 -j DROP')
  expect(followed(rules, [PACKET], 'eth0')).toMatchObject({ refusals: [], notFollowed: [] })
  expect(followed(rules, [PACKET], 'wan0').refusals).toHaveLength(1)
})

it('does not say that a rule stops what only some dice of it stop', () => {
  const half = filter(
    '-A INPUT -p tcp -m tcp --dport 7946 -m statistic --mode random --probability 0.50000000000 -j DROP',
  )
  expect(followed(half, [PACKET]).refusals).toEqual([])
})

it('takes a rule that it does not understand not to match, and says so', () => {
  const { refusals, notFollowed } = followed(
    filter('-A INPUT -p tcp -m tcp --dport 7946 -m bpf --bytecode "1,6 0 0 0" -j DROP'),
    [PACKET],
  )
  expect(refusals).toEqual([])
  expect(notFollowed).toHaveLength(1)
  expect(notFollowed[0]).toContain('bpf')
})

it.each([
  ['inet', 'nft inet'],
  ['ip', 'nft ip'],
])('names the family of a table of nft: %s', (family, tool) => {
  const chain = {
    family,
    table: 'guard',
    name: 'input',
    type: 'filter',
    hook: 'input',
    prio: 0,
    policy: 'accept',
  }
  const match = { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 7946 } }
  const text = JSON.stringify({
    nftables: [
      { table: { family, name: 'guard' } },
      { chain },
      { rule: { family, table: 'guard', chain: 'input', expr: [match, { drop: null }] } },
    ],
  })
  expect(followed(text, [PACKET, { ...PACKET, protocol: 'udp' }]).refusals).toMatchObject([
    { protocol: 'tcp', end: 'dropped', tool, place: 'guard input' },
  ])
})
