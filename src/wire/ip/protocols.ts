// Numbers of the protocols that IP carries (IANA "Assigned Internet Protocol Numbers").

export const IP_PROTOCOL = { icmpv4: 1, tcp: 6, udp: 17, icmpv6: 58, none: 59 } as const

const NAMES: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  4: 'IP in IP',
  6: 'TCP',
  17: 'UDP',
  41: 'IPv6 in IP',
  47: 'GRE',
  50: 'ESP',
  58: 'ICMPv6',
  59: 'nothing',
  89: 'OSPF',
  103: 'PIM',
  112: 'VRRP',
  132: 'SCTP',
}

/** `TCP`, or `protocol 200` when it has no well-known name. */
export const ipProtocolName = (protocol: number): string => NAMES[protocol] ?? `protocol ${protocol}`
