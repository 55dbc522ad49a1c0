// Numbers of the kernel's interface (include/uapi/linux, generic socket numbers of x86-64 and arm64): the one table.

export const AF = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17, bridge: 7 } as const

export const SOCK = { stream: 1, dgram: 2, raw: 3, nonblock: 0o4000, cloexec: 0o2000000 } as const

export const ETH_P = { all: 0x0003, ip: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd } as const

export const SOL = { socket: 1, ip: 0, tcp: 6, ipv6: 41, packet: 263, netlink: 270 } as const

export const SO = {
  error: 4,
  rcvbuf: 8,
  reuseaddr: 2,
  bindtodevice: 25,
  attachFilter: 26,
  rcvbufforce: 33,
  timestampns: 35,
  mark: 36,
  lockFilter: 44,
} as const

export const IP = { tos: 1, ttl: 2, recverr: 11, minttl: 21, freebind: 15 } as const

export const IPV6 = {
  unicastHops: 16,
  addMembership: 20,
  dropMembership: 21,
  recverr: 25,
  v6only: 26,
  tclass: 67,
  minhopcount: 73,
} as const

export const TCP = { nodelay: 1, md5sig: 14, userTimeout: 18, md5sigExt: 32 } as const

export const PACKET = { addMembership: 1, statistics: 6, auxdata: 8, ignoreOutgoing: 23 } as const

/** PACKET_MR_PROMISC */
export const PACKET_MR_PROMISC = 1

export const MSG = { errqueue: 0x2000, dontwait: 0x40, trunc: 0x20, nosignal: 0x4000 } as const

/** linux/if_packet.h: how a frame came by. */
export const PACKET_TYPE = { host: 0, broadcast: 1, multicast: 2, otherHost: 3, outgoing: 4 } as const

export const CLONE = { newns: 0x00020000, newnet: 0x40000000 } as const

/** linux/fcntl.h */
export const FCNTL = { setLease: 1024 } as const
export const LEASE = { read: 0, none: 2 } as const
export const OPEN = { readOnly: 0, cloexec: 0o2000000, nonblock: 0o4000 } as const
