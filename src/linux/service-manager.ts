// Tells systemd how the service is (sd_notify(3)): datagrams to the socket that NOTIFY_SOCKET names.
import { AF, MSG, SOCK } from './kernel-constants.ts'
import type { Libc } from './libc.ts'
import { unixAddress } from './socket-address.ts'

/** `READY=1`, `STOPPING=1`, `STATUS=…`, `WATCHDOG=1`: each a line. False: nobody was told. */
export type NotifyServiceManager = (...lines: readonly string[]) => boolean

/** @param address the value of NOTIFY_SOCKET; undefined: not started by systemd, so nobody is told */
export function serviceManager(libc: Libc, address: string | undefined): NotifyServiceManager {
  if (address === undefined || !/^[/@]./.test(address)) return () => false
  return (...lines) => {
    const fd = libc.socket(AF.unix, SOCK.dgram | SOCK.nonblock | SOCK.cloexec, 0)
    if (fd < 0) return false
    try {
      const message = new TextEncoder().encode(lines.join('\n'))
      return libc.sendTo(fd, message, MSG.nosignal, unixAddress(address)) === message.length
    } finally {
      libc.close(fd)
    }
  }
}
