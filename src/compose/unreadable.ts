// Why a file cannot be read, in one wording for all commands.
import { LbctlError } from '../errors/lbctl-error.ts'

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk reports a read error',
}

/**
 * @param what subject of the sentence: the path, or what it is and the path
 * @returns `input`; an error that is none of the system's as it is
 */
export function unreadable(
  what: string,
  path: string,
  error: unknown,
  hints: readonly string[] = [],
): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof LbctlError || code === undefined) return error
  return new LbctlError('input', `${what} cannot be read: ${WHY[code] ?? code}.`, {
    facts: { path, 'system error': code },
    hints,
    cause: error,
  })
}
