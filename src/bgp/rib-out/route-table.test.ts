import { expect, it } from 'vitest'
import { advertisement, external, onlyIpv4, prefix } from '../testing/export-cases.ts'
import { AttributeGroups } from './attribute-group.ts'
import { OutboundSession } from './outbound-session.ts'
import { RouteTable } from './route-table.ts'

const host = prefix('2001:db8::1/128')

it('a prefix that nobody wants and nobody has takes no slot', () => {
  const table = new RouteTable(6)
  const groups = new AttributeGroups()
  const group = groups.hold(advertisement('2001:db8::1/128'))
  for (const context of [external, onlyIpv4]) {
    const session = new OutboundSession(context, [table], 100)
    const slot = table.add(host)
    table.desired[slot] = group
    session.schedule(table, slot)
    expect(table.prefixes.size).toBe(1)
    table.desired[slot] = undefined
    session.schedule(table, slot)
    expect(table.prefixes.size).toBe(0)
  }
})

it('a prefix that the peer still had is forgotten with the session', () => {
  const table = new RouteTable(6)
  const groups = new AttributeGroups()
  const slot = table.add(host)
  table.desired[slot] = groups.hold(advertisement('2001:db8::1/128'))
  const session = new OutboundSession(external, [table], 100)
  while (session.pending) session.next()
  table.desired[slot] = undefined
  session.schedule(table, slot)
  table.forgetPeer()
  expect(table.prefixes.size).toBe(0)
})

it('a slot that is given out again knows nothing of who had it before', () => {
  const table = new RouteTable(4)
  const slot = table.add(prefix('192.0.2.1/32'))
  table.owed[slot] = 1
  table.deleteIfUnused(slot)
  expect(table.add(prefix('192.0.2.2/32'))).toBe(slot)
  expect(table.owed[slot]).toBe(0)
})

it('equal groups are one object for as long as somebody uses it, and a new one afterwards', () => {
  const groups = new AttributeGroups()
  const [one, other] = [advertisement('192.0.2.1/32'), advertisement('192.0.2.1/32', { communities: [1] })]
  const first = groups.hold(one)
  groups.hold(other)
  expect(groups.hold({ ...one })).toBe(first)
  groups.release(first)
  groups.release(first)
  const second = groups.hold(one)
  groups.hold(other)
  expect(second).not.toBe(first)
  expect(groups.hold(one)).toBe(second)
})
