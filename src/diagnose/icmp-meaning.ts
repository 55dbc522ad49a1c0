// What an ICMP error says.
// Standards: RFC 792 and RFC 1812 §5.2.7.1 (IPv4 codes), RFC 4443 §3.1 (IPv6 codes).
import type { IpFamily } from '../net/ip.ts'

export interface IcmpMeaning {
  /** `prohibited`: a rule said no; `host`: the last router got no answer; `net`: no route; `port`: nobody listens there */
  readonly kind: 'prohibited' | 'host' | 'net' | 'port' | 'other'
  readonly words: string
}

const UNREACHABLE_V4: Readonly<Record<number, IcmpMeaning>> = {
  0: { kind: 'net', words: 'network unreachable' },
  1: { kind: 'host', words: 'host unreachable' },
  2: { kind: 'other', words: 'protocol unreachable' },
  3: { kind: 'port', words: 'port unreachable' },
  4: { kind: 'other', words: 'fragmentation needed' },
  5: { kind: 'other', words: 'source route failed' },
  6: { kind: 'net', words: 'network unknown' },
  7: { kind: 'host', words: 'host unknown' },
  9: { kind: 'prohibited', words: 'network prohibited' },
  10: { kind: 'prohibited', words: 'host prohibited' },
  11: { kind: 'net', words: 'network unreachable for this type of service' },
  12: { kind: 'host', words: 'host unreachable for this type of service' },
  13: { kind: 'prohibited', words: 'communication prohibited' },
}

const UNREACHABLE_V6: Readonly<Record<number, IcmpMeaning>> = {
  0: { kind: 'net', words: 'no route' },
  1: { kind: 'prohibited', words: 'administratively prohibited' },
  2: { kind: 'net', words: 'beyond the scope of the source address' },
  3: { kind: 'host', words: 'address unreachable' },
  4: { kind: 'port', words: 'port unreachable' },
  5: { kind: 'prohibited', words: 'source address failed policy' },
  6: { kind: 'prohibited', words: 'reject route' },
}

const UNREACHABLE_TYPE = { 4: 3, 6: 1 } as const
const TIME_EXCEEDED_TYPE = { 4: 11, 6: 3 } as const

export function icmpMeaning(icmp: { family: IpFamily; type: number; code: number }): IcmpMeaning {
  const { family, type, code } = icmp
  if (type === UNREACHABLE_TYPE[family]) {
    const known = (family === 4 ? UNREACHABLE_V4 : UNREACHABLE_V6)[code]
    if (known !== undefined) return known
  }
  if (type === TIME_EXCEEDED_TYPE[family]) return { kind: 'other', words: 'time to live exceeded' }
  return { kind: 'other', words: `type ${type} code ${code}` }
}
