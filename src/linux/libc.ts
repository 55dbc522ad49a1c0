// The calls of the C library that lbctl makes. koffi is loaded when a command needs the kernel, and not before.
//
// All calls follow the kernel's own convention: a result below zero is -errno. They do not block (sockets are opened with
// SOCK_NONBLOCK), so that a Worker that runs them can always be stopped. Struct layouts in this room are LP64 and
// little-endian: x86-64 and arm64.
import { type KoffiHost, loadKoffi, thisHost } from './koffi.ts'

type Bytes = Uint8Array<ArrayBufferLike>

/** File descriptor events of the event loop. Keep it in a live variable: when it is collected, events silently stop. */
export interface PollHandle {
  /** Goes on after `stop`, or after the loop stopped by itself because the descriptor had an error. */
  start(): void
  stop(): void
  close(): void
  ref(): void
  unref(): void
}

/** @param status 0, or a negative errno when the descriptor had an error; the loop has then stopped polling */
export type PollCallback = (
  status: number,
  events: { readonly readable: boolean; readonly writable: boolean },
) => void

export interface Libc {
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: Bytes): number
  connect(fd: number, address: Bytes): number
  listen(fd: number, backlog: number): number
  close(fd: number): number
  /** On another thread: closing a packet socket waits some 15 ms until no processor uses it any more. */
  closeInBackground(fd: number): Promise<void>
  send(fd: number, bytes: Bytes, length: number, flags: number): number
  sendTo(fd: number, bytes: Bytes, flags: number, address: Bytes): number
  recv(fd: number, into: Bytes, flags: number): number
  /** `message` is a struct msghdr; the buffers that it points to are made with `pinned` and kept by the caller. */
  recvMessage(fd: number, message: Bytes, flags: number): number
  // The calls of the responder take addresses (of pinned buffers, as numbers): looking a buffer up costs a tenth of the call.
  recvAt(fd: number, address: number, length: number, flags: number): number
  sendAt(fd: number, address: number, length: number, flags: number): number
  /** recvmmsg, sendmmsg: at `messages` is `count` times struct mmsghdr; the result is how many were received or sent. */
  recvMany(fd: number, messages: number, count: number, flags: number): number
  sendMany(fd: number, messages: number, count: number, flags: number): number
  setOption(fd: number, level: number, name: number, value: Bytes): number
  /** Fills `value`; the result is the length that the kernel wrote. */
  getOption(fd: number, level: number, name: number, value: Bytes): number
  /** Fills `address`; the result is its length. */
  getSocketName(fd: number, address: Bytes): number
  /** Index of an interface, or -errno. */
  interfaceIndex(name: string): number
  open(path: string, flags: number): number
  /** fcntl(2) with a number as its argument. */
  control(fd: number, command: number, argument: number): number
  setNamespace(fd: number, kind: number): number
  unshare(flags: number): number
  mount(source: string, target: string, type: string, flags: number): number
  unmount(target: string, flags: number): number
  /** CLOCK_REALTIME in nanoseconds: the clock of packet time stamps. */
  realTimeNs(): bigint
  /** Address of a buffer that does not move, see `pinned`. */
  addressOf(bytes: Bytes): bigint
  poll(fd: number, wants: { readable?: boolean; writable?: boolean }, callback: PollCallback): PollHandle
}

/** A buffer whose address stays the same: outside the heap, unlike small typed arrays, which V8 may move. */
export const pinned = (length: number): Buffer<ArrayBuffer> => Buffer.from(new ArrayBuffer(length))

/** Rejects with an LbctlError('unsupported') that says what is missing and what to do. */
export const loadLibc = async (host: KoffiHost = thisHost()): Promise<Libc> => bindLibc(await loadKoffi(host))

type NativeCall = (...args: unknown[]) => number

function bindLibc(koffi: typeof import('koffi')): Libc {
  // null is the process itself: works with glibc and musl, whose libraries have different names.
  const library = koffi.load(null)
  /** Turns -1 into -errno. errno is read on the next line, before anything else can run. */
  const call = (definition: string): NativeCall => {
    const native = library.func(definition) as unknown as NativeCall
    return (...args) => {
      const result = native(...args)
      return result === -1 ? -koffi.errno() : result
    }
  }
  /** The same for four numbers, without a list of arguments to make: for calls that are made for each frame. */
  const quick = (definition: string) => {
    const native = library.func(definition) as unknown as NativeCall
    return (a: number, b: number, c: number, d: number): number => {
      const result = native(a, b, c, d)
      return result === -1 ? -koffi.errno() : result
    }
  }
  const setOption = call('int setsockopt(int, int, int, void*, uint32_t)')
  const getOption = call('int getsockopt(int, int, int, void*, void*)')
  const getName = call('int getsockname(int, void*, void*)')
  const bind = call('int bind(int, void*, uint32_t)')
  const connect = call('int connect(int, void*, uint32_t)')
  const recv = call('int64_t recv(int, void*, size_t, int)')
  const recvMany = library.func(
    'int recvmmsg(int, uintptr_t, unsigned int, int, void*)',
  ) as unknown as NativeCall
  const sendTo = call('int64_t sendto(int, void*, size_t, int, void*, uint32_t)')
  const control = call('int fcntl(int, int, ...)')
  const mount = call('int mount(const char*, const char*, const char*, unsigned long, void*)')
  const closeNative = library.func('int close(int)')
  const toIndex = library.func('uint32_t if_nametoindex(const char*)') as unknown as NativeCall
  const clock = call('int clock_gettime(int, void*)')
  const length = pinned(4)
  const time = pinned(16)
  const CLOCK_REALTIME = 0

  const filled = (native: NativeCall, bytes: Bytes, ...before: unknown[]): number => {
    length.writeUInt32LE(bytes.length)
    const result = native(...before, bytes, length)
    return result < 0 ? result : length.readUInt32LE()
  }

  return {
    socket: call('int socket(int, int, int)'),
    bind: (fd, address) => bind(fd, address, address.length),
    connect: (fd, address) => connect(fd, address, address.length),
    listen: call('int listen(int, int)'),
    close: call('int close(int)'),
    closeInBackground: (fd) =>
      new Promise((resolve) => {
        try {
          closeNative.async(fd, () => resolve())
        } catch {
          // koffi takes only so many calls at a time; waiting here slows down whoever closes that much.
          closeNative(fd)
          resolve()
        }
      }),
    send: call('int64_t send(int, void*, size_t, int)'),
    sendTo: (fd, bytes, flags, address) => sendTo(fd, bytes, bytes.length, flags, address, address.length),
    recv: (fd, into, flags) => recv(fd, into, into.length, flags),
    recvMessage: call('int64_t recvmsg(int, void*, int)'),
    recvAt: quick('int64_t recv(int, uintptr_t, size_t, int)'),
    sendAt: quick('int64_t send(int, uintptr_t, size_t, int)'),
    recvMany: (fd, messages, count, flags) => {
      const result = recvMany(fd, messages, count, flags, null)
      return result === -1 ? -koffi.errno() : result
    },
    sendMany: quick('int sendmmsg(int, uintptr_t, unsigned int, int)'),
    setOption: (fd, level, name, value) => setOption(fd, level, name, value, value.length),
    getOption: (fd, level, name, value) => filled(getOption, value, fd, level, name),
    getSocketName: (fd, address) => filled(getName, address, fd),
    interfaceIndex: (name) => {
      const index = toIndex(name)
      return index === 0 ? -koffi.errno() : index
    },
    open: call('int open(const char*, int)'),
    control: (fd, command, argument) => control(fd, command, 'int', argument),
    setNamespace: call('int setns(int, int)'),
    unshare: call('int unshare(int)'),
    mount: (source, target, type, flags) => mount(source, target, type, flags, null),
    unmount: call('int umount2(const char*, int)'),
    realTimeNs: () => {
      clock(CLOCK_REALTIME, time)
      return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8)
    },
    addressOf: (bytes) => koffi.address(bytes),
    poll: (fd, wants, callback) => pollHandle(koffi, fd, wants, callback),
  }
}

/** The one use of koffi.node.poll, which its authors may still change; its type says (events), it calls (status, events). */
function pollHandle(
  koffi: typeof import('koffi'),
  fd: number,
  wants: { readable?: boolean; writable?: boolean },
  callback: PollCallback,
): PollHandle {
  const onEvent = callback as unknown as (events: {
    readable: boolean
    writable: boolean
    disconnect: boolean
  }) => void
  const handle = koffi.node.poll(fd, wants, onEvent)
  return {
    start: () => handle.start(wants, onEvent),
    stop: () => handle.stop(),
    close: () => handle.close(),
    ref: () => handle.ref(),
    unref: () => handle.unref(),
  }
}
