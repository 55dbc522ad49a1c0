// Changes of the kernel's tables as they happen. Only what kind of thing changed is reported: the reader asks for the new
// state itself, so that a lost or repeated message does no harm. When the kernel had to drop messages (ENOBUFS), everything
// may have changed.
import type { NetworkChange } from '../../diagnose/ports/tables.ts'
import { ERRNO } from '../errno.ts'
import { AF, SO, SOCK, SOL } from '../kernel-constants.ts'
import { type Libc, pinned } from '../libc.ts'
import { netlinkAddress } from '../socket-address.ts'
import { check } from '../system-call-error.ts'
import { RTM_ADDRESS } from './addresses.ts'
import { RTM_LINK } from './links.ts'
import { decodeMessages } from './message.ts'
import { RTM_NEIGHBOUR } from './neighbours.ts'
import { NETLINK } from './netlink-socket.ts'
import { RTM_ROUTE } from './routes.ts'
import { RTM_RULE } from './rules.ts'

/** linux/rtnetlink.h: link, neigh, ipv4 ifaddr, route and rule, ipv6 ifaddr, route and rule. */
const GROUPS = 0x1 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x40000

const BUFFER_BYTES = 64 * 1024

/** @returns how to stop. @param receiveBufferBytes given by tests, to make the kernel drop messages */
export function watchNetwork(
  libc: Libc,
  onChange: (changes: ReadonlySet<NetworkChange>) => void,
  receiveBufferBytes?: number,
): () => void {
  const fd = check('socket', libc.socket(AF.netlink, SOCK.raw | SOCK.nonblock | SOCK.cloexec, NETLINK.route))
  if (receiveBufferBytes !== undefined) {
    const size = Buffer.alloc(4)
    size.writeInt32LE(receiveBufferBytes)
    libc.setOption(fd, SOL.socket, SO.rcvbuf, size)
  }
  const bound = libc.bind(fd, netlinkAddress(GROUPS))
  if (bound < 0) libc.close(fd)
  check('bind netlink', bound)
  const buffer = pinned(BUFFER_BYTES)
  const changes = new Set<NetworkChange>()
  const drain = () => {
    readChanges(libc, fd, buffer, changes)
    if (changes.size === 0) return
    const seen = new Set(changes)
    changes.clear()
    onChange(seen)
  }
  // An error (ENOBUFS) stops the polling of the loop; reading takes the error.
  const handle = libc.poll(fd, { readable: true }, (status) => {
    if (status < 0) changes.add('everything')
    drain()
    if (status < 0 && open) handle.start()
  })
  let open = true
  return () => {
    if (!open) return
    open = false
    handle.close()
    libc.close(fd)
  }
}

/** Reads all that waits. */
function readChanges(libc: Libc, fd: number, buffer: Buffer, changes: Set<NetworkChange>): void {
  for (;;) {
    const length = libc.recv(fd, buffer, 0)
    if (length === -ERRNO.ENOBUFS) changes.add('everything')
    else if (length < 0) return
    else for (const message of decodeMessages(buffer.subarray(0, length))) changes.add(changeOf(message.type))
  }
}

const CHANGES: ReadonlyMap<number, NetworkChange> = new Map(
  (
    [
      [RTM_LINK, 'links'],
      [RTM_ADDRESS, 'addresses'],
      [RTM_NEIGHBOUR, 'neighbours'],
      [RTM_ROUTE, 'routes'],
      [RTM_RULE, 'rules'],
    ] as const
  ).flatMap(([types, change]) => [
    [types.new, change],
    [types.delete, change],
  ]),
)

const changeOf = (type: number): NetworkChange => CHANGES.get(type) ?? 'everything'
