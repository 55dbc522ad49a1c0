// Whose socket it is: /proc/PID/fd links to `socket:[inode]`. Processes of others are closed to us without rights.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { SocketOwner } from '../../diagnose/bgp/ports.ts'

/** What is read of /proc; given by tests. */
export interface ProcFiles {
  list(path: string): readonly string[]
  link(path: string): string
  read(path: string): string
}

const PROC: ProcFiles = {
  list: (path) => readdirSync(path),
  link: (path) => readlinkSync(path),
  read: (path) => readFileSync(path, 'utf8'),
}

const attempt = <T>(get: () => T, otherwise: T): T => {
  try {
    return get()
  } catch {
    return otherwise
  }
}

export function socketOwners(inodes: readonly number[], files = PROC): Map<number, SocketOwner> {
  const wanted = new Map(inodes.filter((inode) => inode > 0).map((inode) => [`socket:[${inode}]`, inode]))
  const owners = new Map<number, SocketOwner>()
  if (wanted.size === 0) return owners
  for (const pid of attempt(() => files.list('/proc'), [])) {
    if (!/^\d+$/.test(pid)) continue
    for (const fd of attempt(() => files.list(`/proc/${pid}/fd`), [])) {
      const inode = wanted.get(attempt(() => files.link(`/proc/${pid}/fd/${fd}`), ''))
      // A socket that was handed on to children is its first owner's.
      if (inode === undefined || owners.has(inode)) continue
      const program = attempt(() => files.read(`/proc/${pid}/comm`).trim(), '')
      owners.set(inode, { pid: Number(pid), program: program === '' ? 'unknown' : program })
      if (owners.size === wanted.size) return owners
    }
  }
  return owners
}
