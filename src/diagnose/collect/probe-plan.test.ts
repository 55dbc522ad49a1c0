import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, type Ip, ip, parseIp } from '../../net/ip.ts'
import { type Mac, parseMac } from '../../net/mac.ts'
import { ARP_OPERATION, decodeArp } from '../../wire/arp/arp.ts'
import { decodeEthernet } from '../../wire/ethernet/ethernet.ts'
import { decodeIpv6 } from '../../wire/ip/ipv6.ts'
import type { OwnAddress } from '../facts/link-facts.ts'
import { card, MAC_A } from '../testing/link-facts.ts'
import { type ProbeSpec, probeFrame } from './probe-frame.ts'
import { type PlanInput, planProbes } from './probe-plan.ts'

const at = (text: string): Ip => parseIp(text)!
const input = (changes: Partial<PlanInput> = {}): PlanInput => ({
  link: card(),
  address: at('192.0.2.10'),
  source: undefined,
  routeSource: undefined,
  unicastTo: undefined,
  vlanId: undefined,
  remembered: undefined,
  ...changes,
})
const short = (specs: readonly ProbeSpec[]) =>
  specs.map(({ method, sender, unicastTo }) => [method, formatIp(sender), unicastTo])

describe('ARP', () => {
  it('asks from nobody first, and from an own address when that was silent', () => {
    const { first, ifSilent } = planProbes(input())
    expect(short(first)).toEqual([['arp-probe', '0.0.0.0', undefined]])
    expect(short(ifSilent)).toEqual([['arp-request', '192.0.2.1', undefined]])
  })

  it('asks the remembered owner alone at last', () => {
    expect(short(planProbes(input({ remembered: MAC_A })).ifSilent).at(-1)).toEqual([
      'arp-probe',
      '0.0.0.0',
      MAC_A,
    ])
  })

  it('has no address to ask from on another VLAN', () => {
    expect(short(planProbes(input({ vlanId: 10 })).ifSilent)).toEqual([])
  })

  it('sends nothing without a hardware address', () => {
    expect(planProbes(input({ link: card({ mac: undefined }) }))).toEqual({ first: [], ifSilent: [] })
  })
})

describe('neighbour discovery', () => {
  const address = at('2001:db8::10')
  const own = (text: string, changes: Partial<OwnAddress> = {}): OwnAddress => ({
    interface: 'eth0',
    address: text,
    prefixLength: 64,
    linkLocal: text.startsWith('fe80'),
    tentative: false,
    dadFailed: false,
    ...changes,
  })
  const plan = (addresses: OwnAddress[], changes: Partial<PlanInput> = {}) =>
    short(planProbes(input({ address, link: card({ addresses }), ...changes })).first)

  it('asks from the link-local and from the nearest global address', () => {
    expect(plan([own('2001:db8:1::1'), own('2001:db8::1'), own('fe80::1')])).toEqual([
      ['ns-link-local', 'fe80::1', undefined],
      ['ns-global', '2001:db8::1', undefined],
    ])
  })

  it('asks from nobody when no address may be used', () => {
    expect(plan([own('fe80::1', { dadFailed: true }), own('2001:db8::1', { tentative: true })])).toEqual([
      ['ns-duplicate', '::', undefined],
    ])
  })
})

/** IP and hardware address that a frame says it is from. */
function senderOf(bytes: Uint8Array): { ip: Ip; mac: Mac; isReply: boolean } {
  const frame = decodeEthernet(bytes)
  if (!frame.ok || frame.value.kind !== 'typed') throw new Error('not a frame')
  const { payload, source } = frame.value
  if (frame.value.etherType === 0x0806) {
    const arp = decodeArp(payload)
    if (!arp.ok) throw new Error(arp.error.reason)
    return { ip: arp.value.senderIp, mac: source, isReply: arp.value.operation !== ARP_OPERATION.request }
  }
  const packet = decodeIpv6(payload)
  if (!packet.ok) throw new Error(packet.error.reason)
  return { ip: packet.value.source, mac: source, isReply: packet.value.payload[0] !== 135 }
}

it('never speaks for an address that the host does not have, and never for the one that it asks for', () => {
  const anyIp = fc
    .constantFrom<4 | 6>(4, 6)
    .chain((family) =>
      fc.bigInt(1n, family === 4 ? 0xdfffffffn : (1n << 127n) - 1n).map((value) => ip(family, value)),
    )
  const anyAddress = fc.record({
    interface: fc.constant('eth0'),
    address: anyIp.map(formatIp),
    prefixLength: fc.integer({ min: 0, max: 32 }),
    linkLocal: fc.boolean(),
    tentative: fc.boolean(),
    dadFailed: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(anyAddress, { maxLength: 5 }),
      anyIp,
      fc.option(fc.nat(4094), { nil: undefined }),
      fc.option(fc.constant(MAC_A), { nil: undefined }),
      fc.boolean(),
      (addresses, other, vlanId, remembered, asksForOwn) => {
        const first = addresses[0] === undefined ? undefined : parseIp(addresses[0].address)
        const address = asksForOwn && first !== undefined ? first : other
        const link = card({ addresses })
        const usable = addresses.filter(({ tentative, dadFailed }) => !tentative && !dadFailed)
        const { first: now, ifSilent } = planProbes(input({ link, address, vlanId, remembered }))
        for (const spec of [...now, ...ifSilent]) {
          const sender = senderOf(probeFrame(spec))
          expect(sender.isReply).toBe(false)
          expect(sender.mac).toBe(link.mac)
          if (sender.ip.value === 0n) continue
          expect(usable.map((own) => own.address)).toContain(formatIp(sender.ip))
          expect(formatIp(sender.ip)).not.toBe(formatIp(address))
        }
      },
    ),
  )
})

it('asks one hardware address alone when told to', () => {
  const mac = parseMac(MAC_A)!
  const [spec] = planProbes(input({ unicastTo: mac })).first
  const frame = decodeEthernet(probeFrame(spec!))
  expect(frame.ok && frame.value.destination).toBe(MAC_A)
})
