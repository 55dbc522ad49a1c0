// Membership of the solicited-node groups. Without it a card does not hand up multicast solicitations for addresses that the
// host itself does not have, and a snooping switch does not even forward them: the kernel's membership also sends the MLD
// reports. Several addresses may share a group (the last 24 bits), so users are counted.
import { formatIp, type Ip, ipBytes } from '../../net/ip.ts'
import { ERRNO } from '../errno.ts'
import { AF, IPV6, SOCK, SOL } from '../kernel-constants.ts'
import type { Libc } from '../libc.ts'
import { check } from '../system-call-error.ts'

interface Membership {
  users: number
  readonly fd: number
}

/** The groups of one interface. The sockets are never bound and receive nothing. */
export class MulticastGroups {
  readonly #libc: Libc
  readonly #interfaceIndex: number
  readonly #sockets: number[] = []
  readonly #memberships = new Map<string, Membership>()

  constructor(libc: Libc, interfaceIndex: number) {
    this.#libc = libc
    this.#interfaceIndex = interfaceIndex
  }

  /** Throws SystemCallError: ENODEV where the interface has no IPv6. */
  join(group: Ip): void {
    const key = formatIp(group)
    const known = this.#memberships.get(key)
    if (known !== undefined) known.users++
    else this.#memberships.set(key, { users: 1, fd: this.#joinOnSomeSocket(group) })
  }

  leave(group: Ip): void {
    const key = formatIp(group)
    const membership = this.#memberships.get(key)
    if (membership === undefined || --membership.users > 0) return
    this.#memberships.delete(key)
    // May fail when the interface is gone, and the membership with it.
    this.#libc.setOption(membership.fd, SOL.ipv6, IPV6.dropMembership, this.#request(group))
  }

  /** A socket takes some hundred groups only (net.core.optmem_max), then says ENOMEM: the next one takes over. */
  #joinOnSomeSocket(group: Ip): number {
    const request = this.#request(group)
    const last = this.#sockets.at(-1)
    if (last !== undefined) {
      const result = this.#libc.setOption(last, SOL.ipv6, IPV6.addMembership, request)
      if (result >= 0) return last
      if (result !== -ERRNO.ENOMEM && result !== -ERRNO.ENOBUFS) check('setsockopt IPV6_JOIN_GROUP', result)
    }
    const fd = check('socket', this.#libc.socket(AF.inet6, SOCK.dgram | SOCK.nonblock | SOCK.cloexec, 0))
    this.#sockets.push(fd)
    check('setsockopt IPV6_JOIN_GROUP', this.#libc.setOption(fd, SOL.ipv6, IPV6.addMembership, request))
    return fd
  }

  /** struct ipv6_mreq: | group (16) | interface index (4) | */
  #request(group: Ip): Uint8Array {
    const bytes = Buffer.alloc(20)
    bytes.set(ipBytes(group), 0)
    bytes.writeInt32LE(this.#interfaceIndex, 16)
    return bytes
  }

  /** Leaves all groups. */
  close(): void {
    for (const fd of this.#sockets.splice(0)) this.#libc.close(fd)
    this.#memberships.clear()
  }
}
