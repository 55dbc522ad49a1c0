import { describe, expect, it } from 'vitest'
import { compileSelector } from '../../config/semantics/selector.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import { parsePrefix, prefixRange } from '../../net/prefix.ts'
import type { L2Advert, Pool } from '../configuration/configuration.ts'
import { type ProbeGround, planProbe } from './probe-plan.ts'

const advert = (rest: Partial<L2Advert> = {}): L2Advert => ({
  name: 'lan',
  nodes: [],
  services: [],
  interfaces: [],
  preferences: [],
  ...rest,
})
const poolOf = (range: string, l2: readonly L2Advert[], bgp: Pool['bgp'] = []): Pool => {
  const parsed = parsePrefix(range)
  if (parsed === undefined) throw new Error(range)
  return { name: range, ranges: [prefixRange(parsed)], families: new Set([4]), l2, bgp }
}
const ground = (pools: readonly Pool[], rest: Partial<ProbeGround> = {}): ProbeGround => ({
  configuration: { pools, peers: [] },
  nodeLabels: { rack: 'a' },
  interfaces: new Set(['eth0', 'eth1']),
  announced: new Set(),
  ...rest,
})
const plan = (text: string, on: ProbeGround) => {
  const address = parseIp(text)
  if (address === undefined) throw new Error(text)
  const { targets, unasked } = planProbe([address], on)
  return targets.length === 0
    ? unasked.get(text)
    : targets.map((target) => `${formatIp(target.address)} ${target.interfaceName}`)
}
const labelled = (rack: string) => {
  const compiled = compileSelector({ matchLabels: { rack } })
  if (!compiled.ok) throw new Error(rack)
  return [compiled.value]
}
const POOL = '192.0.2.0/28'

describe('a controller asks for an address', () => {
  it('which is asked for where this node would announce it', () => {
    expect(plan('192.0.2.1', ground([poolOf(POOL, [advert()])]))).toEqual([
      '192.0.2.1 eth0',
      '192.0.2.1 eth1',
    ])
    const named = [advert({ interfaces: ['eth1', 'eth7'] })]
    expect(plan('192.0.2.1', ground([poolOf(POOL, named)]))).toEqual(['192.0.2.1 eth1'])
    const both = [advert({ interfaces: ['eth1'] }), advert({ nodes: labelled('b') })]
    expect(plan('192.0.2.1', ground([poolOf(POOL, both)]))).toEqual(['192.0.2.1 eth1'])
  })

  it('and not where it would not', () => {
    expect(plan('192.0.2.1', ground([poolOf(POOL, [advert({ nodes: labelled('b') })])]))).toBe('no-link')
    expect(plan('192.0.2.1', ground([poolOf(POOL, [advert()])], { interfaces: new Set() }))).toBe('no-link')
    const bgp = { name: 'b' } as Pool['bgp'][number]
    expect(plan('192.0.2.1', ground([poolOf(POOL, [], [bgp])]))).toBe('no-link')
  })

  it('and never outside the pools, or before the pool is announced', () => {
    expect(plan('192.0.2.16', ground([poolOf(POOL, [advert()])]))).toBe('not-known')
    expect(plan('192.0.2.1', ground([poolOf(POOL, [])]))).toBe('not-known')
    expect(plan('192.0.2.1', { ...ground([]), configuration: undefined })).toBe('not-known')
  })

  it('and not for what a Service has: one of us would answer', () => {
    expect(plan('192.0.2.1', ground([poolOf(POOL, [advert()])], { announced: new Set(['192.0.2.1']) }))).toBe(
      'announced',
    )
  })
})
