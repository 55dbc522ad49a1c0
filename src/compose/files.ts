// Files, directories and stdin → sources. What a text says is not looked at here, only whether it is text at all.
import {
  closeSync,
  type Dirent,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Diagnostic, Severity } from '../config/diagnostic.ts'
import { Source } from '../config/source/source.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { decodeText } from './text-encoding.ts'
import { unreadable } from './unreadable.ts'

/** All inputs of one run together may be this large; a bigger one is a mistake, not a configuration. */
export const MAX_INPUT_BYTES = 64 * 1024 * 1024

/** What the positions in the text from stdin are called. */
export const STDIN_NAME = '<stdin>'

/** Whether a file in a directory is read. */
export const isConfigurationFile = (name: string): boolean => /\.(ya?ml|json)$/i.test(name)

/** What directories hold besides, and is not entered or read. */
export const isLeftOut = (name: string): boolean => name.startsWith('.') || name === 'node_modules'

export interface ReadSources {
  /** every input that holds text, in the order given, directories in the order of their names */
  readonly sources: readonly Source[]
  /** V001 not text, V002 empty, V008 too large: such an input is not among the sources */
  readonly diagnostics: readonly Diagnostic[]
}

export interface ReadOptions {
  /** @default process.stdin */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  /** stops the wait for stdin */
  readonly signal?: AbortSignal
  /** @default MAX_INPUT_BYTES */
  readonly maxBytes?: number
}

/**
 * Reads files, directories (recursively: .yaml, .yml, .json; hidden ones left out) and `-` for stdin. A path that is
 * given twice is read once. Without paths, stdin is read unless it is a terminal.
 * @throws LbctlError `input` for what does not exist or cannot be read, `usage` when there is nothing to read
 */
export async function readSources(paths: readonly string[], options: ReadOptions = {}): Promise<ReadSources> {
  const stdin = options.stdin ?? process.stdin
  if (paths.length === 0 && stdin.isTTY === true) throw nothingToRead()
  const reader = new SourceReader(options.maxBytes ?? MAX_INPUT_BYTES)
  for (const path of paths.length === 0 ? ['-'] : paths) {
    if (path === '-') await reader.readStdin(stdin, options.signal)
    else reader.readPath(path)
  }
  return { sources: reader.sources, diagnostics: reader.diagnostics }
}

const nothingToRead = (): LbctlError =>
  new LbctlError('usage', 'There is nothing to read: no file was named, and stdin is a terminal.', {
    hints: ['Name files or directories, or pipe the text in and write "-" for it.'],
  })

/** What a watch of a directory has to look at. */
export interface ListedFiles {
  /** as `readSources` would read them, in its order */
  readonly files: readonly string[]
  /** every directory that was entered, and those that hold a file that was named itself */
  readonly directories: readonly string[]
  /** a symbolic link is on the way to a file, so that it may change without anything happening to its name */
  readonly linked: boolean
}

/**
 * The files that `readSources` reads for these paths (no `-`), without reading them.
 * @throws LbctlError `input`
 */
export function listFiles(paths: readonly string[]): ListedFiles {
  const lister = new SourceReader(0)
  for (const path of paths) lister.list(path)
  return lister.listed
}

class SourceReader {
  readonly sources: Source[] = []
  readonly diagnostics: Diagnostic[] = []
  readonly #seen = new Set<string>()
  readonly #files: string[] = []
  readonly #directories = new Set<string>()
  #onlyList = false
  #linked = false
  readonly #maxBytes: number
  #bytesLeft: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#bytesLeft = maxBytes
  }

  get listed(): ListedFiles {
    return { files: this.#files, directories: [...this.#directories], linked: this.#linked }
  }

  list(path: string): void {
    this.#onlyList = true
    if (!attempt(path, () => statSync(path)).isDirectory()) {
      this.#directories.add(dirname(path))
      // A link that is replaced and a file behind it that is: both are noticed where they are.
      const real = attempt(path, () => realpathSync(path))
      this.#directories.add(dirname(real))
      this.#linked ||= real !== resolve(path)
    }
    this.readPath(path)
  }

  readPath(path: string): void {
    const stats = attempt(path, () => statSync(path))
    if (!stats.isDirectory()) this.#readFile(path, stats, 'error')
    else if (!this.#walk(path))
      throw new LbctlError('input', `The directory ${path} holds no .yaml, .yml or .json file.`, {
        hints: ['Name the files themselves if they are called otherwise.'],
      })
  }

  /** Symbolic links are followed (a mounted ConfigMap is made of them), but no directory is entered twice. */
  #walk(directory: string): boolean {
    const real = attempt(directory, () => realpathSync(directory))
    if (this.#wasSeen(real)) return true
    this.#directories.add(directory)
    let found = false
    for (const entry of directoryEntries(directory)) {
      const { name } = entry
      if (isLeftOut(name)) continue
      const path = join(directory, name)
      this.#linked ||= entry.isSymbolicLink()
      if (entry.isFile() && this.#onlyList) {
        if (isConfigurationFile(name)) found = this.#listFile(path, join(real, name))
        continue
      }
      const stats = attempt(path, () => statSync(path))
      if (stats.isDirectory()) found = this.#walk(path) || found
      else if (isConfigurationFile(name)) {
        found = true
        this.#readFile(path, stats, 'warning')
      }
    }
    return found
  }

  /** Without a look at the file itself: a directory with thousands of them is listed often. */
  #listFile(path: string, real: string): true {
    if (!this.#wasSeen(real)) this.#files.push(path)
    return true
  }

  /** @param real without symbolic links */
  #wasSeen(real: string): boolean {
    if (this.#seen.has(real)) return true
    this.#seen.add(real)
    return false
  }

  #readFile(path: string, stats: Stats, whenEmpty: Severity): void {
    // A pipe such as bash's <(…) has no place of its own, and tells its size only by being read.
    if (stats.isFile() && this.#wasSeen(attempt(path, () => realpathSync(path)))) return
    this.#files.push(path)
    if (this.#onlyList) return
    const bytes =
      stats.size > this.#bytesLeft ? undefined : attempt(path, () => readUpTo(path, this.#bytesLeft))
    if (bytes === undefined) this.#refuseSize(path)
    else this.#add(path, bytes, whenEmpty)
  }

  async readStdin(stdin: NonNullable<ReadOptions['stdin']>, signal: AbortSignal | undefined): Promise<void> {
    if (this.#seen.has('-')) return
    this.#seen.add('-')
    const stop = (): void => {
      ;(stdin as NodeJS.ReadStream).destroy(signal?.reason instanceof Error ? signal.reason : undefined)
    }
    signal?.addEventListener('abort', stop)
    const chunks: Uint8Array[] = []
    let length = 0
    try {
      for await (const chunk of stdin) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
        length += bytes.length
        if (length > this.#bytesLeft) {
          this.#refuseSize(STDIN_NAME)
          return
        }
        chunks.push(bytes)
      }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
    this.#add(STDIN_NAME, Buffer.concat(chunks), 'error')
  }

  #add(name: string, bytes: Uint8Array, whenEmpty: Severity): void {
    if (bytes.length > this.#bytesLeft) {
      this.#refuseSize(name)
      return
    }
    this.#bytesLeft -= bytes.length
    const decoded = decodeText(bytes)
    if (!decoded.ok)
      this.#refuse(
        'V001',
        new Source(name, decoded.before),
        `This is not a text file: ${decoded.reason}.`,
        'Give lbctl the YAML or JSON itself, unpacked, as UTF-8.',
      )
    else if (decoded.text.trim() === '')
      this.#refuse(
        'V002',
        new Source(name, ''),
        name === STDIN_NAME ? 'Stdin is empty.' : 'The file is empty.',
        'Check the command or the path that should have produced the text.',
        whenEmpty,
      )
    else this.sources.push(new Source(name, decoded.text))
  }

  #refuseSize(name: string): void {
    this.#refuse(
      'V008',
      new Source(name, ''),
      `The input is too large: lbctl reads at most ${this.#maxBytes / 1024 / 1024} MiB in one run.`,
      'Give only the files that hold the configuration.',
    )
  }

  /** The place is the end of what could be read of the source. */
  #refuse(code: string, source: Source, message: string, hint: string, severity: Severity = 'error'): void {
    const at = { source, start: source.text.length, end: source.text.length }
    this.diagnostics.push({ code, severity, message, at, hint })
  }
}

const directoryEntries = (directory: string): Dirent[] =>
  attempt(directory, () => readdirSync(directory, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )

const CHUNK_BYTES = 64 * 1024

/** Undefined when there is more. Devices, pipes and the files of /proc say that they are empty, so only reading tells. */
function readUpTo(path: string, maxBytes: number): Uint8Array | undefined {
  const descriptor = openSync(path, 'r')
  try {
    const chunks: Uint8Array[] = []
    let length = 0
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const count = readSync(descriptor, chunk)
      if (count === 0) return Buffer.concat(chunks, length)
      length += count
      if (length > maxBytes) return undefined
      chunks.push(chunk.subarray(0, count))
    }
  } finally {
    closeSync(descriptor)
  }
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw unreadable(path, path, error)
  }
}
