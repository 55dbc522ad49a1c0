// An archive goes to its place as a whole or not at all, and never over a file that nobody gave up.
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LbctlError } from '../../errors/lbctl-error.ts'

/** Readable by its owner only: what is no secret may still be nobody else's business. @throws LbctlError */
export function writeArchive(path: string, bytes: Uint8Array, { force }: { readonly force: boolean }): void {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}`)
  try {
    writeSynced(beside, bytes)
    // A link is refused where a file is; a rename would replace one that came into being meanwhile.
    if (force) renameSync(beside, path)
    else place(beside, path)
  } catch (error) {
    throw failure(path, error)
  } finally {
    rmSync(beside, { force: true })
  }
}

/** @throws LbctlError for a file that is there, before anything is asked */
export function refuseExisting(path: string, { force }: { readonly force: boolean }): void {
  if (!force && existsSync(path)) throw existing(path)
}

function place(beside: string, path: string): void {
  try {
    linkSync(beside, path)
  } catch (error) {
    // Some file systems have no hard links.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error
    refuseExisting(path, { force: false })
    renameSync(beside, path)
  }
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const existing = (path: string): LbctlError =>
  new LbctlError('usage', `${path} exists already, and nothing was written.`, {
    hints: ['Name another file with -o, or replace this one with --force.'],
  })

function failure(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof LbctlError || code === undefined) return error
  if (code === 'EEXIST') return existing(path)
  return new LbctlError(
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'permission' : 'input',
    `${path} cannot be written (${code}).`,
    { facts: { path, 'system error': code }, cause: error },
  )
}
