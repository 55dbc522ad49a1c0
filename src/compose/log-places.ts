// What a user names as a log: a file, stdin, or a directory with logs of a node or of a whole cluster.
import { type Dirent, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogOrigin } from '../diagnose/logs/incident-table.ts'
import { LbctlError } from '../errors/lbctl-error.ts'

export interface LogPlace {
  /** of a file; `-` for stdin */
  readonly path: string
  /** what the path itself tells of it */
  readonly origin: LogOrigin
}

/**
 * Files of a directory, and of those in it, come in the order of their names. Links to directories are not followed: a node has links to
 * the same logs in /var/log/containers and /var/log/pods.
 *
 * @throws LbctlError `input` for a directory that holds no file, or that cannot be read
 */
export async function logPlaces(path: string): Promise<readonly LogPlace[]> {
  if (path === '-' || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    return [placeOf(path)]
  const files = (await entriesOf(path))
    .filter((entry) => isFile(entry))
    .map((entry) => placeOf(join(entry.parentPath, entry.name)))
  if (files.length === 0) throw new LbctlError('input', `There is no file in the directory ${path}.`)
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { recursive: true, withFileTypes: true })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new LbctlError(
      'input',
      `The directory ${path} cannot be read: you may not read all that is in it.`,
      {
        facts: { path, 'system error': code },
        cause: error,
      },
    )
  }
}

const isFile = (entry: Dirent): boolean =>
  entry.isFile() ||
  (entry.isSymbolicLink() &&
    statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.isFile() === true)

const placeOf = (path: string): LogPlace => ({ path, origin: originOf(path) })

/** NAMESPACE_POD_UID/CONTAINER/0.log of the kubelet, NAMESPACE/POD/logs.txt of `kubectl cluster-info dump`. */
function originOf(path: string): LogOrigin {
  const kubelet = /(?:^|\/)[a-z0-9-]+_([a-z0-9.-]+)_[0-9a-f-]{8,}\/([a-z0-9-]+)\/\d+\.log[^/]*$/.exec(path)
  if (kubelet !== null) return { pod: kubelet[1], component: kubelet[2] }
  const dump = /(?:^|\/)[a-z0-9-]+\/([a-z0-9.-]+)\/logs\.txt$/.exec(path)
  return dump === null ? {} : { pod: dump[1] }
}
