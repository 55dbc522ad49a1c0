// Files and directories that are read again when they change. A file that somebody is still writing is not read; a change of
// several files is taken together; what cannot be read leaves the last state standing.
import { join, resolve } from 'node:path'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { isConfigurationFile, isLeftOut, type ListedFiles, listFiles, readSources } from '../files.ts'
import { ageMs, isDirectory, stampOf } from './file-stamp.ts'
import type { FilesRead, FileWatchOptions } from './files-read.ts'
import { TouchedFiles } from './touched-files.ts'
import { WatchedDirectories } from './watched-directories.ts'

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

interface Known<T> {
  readonly stamp: string
  readonly made: T
}

export class FileWatch<T> {
  readonly #options: FileWatchOptions<T>
  /** in the order of the list */
  #known = new Map<string, Known<T>>()
  readonly #directories = new WatchedDirectories((directory, name) => this.#happened(directory, name))
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

  constructor(options: FileWatchOptions<T>) {
    this.#options = options
  }

  /** Reads everything and begins to watch. @throws LbctlError `input` when something cannot be read */
  async start(): Promise<FilesRead<T>> {
    await this.#readListed(new TouchedFiles().withAll())
    this.#pollIn(POLL_MS)
    return this.#read(undefined)
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
    this.#directories.follow([])
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
    else if (name === undefined || this.#listed.linked || this.#directories.has(path) || isDirectory(path))
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
          { hints: ['It is read as soon as the program that writes it closes it.'] },
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
      if (known !== undefined && (!this.#touched.mayBeAnother(file) || known.stamp === stampOf(file)))
        continue
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
      if (touched.areFiles) await this.#readSome(touched)
      else {
        const changed = await this.#readListed(touched)
        if (changed && !this.#closed) this.#options.onRead(this.#read(undefined))
      }
      this.#trouble = undefined
    } catch (error) {
      if (!(error instanceof LbctlError)) throw error
      // What happened to the others is not forgotten.
      this.#touched.withAll()
      this.#tell(error)
    }
  }

  /** Reads what a new list names; anew when one of these files went away meanwhile. @returns whether anything is different */
  async #readListed(touched: TouchedFiles): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      const listed = listFiles(this.#options.paths)
      this.#directories.follow(listed.directories)
      this.#take(listed)
      try {
        return await this.#readAll(touched)
      } catch (error) {
        const went = listed.files.some((file) => stampOf(file) === '')
        if (!(error instanceof LbctlError) || !went || tries === TRIES) throw error
      }
    }
  }

  async #readSome(touched: TouchedFiles): Promise<void> {
    const fresh: (readonly [file: string, known: Known<T>])[] = []
    for (const file of touched.files)
      if (this.#known.get(file)?.stamp !== stampOf(file)) fresh.push([file, await this.#readWhole(file)])
    const replaced = fresh.flatMap(([file, { made }]) => {
      const before = this.#known.get(file)
      return before === undefined ? [] : [{ before: before.made, after: made }]
    })
    for (const [file, known] of fresh) this.#known.set(file, known)
    if (fresh.length > 0 && !this.#closed) this.#options.onRead(this.#read(replaced))
  }

  /** @returns whether anything is different */
  async #readAll(touched: TouchedFiles): Promise<boolean> {
    const before = this.#known
    const fresh = new Map<string, Known<T>>()
    let changed = this.#listed.files.length !== before.size
    for (const file of this.#listed.files) {
      const known = before.get(file)
      const same = known !== undefined && (!touched.mayBeAnother(file) || known.stamp === stampOf(file))
      fresh.set(file, same ? known : await this.#readWhole(file))
      changed ||= !same
    }
    this.#known = fresh
    return changed
  }

  #read(replaced: FilesRead<T>['replaced']): FilesRead<T> {
    return { all: () => [...this.#known.values()].map(({ made }) => made), replaced }
  }

  /** The file as it was at one moment: read again when it changed while it was read. */
  async #readWhole(file: string): Promise<Known<T>> {
    for (let tries = 1; ; tries++) {
      const stamp = stampOf(file)
      const read = await readSources([file])
      // After the last try, what follows is noticed as another change: its stamp is no longer the one that is kept.
      if (stampOf(file) === stamp || tries === TRIES) return { stamp, made: this.#options.make(read) }
    }
  }

  #tell(error: LbctlError): void {
    if (this.#closed || this.#trouble === error.message) return
    this.#trouble = error.message
    this.#options.onTrouble(error)
  }
}

const TRIES = 5
