// The pcapng file of a capture on disk, or a named pipe that somebody reads.

import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { LbctlError } from '../errors/lbctl-error.ts'
import { BoundedOutput } from './bounded-output.ts'

/** What waits for the disk may be this much. */
const LIMIT_BYTES = 16 * 1024 * 1024

export class CaptureFile {
  readonly output: BoundedOutput
  /** rejects when the file cannot be written any more; never resolves */
  readonly broken: Promise<never>
  readonly #stream: WriteStream
  readonly #path: string

  private constructor(stream: WriteStream, path: string) {
    this.#stream = stream
    this.#path = path
    this.output = new BoundedOutput(stream, LIMIT_BYTES)
    this.broken = new Promise((_, reject) => {
      stream.on('error', (error) => reject(cannotWrite(path, error)))
    })
    // Whoever waits for it hears of it; nobody may wait any more.
    this.broken.catch(() => undefined)
  }

  /** A file that exists is written over. @throws LbctlError */
  static async create(path: string): Promise<CaptureFile> {
    const stream = createWriteStream(path)
    try {
      await once(stream, 'open')
    } catch (error) {
      throw cannotWrite(path, error)
    }
    return new CaptureFile(stream, path)
  }

  /** Resolves when all is with the system. @throws LbctlError */
  async close(): Promise<void> {
    await Promise.race([this.broken, new Promise<void>((resolve) => this.#stream.end(() => resolve()))])
    if (this.#stream.errored !== null) throw cannotWrite(this.#path, this.#stream.errored)
  }
}

function cannotWrite(path: string, error: unknown): LbctlError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
  const kind = ['EACCES', 'EPERM', 'EROFS'].includes(code) ? 'permission' : 'input'
  return new LbctlError(kind, `${path} cannot be written (${code}).`, { facts: { path }, cause: error })
}
