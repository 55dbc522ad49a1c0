// What the diagnosis of BGP needs from the machine beside the kernel's tables: TCP connections that it can look into.
import type { Ip } from '../../net/ip.ts'
import type { ReachOutcome } from '../ports/probes.ts'
import type { TcpState } from '../ports/tables.ts'

export interface TcpAttempt {
  readonly destination: Ip
  readonly port: number
  /** interface of a link-local destination */
  readonly zone: string | undefined
  /** must be an address of this host */
  readonly source: Ip | undefined
  /** VRF or interface that the socket is bound to */
  readonly device: string | undefined
  /** 1..255; undefined: the kernel's default */
  readonly ttl: number | undefined
  /** signs every segment (RFC 2385), and drops those that are not signed */
  readonly password: string | undefined
  readonly timeoutMs: number
}

/** `connection` is there when `result` is `connected`; whoever asked closes it. */
export interface TcpOpened extends ReachOutcome {
  readonly connection: TcpConnection | undefined
}

export type TcpEnd = { readonly how: 'closed' | 'reset' | 'failed'; readonly code: string | undefined }

/** An open connection. Nothing is sent but what `send` is given. */
export interface TcpConnection {
  readonly local: { readonly address: Ip; readonly port: number }
  /** Both are called from now on, also for what came before; `end` once, and nothing after it. */
  listen(listener: { data(bytes: Uint8Array): void; end(end: TcpEnd): void }): void
  send(bytes: Uint8Array): void
  /** No more from us: a FIN behind what was sent. Data can still come in. */
  finish(): void
  /** `unknown`: the kernel cannot be asked */
  progress(): TcpProgress | 'gone' | 'unknown'
  /** From now on, also for what is sent again. Does nothing where the kernel cannot be told. */
  setTtl(ttl: number): void
  close(): void
}

/** How far the other side has taken what we sent. */
export interface TcpProgress {
  readonly state: TcpState
  /** segments that were sent and not acknowledged */
  readonly unacknowledged: number
}

/** Segments that the kernel dropped without telling anybody; undefined where it does not count them. */
export interface TcpDrops {
  /** a signature was expected, and there was none */
  readonly md5NotFound: number | undefined
  /** signed, and we have no key for the sender */
  readonly md5Unexpected: number | undefined
  /** signed with another password */
  readonly md5Failure: number | undefined
  /** below the minimum TTL */
  readonly minTtl: number | undefined
}

export interface SocketOwner {
  readonly pid: number
  /** as the kernel has it, 15 characters at most: `bgpd`, `bird`, `speaker` */
  readonly program: string
}

/** What an AbortSignal has. The checks read this file, and they know no platform. */
export interface Stop {
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(event: 'abort', listener: () => void): void
  removeEventListener(event: 'abort', listener: () => void): void
}

export interface TcpProbes {
  /** Rejects with LbctlError for what the options cannot do, and with the reason of the signal when that ends it. */
  open(attempt: TcpAttempt, signal: Stop): Promise<TcpOpened>
  /** since boot, of this network namespace; undefined where it cannot be read */
  drops(): TcpDrops | undefined
  /** by inode; only those whose process may be looked into */
  owners(inodes: readonly number[]): ReadonlyMap<number, SocketOwner>
}
