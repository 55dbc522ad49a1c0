// AF_PACKET sockets: whole frames of one interface, non-blocking, polled by the event loop, never promiscuous on their own.
//
// Pitfalls that this file takes care of: the filter is attached before bind, or unfiltered frames queue up; the poll handle
// is kept in a field, or it is collected and events silently stop; when the interface goes down the socket gets ENETDOWN and
// the loop stops polling, so the error is cleared and polling started again.

import type { Mac } from '../../net/mac.ts'
import { type BpfProgram, encodeProgram } from '../bpf/assembler.ts'
import { ERRNO } from '../errno.ts'
import { AF, PACKET, PACKET_MR_PROMISC, SO, SOCK, SOL } from '../kernel-constants.ts'
import { type Libc, type PollHandle, pinned } from '../libc.ts'
import { decodeLinkAddress, linkAddress } from '../socket-address.ts'
import { check } from '../system-call-error.ts'
import type { FrameBatch } from './frame-batch.ts'

export interface PacketSocketOptions {
  readonly interfaceIndex: number
  /** only frames of this type, ETH_P.all for every one */
  readonly etherType: number
  readonly filter: BpfProgram
  readonly receiveBufferBytes?: number
  readonly timestamps?: boolean
  readonly promiscuous?: boolean
  /** ask the kernel to leave out what this host sends (always so unless etherType is ETH_P.all) */
  readonly ignoreOutgoing?: boolean
}

/** 4 MB: a burst of some ten thousand small frames while the thread is collecting garbage. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

const FPROG_BYTES = 16

const LOOK_AGAIN_MS = 100

export class PacketSocket {
  readonly #libc: Libc
  readonly #fd: number
  readonly interfaceIndex: number
  #poll: PollHandle | undefined
  #again: NodeJS.Timeout | undefined
  #closed = false

  private constructor(libc: Libc, fd: number, interfaceIndex: number) {
    this.#libc = libc
    this.#fd = fd
    this.interfaceIndex = interfaceIndex
  }

  /** Throws SystemCallError: EPERM without CAP_NET_RAW, ENODEV or ENXIO without such an interface, ENOMEM for a long filter. */
  static open(libc: Libc, options: PacketSocketOptions): PacketSocket {
    // Protocol 0: nothing is received until bind names the type.
    const fd = check('socket', libc.socket(AF.packet, SOCK.raw | SOCK.nonblock | SOCK.cloexec, 0))
    const socket = new PacketSocket(libc, fd, options.interfaceIndex)
    try {
      socket.#configure(options)
      return socket
    } catch (error) {
      void socket.close()
      throw error
    }
  }

  #configure(options: PacketSocketOptions): void {
    this.setFilter(options.filter)
    const size = options.receiveBufferBytes ?? RECEIVE_BUFFER_BYTES
    // Beyond the system's limit only with CAP_NET_ADMIN; without it as much as is allowed.
    if (this.#set(SOL.socket, SO.rcvbufforce, size) < 0) this.#set(SOL.socket, SO.rcvbuf, size)
    if (options.timestamps === true) {
      check('setsockopt SO_TIMESTAMPNS', this.#set(SOL.socket, SO.timestampns, 1))
      check('setsockopt PACKET_AUXDATA', this.#set(SOL.packet, PACKET.auxdata, 1))
    }
    // Linux 4.20; before it the receiver sorts them out.
    if (options.ignoreOutgoing === true) this.#set(SOL.packet, PACKET.ignoreOutgoing, 1)
    check('bind', this.#libc.bind(this.#fd, linkAddress(options.interfaceIndex, options.etherType)))
    if (options.promiscuous === true) this.#join(PACKET_MR_PROMISC, new Uint8Array(0))
  }

  /** Takes effect at once, also for a running socket. Frames that are queued already were filtered by the one before. */
  setFilter(filter: BpfProgram): void {
    // struct sock_fprog and the instructions that it points to, in one buffer so that both live through the call.
    const bytes = pinned(FPROG_BYTES + filter.length * 8)
    bytes.writeUInt16LE(filter.length, 0)
    bytes.writeBigUInt64LE(this.#libc.addressOf(bytes) + BigInt(FPROG_BYTES), 8)
    bytes.set(encodeProgram(filter), FPROG_BYTES)
    const fprog = bytes.subarray(0, FPROG_BYTES)
    check('setsockopt SO_ATTACH_FILTER', this.#libc.setOption(this.#fd, SOL.socket, SO.attachFilter, fprog))
  }

  /** Makes the card hand up frames to a multicast address. */
  joinMulticast(mac: Uint8Array): void {
    const PACKET_MR_MULTICAST = 0
    this.#join(PACKET_MR_MULTICAST, mac)
  }

  #join(kind: number, address: Uint8Array): void {
    const request = Buffer.alloc(16)
    request.writeInt32LE(this.interfaceIndex, 0)
    request.writeUInt16LE(kind, 4)
    request.writeUInt16LE(address.length, 6)
    request.set(address, 8)
    check(
      'setsockopt PACKET_ADD_MEMBERSHIP',
      this.#libc.setOption(this.#fd, SOL.packet, PACKET.addMembership, request),
    )
  }

  #set(level: number, name: number, value: number): number {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    return this.#libc.setOption(this.#fd, level, name, bytes)
  }

  /**
   * Calls `onReadable` when frames wait; it reads until there is none. `onError` gets ENETDOWN when the interface goes down
   * (frames come again when it is up) or ENODEV when it is gone for good.
   */
  start(onReadable: () => void, onError: (errno: number) => void): void {
    const handle = this.#libc.poll(this.#fd, { readable: true }, (status) => {
      if (this.#closed) return
      if (status >= 0) {
        onReadable()
        return
      }
      this.#takeError()
      const gone = this.address() === undefined
      onError(gone ? ERRNO.ENODEV : ERRNO.ENETDOWN)
      if (!gone) this.#lookAgain(onError)
      // The loop has stopped polling because of the error, which is gone now.
      if (!this.#closed) handle.start()
    })
    this.#poll = handle
  }

  /** An interface that is deleted goes down first, and the kernel reports only that. */
  #lookAgain(onError: (errno: number) => void): void {
    clearTimeout(this.#again)
    this.#again = setTimeout(() => {
      if (this.address() === undefined) onError(ERRNO.ENODEV)
    }, LOOK_AGAIN_MS)
    this.#again.unref()
  }

  #takeError(): void {
    this.#libc.getOption(this.#fd, SOL.socket, SO.error, Buffer.alloc(4))
  }

  /** Frames that came through the filter but found the buffer full, since the last call: the kernel counts from there. */
  lost(): number {
    if (this.#closed) return 0
    // struct tpacket_stats: | tp_packets | tp_drops |
    const statistics = Buffer.alloc(8)
    const length = this.#libc.getOption(this.#fd, SOL.packet, PACKET.statistics, statistics)
    return length < 8 ? 0 : statistics.readUInt32LE(4)
  }

  /** Length of the next frame, -EAGAIN when there is none. A frame longer than `into` is cut. */
  receive(into: Uint8Array): number {
    if (this.#closed) return -ERRNO.EBADF
    return this.#libc.recv(this.#fd, into, 0)
  }

  /** How many frames came into the slots of the batch, -EAGAIN when there is none. */
  receiveBatch(into: FrameBatch): number {
    return this.#closed ? -ERRNO.EBADF : into.receive(this.#fd)
  }

  /** See FrameBatch.receiveOne. */
  receiveOne(into: FrameBatch): number {
    return this.#closed ? -ERRNO.EBADF : into.receiveOne(this.#fd)
  }

  /** See FrameBatch.send. */
  sendBatch(batch: FrameBatch, from: number, to: number): number {
    return this.#closed ? -ERRNO.EBADF : batch.send(this.#fd, from, to)
  }

  /** For MessageBuffer. Not valid after close. */
  get fd(): number {
    return this.#fd
  }

  /** Sends one whole frame on the interface; 0, or the errno. */
  send(frame: Uint8Array, length = frame.length): number {
    if (this.#closed) return ERRNO.EBADF
    const result = this.#libc.send(this.#fd, frame, length, 0)
    return result < 0 ? -result : 0
  }

  /** The interface's address now; undefined when the interface is gone. */
  address(): { readonly mac: Mac | undefined; readonly hardwareType: number } | undefined {
    const name = Buffer.alloc(32)
    const length = this.#libc.getSocketName(this.#fd, name)
    const address = length < 0 ? undefined : decodeLinkAddress(name.subarray(0, length))
    // The kernel unbinds the socket when the interface goes away.
    return address === undefined || address.interfaceIndex !== this.interfaceIndex ? undefined : address
  }

  ref(): void {
    this.#poll?.ref()
  }

  unref(): void {
    this.#poll?.unref()
  }

  /** Nothing is received or sent from here on; resolves when the kernel has let go. May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#again)
    this.#poll?.close()
    await this.#libc.closeInBackground(this.#fd)
  }
}
