// Files and directories that are read again when they change. A file that somebody is still writing is not read; a change of
// several files is taken together; what cannot be read leaves the last state standing.
import { type FSWatcher, statSync, watch } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Source } from '../../config/source/source.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { isConfigurationFile, isLeftOut, type ListedFiles, listFiles, readSources } from '../files.ts'
import { TouchedFiles } from './touched-files.ts'

/** All files, read. A file that did not change keeps its Source, so that what was made of it can be kept too. */
export interface FilesRead {
  readonly sources: readonly Source[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface FileWatchOptions {
  readonly paths: readonly string[]
  readonly onRead: (read: FilesRead) => void
  /** the files cannot be read now; the last state holds. Told once for each new reason */
  readonly onTrouble: (error: LbctlError) => void
  /** whether somebody has the file open for writing; undefined when that cannot be known */
  readonly isBeingWritten: (path: string) => boolean | undefined
}

/** A change that comes alone is read after this; when others come with it, all of them after SEVERAL_QUIET_MS without one. */
const QUIET_MS = 10
const SEVERAL_QUIET_MS = 100
/** Where nobody can tell whether a file is still being written, it is left alone until it has not changed for this long. */
const UNKNOWN_QUIET_MS = 150
/** A stream of changes is read at least this often. */
const LONGEST_QUIET_MS = 350
/** For file systems that tell nothing (NFS, some containers). The pause grows with the work, so that this stays below 1/POLL_PAUSE. */
const POLL_MS = 5000
const LONGEST_POLL_MS = 60_000
const POLL_PAUSE = 400
/** Writing a configuration takes no longer; a file that stays open is worth a word. */
const WRITING_TOO_LONG_MS = 5000

interface Known {
  readonly stamp: string
  readonly read: FilesRead
}

export class FileWatch {
  readonly #options: FileWatchOptions
  readonly #known = new Map<string, Known>()
  readonly #watchers = new Map<string, FSWatcher>()
  #listed: ListedFiles = { files: [], directories: [], linked: true }
  /** absolute path → file as it was listed */
  #places: ReadonlyMap<string, string> = new Map()
  #touched = new TouchedFiles()
  #timer: NodeJS.Timeout | undefined
  #poll: NodeJS.Timeout | undefined
  #firstChangeAt: number | undefined
  #trouble: string | undefined
  #reading: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: FileWatchOptions) {
    this.#options = options
  }

  /** Reads everything and begins to watch. @throws LbctlError `input` when something cannot be read */
  async start(): Promise<FilesRead> {
    const listed = listFiles(this.#options.paths)
    this.#follow(listed.directories)
    this.#take(listed)
    const { read } = await this.#readFiles(new TouchedFiles().withAll())
    this.#pollIn(POLL_MS)
    return read
  }

  /** Reads again now, whether or not something seems to have changed, and tells of it even when nothing did. */
  async reread(): Promise<void> {
    this.#known.clear()
    await this.#readAgain(new TouchedFiles().withAll())
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#poll)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #follow(directories: readonly string[]): void {
    const wanted = new Set(directories.map((directory) => resolve(directory)))
    for (const [directory, watcher] of this.#watchers)
      if (!wanted.has(directory)) {
        watcher.close()
        this.#watchers.delete(directory)
      }
    for (const directory of wanted) {
      if (this.#watchers.has(directory)) continue
      try {
        const watcher = watch(directory, (_, name) => this.#happened(directory, name ?? undefined))
        // The directory went away, or the limit of watches is reached: the slow poll goes on.
        watcher.on('error', () => this.#happened(directory, undefined))
        this.#watchers.set(directory, watcher)
      } catch {
        // As above.
      }
    }
  }

  #take(listed: ListedFiles): void {
    if (listed === this.#listed) return
    this.#listed = listed
    this.#places = new Map(listed.files.map((file) => [resolve(file), file]))
  }

  #happened(directory: string, name: string | undefined): void {
    if (this.#closed) return
    const path = name === undefined ? directory : join(directory, name)
    const file = this.#places.get(path)
    if (file !== undefined && !this.#listed.linked) this.#touched.add(path, file)
    else if (name === undefined || this.#listed.linked || this.#watchers.has(path) || isDirectory(path))
      this.#touched.addUnknown(path)
    // The file that is about to be renamed, the editor's backup.
    else if (isLeftOut(name) || !isConfigurationFile(name)) return
    else this.#touched.addNew(path)
    const now = performance.now()
    this.#firstChangeAt ??= now
    const left = Math.max(0, LONGEST_QUIET_MS - (now - this.#firstChangeAt))
    this.#schedule(Math.min(left, this.#touched.count > 1 ? SEVERAL_QUIET_MS : QUIET_MS))
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#reading = this.#reading.then(() => this.#whenWritten())
    }, ms)
  }

  #pollIn(ms: number): void {
    this.#poll = setTimeout(() => {
      const start = performance.now()
      if (this.#timer === undefined && this.#differs())
        for (const path of this.#options.paths) this.#happened(resolve(path), undefined)
      const tookMs = performance.now() - start
      this.#pollIn(Math.min(LONGEST_POLL_MS, Math.max(POLL_MS, tookMs * POLL_PAUSE)))
    }, ms)
    this.#poll.unref()
  }

  /** Whether a file is not as it was read; a look at the directory of files, not at their content. */
  #differs(): boolean {
    try {
      const { files } = listFiles(this.#options.paths)
      return (
        files.length !== this.#known.size ||
        files.some((file) => this.#known.get(file)?.stamp !== stampOf(file))
      )
    } catch (error) {
      if (error instanceof LbctlError) return this.#trouble !== error.message
      throw error
    }
  }

  async #whenWritten(): Promise<void> {
    if (this.#closed) return
    const waited = performance.now() - (this.#firstChangeAt ?? performance.now())
    const busy = this.#busyFile()
    if (busy === undefined) {
      const touched = this.#touched
      this.#firstChangeAt = undefined
      this.#touched = new TouchedFiles()
      await this.#readAgain(touched)
      return
    }
    if (waited > WRITING_TOO_LONG_MS)
      this.#tell(
        new LbctlError(
          'input',
          `${busy} has been open for writing for ${Math.round(WRITING_TOO_LONG_MS / 1000)} s, so it is not read.`,
          {
            hints: ['It is read as soon as the program that writes it closes it.'],
          },
        ),
      )
    this.#schedule(QUIET_MS * 2)
  }

  /** A changed file that is still being written. */
  #busyFile(): string | undefined {
    let files: readonly string[]
    try {
      files = this.#list(this.#touched).files
    } catch (error) {
      if (error instanceof LbctlError) return undefined
      throw error
    }
    for (const file of files) {
      const known = this.#known.get(file)
      if (known !== undefined && (!this.#touched.mayBeAnother(file) || known.stamp === stampOf(file))) continue
      const written = this.#options.isBeingWritten(file)
      if (written === true || (written === undefined && ageMs(file) < UNKNOWN_QUIET_MS)) return file
    }
    return undefined
  }

  /** Files come and go only where something happened to a name that is not one of theirs. */
  #list(touched: TouchedFiles): ListedFiles {
    return touched.areFiles ? this.#listed : listFiles(this.#options.paths)
  }

  async #readAgain(touched: TouchedFiles): Promise<void> {
    try {
      const listed = this.#list(touched)
      const before = this.#known.size
      this.#take(listed)
      const { read, changed } = await this.#readFiles(touched)
      this.#follow(listed.directories)
      if (this.#closed) return
      this.#trouble = undefined
      if (changed || listed.files.length !== before) this.#options.onRead(read)
    } catch (error) {
      if (!(error instanceof LbctlError)) throw error
      // What happened to the others is not forgotten.
      this.#touched.withAll()
      this.#tell(error)
    }
  }

  async #readFiles(touched: TouchedFiles): Promise<{ readonly read: FilesRead; readonly changed: boolean }> {
    const fresh = new Map<string, Known>()
    let changed = false
    for (const file of this.#listed.files) {
      const known = this.#known.get(file)
      const same = known !== undefined && (!touched.mayBeAnother(file) || known.stamp === stampOf(file))
      fresh.set(file, same ? known : await readWhole(file))
      changed ||= !same
    }
    this.#known.clear()
    for (const [file, known] of fresh) this.#known.set(file, known)
    const all = [...fresh.values()].map(({ read }) => read)
    return {
      changed,
      read: {
        sources: all.flatMap(({ sources }) => sources),
        diagnostics: all.flatMap(({ diagnostics }) => diagnostics),
      },
    }
  }

  #tell(error: LbctlError): void {
    if (this.#closed || this.#trouble === error.message) return
    this.#trouble = error.message
    this.#options.onTrouble(error)
  }
}

const TRIES = 5

/** The file as it was at one moment: read again when it changed while it was read. */
async function readWhole(file: string): Promise<Known> {
  for (let tries = 1; ; tries++) {
    const stamp = stampOf(file)
    const read = await readSources([file])
    if (stampOf(file) === stamp) return { stamp, read }
    // What follows is noticed as another change: its stamp is no longer the one that is kept.
    if (tries === TRIES) return { stamp, read }
  }
}

/** Changes whenever the content may have; empty for a file that is not there. */
function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined
    ? ''
    : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`
}

const ageMs = (path: string): number => {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? Number.POSITIVE_INFINITY : Date.now() - stats.mtimeMs
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
