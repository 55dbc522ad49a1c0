// Counters of /proc/net/netstat: what TCP dropped without telling anybody. The file has pairs of lines, names and numbers:
//   TcpExt: SyncookiesSent SyncookiesRecv …
//   TcpExt: 0 0 …
import { readFileSync } from 'node:fs'

/** Segments dropped since boot, in this network namespace. undefined: this kernel does not count it. */
export interface TcpDropCounters {
  /** signed was expected, and it was not */
  readonly md5NotFound: number | undefined
  /** signed, and no key is set for the peer */
  readonly md5Unexpected: number | undefined
  /** signed with another password */
  readonly md5Failure: number | undefined
  /** below the minimum TTL */
  readonly minTtl: number | undefined
}

export function decodeTcpCounters(netstat: string): TcpDropCounters {
  const [names = [], numbers = []] = netstat
    .split('\n')
    .filter((line) => line.startsWith('TcpExt: '))
    .map((line) => line.split(' ').slice(1))
  const value = (name: string) => {
    const text = numbers[names.indexOf(name)]
    return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
  }
  return {
    md5NotFound: value('TCPMD5NotFound'),
    md5Unexpected: value('TCPMD5Unexpected'),
    md5Failure: value('TCPMD5Failure'),
    minTtl: value('TCPMinTTLDrop'),
  }
}

/** Of the namespace of the main thread. */
export const readTcpCounters = (): TcpDropCounters =>
  decodeTcpCounters(readFileSync('/proc/net/netstat', 'utf8'))
