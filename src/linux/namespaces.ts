// Moving this process into another network namespace (`--netns`).
//
// Only the calling thread moves. Called on the main thread before anything else is opened: sockets, Workers and children that
// it makes from then on belong to the namespace. /sys shows the namespace in which it was mounted, so the thread gets a mount
// of its own; asynchronous file reads, which happen on other threads, still see the old one.
import { LbctlError } from '../errors/lbctl-error.ts'
import { ERRNO } from './errno.ts'
import { CLONE } from './kernel-constants.ts'
import type { Libc } from './libc.ts'
import { SystemCallError, systemCallFailed } from './system-call-error.ts'

const O_RDONLY_CLOEXEC = 0o2000000
const MS = { recursive: 0x4000, slave: 0x80000 } as const
const MNT_DETACH = 2

export interface EnteredNetns {
  /** whether /sys now shows the namespace; without it facts about interfaces are those of the outside */
  readonly sysfs: boolean
}

/**
 * @param netns a name of `ip netns list`, or the number of a process
 * Throws LbctlError: usage when there is none, permission without CAP_SYS_ADMIN.
 */
export function enterNetns(libc: Libc, netns: string): EnteredNetns {
  const byProcess = /^\d+$/.test(netns)
  if (!byProcess && (netns === '' || netns === '.' || netns === '..' || netns.includes('/')))
    throw new LbctlError(
      'usage',
      `"${netns}" is neither the name of a network namespace nor the number of a process.`,
    )
  const fd = libc.open(byProcess ? `/proc/${netns}/ns/net` : `/run/netns/${netns}`, O_RDONLY_CLOEXEC)
  if (fd < 0) throw cannotOpen(netns, byProcess, -fd)
  const moved = libc.setNamespace(fd, CLONE.newnet)
  libc.close(fd)
  if (moved < 0)
    throw systemCallFailed(`enter the network namespace ${netns}`, new SystemCallError('setns', -moved), [
      'Entering a network namespace takes CAP_SYS_ADMIN; root has it.',
    ])
  return { sysfs: mountSysfs(libc) }
}

function cannotOpen(netns: string, byProcess: boolean, errno: number): LbctlError {
  if (errno !== ERRNO.ENOENT)
    return systemCallFailed(`open the network namespace ${netns}`, new SystemCallError('open', errno))
  return byProcess
    ? new LbctlError('usage', `There is no process ${netns} on this host.`, {
        hints: [
          'A container has its own process numbers; this must be the number on the host: crictl inspect shows it.',
        ],
      })
    : new LbctlError('usage', `There is no network namespace "${netns}" on this host.`, {
        hints: [
          '`ip netns list` shows those that have a name; those of containers are entered by process number.',
        ],
      })
}

/** The same steps as `ip netns exec`. */
function mountSysfs(libc: Libc): boolean {
  if (libc.unshare(CLONE.newns) < 0) return false
  // Otherwise the change would reach the mounts of everybody.
  if (libc.mount('', '/', 'none', MS.slave | MS.recursive) < 0) return false
  libc.unmount('/sys', MNT_DETACH)
  return libc.mount('lbctl', '/sys', 'sysfs', 0) >= 0
}
