import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareIp, formatIp, type Ip, ipBytes, ipFromBytes, parseIp } from './ip.ts'

const anyIp: fc.Arbitrary<Ip> = fc.oneof(
  fc.bigInt(0n, 0xffffffffn).map((value) => ({ family: 4 as const, value })),
  fc.bigInt(0n, (1n << 128n) - 1n).map((value) => ({ family: 6 as const, value })),
  // many zero groups, so that compression is exercised
  fc.array(fc.constantFrom<bigint[]>(0n, 0n, 1n, 0xabcdn), { minLength: 8, maxLength: 8 }).map((groups) => ({
    family: 6 as const,
    value: groups.reduce((value, group) => (value << 16n) | group, 0n),
  })),
)
const isMapped = ({ family, value }: Ip) => family === 6 && value >> 32n === 0xffffn

describe('parseIp', () => {
  it.each([
    ['0.0.0.0', 4, 0n],
    ['192.0.2.1', 4, 0xc0000201n],
    ['255.255.255.255', 4, 0xffffffffn],
    ['::', 6, 0n],
    ['::1', 6, 1n],
    ['2001:DB8::a', 6, 0x20010db800000000000000000000000an],
    ['1:2:3:4:5:6:7::', 6, 0x00010002000300040005000600070000n],
    ['64:ff9b::192.0.2.33', 6, 0x0064ff9b0000000000000000c0000221n],
  ])('reads %s', (text, family, value) => {
    expect(parseIp(text)).toEqual({ family, value })
  })

  it('takes an IPv4-mapped address for the IPv4 address, as Go does', () => {
    expect(parseIp('::ffff:192.0.2.1')).toEqual({ family: 4, value: 0xc0000201n })
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.-4',
    '1.2.3.4/24',
    'fe80::1%eth0',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    '::1.2.3.4.5',
    '1.2.3.4::',
    'g::',
    '192.168.1.x',
  ])('refuses %j', (text) => {
    expect(parseIp(text)).toBeUndefined()
  })
})

describe('formatIp', () => {
  it.each([
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ])('prints %s as RFC 5952 says', (text, printed) => {
    expect(formatIp(parseIp(text)!)).toBe(printed)
  })

  it('is undone by parseIp', () => {
    fc.assert(
      fc.property(anyIp, (ip) => {
        expect(parseIp(formatIp(ip))).toEqual(
          isMapped(ip) ? { family: 4, value: ip.value & 0xffffffffn } : ip,
        )
      }),
    )
  })
})

describe('ipBytes', () => {
  it('is undone by ipFromBytes', () => {
    fc.assert(
      fc.property(anyIp, (ip) => {
        expect(ipFromBytes(ipBytes(ip))).toEqual(ip)
      }),
    )
  })
  it('refuses other lengths', () => expect(ipFromBytes(new Uint8Array(5))).toBeUndefined())
})

it('sorts IPv4 before IPv6, then by number', () => {
  const sorted = ['::1', '10.0.0.10', '10.0.0.9', '::'].map((t) => parseIp(t)!).sort(compareIp)
  expect(sorted.map(formatIp)).toEqual(['10.0.0.9', '10.0.0.10', '::', '::1'])
})
