// Results that go to files. A file is written beside its place and then moved there, so that nobody reads half of one.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LbctlError } from '../errors/lbctl-error.ts'

export interface OutputFile {
  readonly path: string
  readonly text: string
  /** readable by its owner only */
  readonly secret?: boolean
}

/** @throws LbctlError `input` or, when some were written already, `partial` that names them */
export function writeFiles(files: readonly OutputFile[]): void {
  const written: string[] = []
  for (const file of files) {
    try {
      writeFile(file)
      written.push(file.path)
    } catch (error) {
      throw failure(file.path, written, error)
    }
  }
}

function writeFile({ path, text, secret = false }: OutputFile): void {
  mkdirSync(dirname(path), { recursive: true })
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}`)
  try {
    writeFileSync(beside, text, { mode: secret ? 0o600 : 0o644, flag: 'wx' })
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

function failure(path: string, written: readonly string[], error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  const message = `${path} cannot be written (${code}).`
  return written.length === 0
    ? new LbctlError('input', message, { cause: error })
    : new LbctlError('partial', `${message} ${written.length} files before it were written.`, {
        facts: { written: written.join(', ') },
        hints: [
          'Make room or change the permissions, and run the command again: files that are there are replaced.',
        ],
        cause: error,
      })
}
