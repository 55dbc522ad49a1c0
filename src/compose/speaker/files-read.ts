// What a watch of files is asked for, and what it tells.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Source } from '../../config/source/source.ts'
import type { LbctlError } from '../../errors/lbctl-error.ts'

/** One file as it was read: its text, or what is wrong with it. */
export interface FileRead {
  readonly sources: readonly Source[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What was made of all files. What was made of a file that did not change is the same object as before. */
export interface FilesRead<T> {
  readonly all: () => readonly T[]
  /** where files changed and none came or went: what was made of each of these before, and now */
  readonly replaced: readonly { readonly before: T; readonly after: T }[] | undefined
}

export interface FileWatchOptions<T> {
  readonly paths: readonly string[]
  /** The text is not kept, unless by what is made of it. */
  readonly make: (file: FileRead) => T
  readonly onRead: (read: FilesRead<T>) => void
  /** the files cannot be read now; the last state holds. Told once for each new reason */
  readonly onTrouble: (error: LbctlError) => void
  /** whether somebody has the file open for writing; undefined when that cannot be known */
  readonly isBeingWritten: (path: string) => boolean | undefined
}
