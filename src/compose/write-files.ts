// Results that go to files. A file is written beside its place and then moved there, so that nobody reads half of one.
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
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

/** What `kubectl apply -f DIR` reads. */
const MANIFESTS = new Set(['.yaml', '.yml', '.json'])
const NAMED = 3

/**
 * For a directory that is applied as a whole: nothing may stand in it but what this run writes.
 * @throws LbctlError `usage` when it holds other manifests: they would be applied too
 */
export function refuseOtherManifests(directory: string, written: readonly string[]): void {
  const own = new Set(written.map((path) => resolve(path)))
  const others = manifestsIn(directory).filter((name) => !own.has(resolve(directory, name)))
  if (others.length === 0) return
  const named = others.slice(0, NAMED).join(', ')
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : ''
  throw new LbctlError(
    'usage',
    `${directory} holds other manifests: ${named}${more}. Nothing was written, because \`kubectl apply -f\` would apply those too.`,
    { hints: ['Use an empty directory, or remove these files.'] },
  )
}

function manifestsIn(directory: string): string[] {
  try {
    // kubectl takes endings as they are written: `.YAML` is none.
    return readdirSync(directory)
      .filter((name) => MANIFESTS.has(extname(name)))
      .sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw failure(directory, [], error)
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
