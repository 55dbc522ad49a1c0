import { describe, expect, it } from 'vitest'
import { formatPrefix, parsePrefix } from '../../net/prefix.ts'
import type { ServiceRoute } from '../decide/bgp-decision.ts'
import { RouteTable } from './route-table.ts'

const route = (
  prefix: string,
  { pref, communities = [], peers = [] }: { pref?: number; communities?: number[]; peers?: string[] } = {},
): ServiceRoute => ({
  route: { prefix: parsePrefix(prefix)!, localPreference: pref, communities, largeCommunities: [] },
  peers,
})

const told = (table: RouteTable) =>
  table.take().changes.map(({ peer, announce, withdraw }) => ({
    peer,
    announce: announce.map(({ prefix }) => formatPrefix(prefix)),
    withdraw: withdraw.map(formatPrefix),
  }))

describe('the routes of a peer', () => {
  it('are told once, and again only where they changed', () => {
    const table = new RouteTable()
    table.setPeers(['tor-a', 'tor-b'])
    table.setService('shop/web', [
      route('192.0.2.1/32'),
      route('192.0.2.1/32', { peers: ['tor-b'], communities: [7] }),
    ])
    table.setService('shop/mail', [route('192.0.2.2/32', { peers: ['tor-a'] })])
    expect(told(table)).toEqual([
      { peer: 'tor-a', announce: ['192.0.2.1/32', '192.0.2.2/32'], withdraw: [] },
      { peer: 'tor-b', announce: ['192.0.2.1/32'], withdraw: [] },
    ])
    expect(table.routesOf('tor-a')[0]?.communities).toEqual([])
    expect(table.routesOf('tor-b')[0]?.communities).toEqual([7])
    table.setService('shop/mail', [route('192.0.2.2/32', { peers: ['tor-a'] })])
    expect(told(table)).toEqual([])
    table.setService('shop/mail', [route('192.0.2.2/32', { peers: ['tor-b'] })])
    expect(told(table)).toEqual([
      { peer: 'tor-a', announce: [], withdraw: ['192.0.2.2/32'] },
      { peer: 'tor-b', announce: ['192.0.2.2/32'], withdraw: [] },
    ])
  })

  it('stay while another Service brings the same prefix', () => {
    const table = new RouteTable()
    table.setPeers(['tor'])
    table.setService('shop/a', [route('192.0.2.0/24', { communities: [3, 9] })])
    table.setService('shop/b', [route('192.0.2.0/24', { communities: [5, 9] })])
    told(table)
    expect(table.routesOf('tor')[0]?.communities).toEqual([3, 5, 9])
    table.setService('shop/a', [])
    expect(told(table)).toEqual([{ peer: 'tor', announce: ['192.0.2.0/24'], withdraw: [] }])
    expect(table.routesOf('tor')[0]?.communities).toEqual([5, 9])
    table.setService('shop/b', [])
    expect(told(table)).toEqual([{ peer: 'tor', announce: [], withdraw: ['192.0.2.0/24'] }])
  })

  it('take the highest local preference, in whatever order the Services came', () => {
    const given = [undefined, 0, 100, 50]
    for (const order of [given, [...given].reverse()]) {
      const table = new RouteTable()
      table.setPeers(['tor'])
      order.forEach((pref, index) => {
        table.setService(`shop/${index}`, [route('192.0.2.0/24', pref === undefined ? {} : { pref })])
      })
      told(table)
      expect(table.routesOf('tor')[0]?.localPreference).toBe(100)
    }
  })

  it('leave the preference to the exporter where nobody gave one', () => {
    const table = new RouteTable()
    table.setPeers(['tor'])
    table.setService('shop/a', [route('192.0.2.1/32')])
    told(table)
    expect(table.routesOf('tor')[0]?.localPreference).toBeUndefined()
    table.setService('shop/b', [route('192.0.2.1/32', { pref: 0 })])
    expect(told(table)).toHaveLength(1)
    expect(table.routesOf('tor')[0]?.localPreference).toBe(0)
  })

  it('are all told to a peer that is new, and nothing to one that is gone', () => {
    const table = new RouteTable()
    table.setPeers(['tor-a'])
    table.setService('shop/web', [route('192.0.2.1/32')])
    told(table)
    table.setPeers(['tor-b'])
    expect(told(table)).toEqual([{ peer: 'tor-b', announce: ['192.0.2.1/32'], withdraw: [] }])
    expect(table.peersOf('shop/web')).toEqual(['tor-b'])
    expect(table.routesOf('tor-a')).toEqual([])
    table.setPeers([])
    expect(table.take()).toEqual({ changes: [], services: new Set(['shop/web']) })
    expect(table.peersOf('shop/web')).toEqual([])
  })
})

it('counts a peer to a Service whose prefix another Service brings to it', () => {
  const table = new RouteTable()
  table.setPeers(['tor-a', 'tor-b'])
  table.setService('shop/a', [route('192.0.2.0/24', { peers: ['tor-a'] })])
  told(table)
  expect(table.peersOf('shop/a')).toEqual(['tor-a'])
  table.setService('shop/b', [route('192.0.2.0/24', { peers: ['tor-b'] })])
  expect(table.take().services).toEqual(new Set(['shop/a', 'shop/b']))
  expect(table.peersOf('shop/a')).toEqual(['tor-a', 'tor-b'])
})
