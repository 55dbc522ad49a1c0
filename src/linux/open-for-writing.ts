// Whether somebody is still writing a file. The kernel knows: a lease for reading is refused while the file is open for
// writing anywhere (fcntl(2), F_SETLEASE).
import { ERRNO } from './errno.ts'
import { FCNTL, LEASE, OPEN } from './kernel-constants.ts'
import type { Libc } from './libc.ts'

/**
 * undefined where the kernel does not say: the file belongs to another user and this process has no CAP_LEASE, it is no
 * regular file, or its file system has no leases.
 */
export type WritingProbe = (path: string) => boolean | undefined

/** One for the process; it takes SIGIO as long as the process lives. */
export function writingProbe(libc: Libc): WritingProbe {
  // Who opens the file for writing in the moment that we hold the lease makes the kernel send SIGIO, which would end us.
  process.on('SIGIO', () => undefined)
  return (path) => {
    const fd = libc.open(path, OPEN.readOnly | OPEN.cloexec | OPEN.nonblock)
    if (fd < 0) return undefined
    try {
      const result = libc.control(fd, FCNTL.setLease, LEASE.read)
      if (result === 0) {
        libc.control(fd, FCNTL.setLease, LEASE.none)
        return false
      }
      return result === -ERRNO.EAGAIN ? true : undefined
    } finally {
      libc.close(fd)
    }
  }
}
