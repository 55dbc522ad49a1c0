// Questions to the kernel over AF_NETLINK. It answers within the call that sends, so that receiving does not wait; a time
// limit bounds it all the same.
import { ERRNO } from '../errno.ts'
import { AF, SOCK, SOL } from '../kernel-constants.ts'
import { type Libc, pinned } from '../libc.ts'
import { netlinkAddress } from '../socket-address.ts'
import { check, SystemCallError } from '../system-call-error.ts'
import { decodeErrno, decodeMessages, encodeMessage, type NetlinkMessage, NLM_F, NLMSG } from './message.ts'

export const NETLINK = { route: 0, sockDiag: 4, netfilter: 12 } as const

const SO_RCVTIMEO = 20
const TIMEOUT_SECONDS = 2
/** The kernel fills at most 32 kB per datagram of a dump. */
const BUFFER_BYTES = 64 * 1024
/** Tables that change all the time give interrupted dumps. */
const DUMP_ATTEMPTS = 10

/** Where answers are read into. Questions that are asked one after the other can share it. */
export const netlinkBuffer = (): Buffer => pinned(BUFFER_BYTES)

/** Runs `ask` with a socket of the namespace that the calling thread is in. */
export function withNetlink<T>(
  libc: Libc,
  protocol: number,
  ask: (socket: NetlinkSocket) => T,
  buffer: Buffer = netlinkBuffer(),
): T {
  const socket = new NetlinkSocket(libc, protocol, buffer)
  try {
    return ask(socket)
  } finally {
    socket.close()
  }
}

export class NetlinkSocket {
  readonly #libc: Libc
  readonly #fd: number
  readonly #buffer: Buffer
  #sequence = 0

  constructor(libc: Libc, protocol: number, buffer: Buffer) {
    this.#libc = libc
    this.#buffer = buffer
    this.#fd = check('socket', libc.socket(AF.netlink, SOCK.raw | SOCK.cloexec, protocol))
    const timeout = Buffer.alloc(16)
    timeout.writeBigInt64LE(BigInt(TIMEOUT_SECONDS), 0)
    libc.setOption(this.#fd, SOL.socket, SO_RCVTIMEO, timeout)
  }

  /**
   * All entries of a table, consistent: a dump during which the table changed is made again. Throws SystemCallError.
   * Entries that `decode` does not know are left out.
   */
  dump<T>(type: number, request: Uint8Array, decode: (payload: Buffer) => T | undefined): T[] {
    for (let attempt = 1; ; attempt++) {
      const entries: T[] = []
      const interrupted = this.#ask(type, NLM_F.dump, request, (message) => {
        const entry = decode(message.payload)
        if (entry !== undefined) entries.push(entry)
      })
      // After many attempts an inconsistent table is better than none.
      if (!interrupted || attempt === DUMP_ATTEMPTS) return entries
    }
  }

  /** One answer. Throws SystemCallError with the errno that the kernel answers. */
  get<T>(type: number, request: Uint8Array, decode: (payload: Buffer) => T | undefined): T | undefined {
    let answer: T | undefined
    this.#ask(type, NLM_F.ack, request, (message) => {
      answer ??= decode(message.payload)
    })
    return answer
  }

  /** Reads until the end of the answer; true when it was interrupted. */
  #ask(
    type: number,
    flags: number,
    request: Uint8Array,
    onMessage: (message: NetlinkMessage) => void,
  ): boolean {
    const sequence = ++this.#sequence
    const bytes = encodeMessage(type, NLM_F.request | flags, sequence, request)
    check('sendto netlink', this.#libc.sendTo(this.#fd, bytes, 0, netlinkAddress()))
    let interrupted = false
    for (;;) {
      const length = this.#libc.recv(this.#fd, this.#buffer, 0)
      if (length === -ERRNO.EINTR) continue
      check('recv netlink', length)
      for (const message of decodeMessages(this.#buffer.subarray(0, length))) {
        if (message.sequence !== sequence) continue
        if ((message.flags & NLM_F.dumpInterrupted) !== 0) interrupted = true
        if (message.type === NLMSG.done || message.type === NLMSG.error) {
          const errno = decodeErrno(message.payload)
          if (errno > 0) throw new SystemCallError('netlink', errno)
          return interrupted
        }
        onMessage(message)
      }
    }
  }

  close(): void {
    this.#libc.close(this.#fd)
  }
}
