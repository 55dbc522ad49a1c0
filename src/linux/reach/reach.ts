// One connection attempt, or one datagram, and what came back: an answer, a reset, an ICMP error with its sender, or nothing.
// Needs no rights.
import type { Stop } from '../../diagnose/bgp/ports.ts'
import type { ReachOutcome, ReachQuestion } from '../../diagnose/ports/probes.ts'
import { formatIp } from '../../net/ip.ts'
import { ERRNO, errnoName } from '../errno.ts'
import { AF, MSG, SO, SOCK, SOL } from '../kernel-constants.ts'
import { type Libc, pinned } from '../libc.ts'
import { MessageBuffer } from '../message-header.ts'
import { inetAddress } from '../socket-address.ts'
import { check, SystemCallError, systemCallFailed } from '../system-call-error.ts'
import { int } from '../tcp/tcp-options.ts'
import { readErrorQueue, recvErrOption } from './extended-error.ts'

/** TCP: connects, and closes without a byte. */
export const reachTcp = (libc: Libc, question: ReachQuestion): Promise<ReachOutcome> =>
  reach(libc, question, SOCK.stream)

/** UDP: sends one empty datagram. `connected`: something came back from there. */
export const reachUdp = (libc: Libc, question: ReachQuestion): Promise<ReachOutcome> =>
  reach(libc, question, SOCK.dgram)

async function reach(libc: Libc, question: ReachQuestion, type: number): Promise<ReachOutcome> {
  const startedMs = performance.now()
  const fd = open(libc, question, type)
  try {
    const outcome = await attempt(libc, fd, question, type)
    return { ...outcome, elapsedMs: performance.now() - startedMs }
  } finally {
    libc.close(fd)
  }
}

function open(libc: Libc, { destination, source, interfaceName }: ReachQuestion, type: number): number {
  const domain = destination.family === 4 ? AF.inet : AF.inet6
  const fd = check('socket', libc.socket(domain, type | SOCK.nonblock | SOCK.cloexec, 0))
  try {
    const queue = recvErrOption(domain)
    check('setsockopt IP_RECVERR', libc.setOption(fd, queue.level, queue.name, int(1)))
    if (interfaceName !== undefined)
      check(
        'setsockopt SO_BINDTODEVICE',
        libc.setOption(fd, SOL.socket, SO.bindtodevice, Buffer.from(`${interfaceName}\0`)),
      )
    if (source !== undefined) check('bind', libc.bind(fd, inetAddress(source, 0)))
    return fd
  } catch (error) {
    libc.close(fd)
    if (!(error instanceof SystemCallError)) throw error
    throw systemCallFailed(`reach ${formatIp(destination)} from there`, error)
  }
}

export type AttemptOutcome = Omit<ReachOutcome, 'elapsedMs'>

const SILENT: AttemptOutcome = { result: 'silent', code: undefined, icmp: undefined }
export const CONNECTED: AttemptOutcome = { result: 'connected', code: undefined, icmp: undefined }

async function attempt(
  libc: Libc,
  fd: number,
  question: ReachQuestion,
  type: number,
): Promise<AttemptOutcome> {
  const { destination, port, interfaceName } = question
  const scope = interfaceName === undefined ? 0 : Math.max(0, libc.interfaceIndex(interfaceName))
  const connected = libc.connect(fd, inetAddress(destination, port, scope))
  if (connected < 0 && connected !== -ERRNO.EINPROGRESS)
    return { result: 'failed', code: errnoName(-connected), icmp: undefined }
  if (type === SOCK.dgram) {
    const sent = libc.send(fd, new Uint8Array(0), 0, MSG.nosignal)
    if (sent < 0) return failedAttempt(libc, fd, -sent)
  }
  if (type === SOCK.stream && connected === 0) return CONNECTED
  // TCP tells that it is connected by being writable; UDP is always writable, and tells of an answer by being readable.
  const wants = type === SOCK.stream ? { writable: true } : { readable: true }
  return waitForSocket(libc, fd, wants, question.timeoutMs)
}

/** Rejects with the reason of the signal when that ends it. */
export function waitForSocket(
  libc: Libc,
  fd: number,
  wants: { readonly writable?: boolean; readonly readable?: boolean },
  timeoutMs: number,
  signal?: Stop,
): Promise<AttemptOutcome> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer)
      handle.close()
      signal?.removeEventListener('abort', abort)
    }
    const finish = (outcome: AttemptOutcome) => {
      leave()
      resolve(outcome)
    }
    const abort = () => {
      leave()
      reject(signal?.reason)
    }
    // An error of the socket comes as a status, whatever is waited for.
    const handle = libc.poll(fd, wants, () => {
      const errno = socketError(libc, fd)
      finish(errno === 0 ? CONNECTED : failedAttempt(libc, fd, errno))
    })
    const timer = setTimeout(() => finish(SILENT), timeoutMs)
    signal?.addEventListener('abort', abort)
  })
}

function socketError(libc: Libc, fd: number): number {
  const value = pinned(4)
  return libc.getOption(fd, SOL.socket, SO.error, value) < 0 ? 0 : value.readInt32LE(0)
}

export const failedAttempt = (libc: Libc, fd: number, errno: number): AttemptOutcome => ({
  result: 'failed',
  code: errnoName(errno),
  icmp: readErrorQueue(new MessageBuffer(libc, 512), fd),
})
