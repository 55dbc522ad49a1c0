// A system call that failed, and what the errors mean that a user can do something about.
import { LbctlError } from '../errors/lbctl-error.ts'
import { ERRNO, errnoName } from './errno.ts'

/**
 * A system call that failed. `code` is the name (`ENETDOWN`), as Node's own errors have it, so that callers classify both in
 * one way. It is caught inside this room or by a driver; a user sees the LbctlError of `systemCallFailed`.
 */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly syscall: string
  readonly errno: number
  readonly code: string

  constructor(syscall: string, errno: number) {
    super(`${syscall}: ${errnoName(errno)}`)
    this.syscall = syscall
    this.errno = errno
    this.code = errnoName(errno)
  }
}

/** Results of libc.ts follow the kernel: negative is -errno. Returns what is not negative and throws the rest. */
export function check(syscall: string, result: number): number {
  if (result < 0) throw new SystemCallError(syscall, -result)
  return result
}

/** The error that a user sees. `doing` continues "could not": `open a packet socket on eth0`. */
export function systemCallFailed(doing: string, error: unknown, hints: readonly string[] = []): LbctlError {
  if (!(error instanceof SystemCallError))
    return new LbctlError('unsupported', `Could not ${doing}.`, { hints, cause: error })
  const facts = { 'system call': error.syscall, error: error.code }
  const known = KNOWN[error.errno]
  return new LbctlError(known?.kind ?? 'unsupported', `Could not ${doing}: ${known?.reason ?? error.code}.`, {
    facts,
    hints: [...hints, ...(known?.hints ?? [])],
    cause: error,
  })
}

interface Known {
  readonly kind: 'permission' | 'unsupported' | 'usage' | 'conflict'
  readonly reason: string
  readonly hints?: readonly string[]
}

const NO_RIGHT: Known = {
  kind: 'permission',
  reason: 'this needs rights that the process does not have',
  hints: ['Run lbctl with sudo, or grant the capability that it names.'],
}

const KNOWN: Readonly<Record<number, Known>> = {
  [ERRNO.EPERM]: NO_RIGHT,
  [ERRNO.EACCES]: NO_RIGHT,
  [ERRNO.ENODEV]: {
    kind: 'usage',
    reason: 'there is no such interface',
    hints: ['`ip link` lists the interfaces.'],
  },
  [ERRNO.ENXIO]: {
    kind: 'usage',
    reason: 'there is no such interface',
    hints: ['`ip link` lists the interfaces.'],
  },
  [ERRNO.ENETDOWN]: { kind: 'unsupported', reason: 'the interface is down' },
  [ERRNO.EADDRINUSE]: {
    kind: 'conflict',
    reason: 'another program listens there',
    hints: ['`ss -ltnp` shows which.'],
  },
  [ERRNO.EADDRNOTAVAIL]: { kind: 'usage', reason: 'this host does not have that address' },
}
