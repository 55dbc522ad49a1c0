// What the file system says of a file without a look into it.
import { statSync } from 'node:fs'

/** Changes whenever the content may have; empty for a file that is not there. */
export function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined
    ? ''
    : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`
}

export const ageMs = (path: string): number => {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? Number.POSITIVE_INFINITY : Date.now() - stats.mtimeMs
}

export const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
