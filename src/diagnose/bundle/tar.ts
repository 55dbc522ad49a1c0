// Files in one archive, as `tar` writes and reads them: POSIX.1-1988 ustar, regular files only. The same files give the same bytes:
// owner, mode and time are those that the caller says, and the order is theirs.
//
//   0 name   100 mode  108 uid  116 gid  124 size  136 mtime  148 checksum  156 type  257 "ustar\0" "00"   512 data, padded to 512
import { err, ok, type Result } from '../../net/result.ts'

export interface ArchivedFile {
  /** relative, ASCII, at most 100 characters: `facts.json` */
  readonly path: string
  readonly bytes: Uint8Array
}

const BLOCK = 512
const MOST_FILES = 1000
const encoder = new TextEncoder()

/**
 * @param seconds time of every file, since 1970
 * @throws Error for a path that no reader would take: a bug
 */
export function writeTar(files: readonly ArchivedFile[], seconds: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (const { path, bytes } of files) {
    const problem = problemOfPath(path)
    if (problem !== undefined) throw new Error(`${path}: ${problem}`)
    parts.push(header(path, bytes.length, seconds), bytes, new Uint8Array(padding(bytes.length)))
  }
  // Two blocks of zeros end an archive.
  parts.push(new Uint8Array(2 * BLOCK))
  return joined(parts)
}

function header(path: string, size: number, seconds: number): Uint8Array {
  const block = new Uint8Array(BLOCK)
  const put = (at: number, text: string): void => block.set(encoder.encode(text), at)
  put(0, path)
  put(100, octal(0o644, 8))
  put(108, octal(0, 8))
  put(116, octal(0, 8))
  put(124, octal(size, 12))
  put(136, octal(seconds, 12))
  // The checksum is counted with spaces in its own place.
  put(148, '        ')
  put(156, '0')
  put(257, 'ustar\u000000')
  put(148, `${sumOf(block).toString(8).padStart(6, '0')}\0 `)
  return block
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
const sumOf = (block: Uint8Array): number => block.reduce((sum, byte) => sum + byte, 0)
const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The files of an archive that somebody sent. Never throws; the reason is a clause: `it ends in the middle of facts.json`. */
export function readTar(archive: Uint8Array): Result<readonly ArchivedFile[]> {
  const files: ArchivedFile[] = []
  const seen = new Set<string>()
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const block = archive.subarray(at, at + BLOCK)
    if (block.every((byte) => byte === 0)) return ok(files)
    const read = readHeader(block)
    if (!read.ok) return read
    const { path, size } = read.value
    if (seen.has(path)) return err(`${shown(path)} is in it twice`)
    if (files.length === MOST_FILES) return err(`it holds more than ${MOST_FILES} files`)
    if (at + BLOCK + size > archive.length) return err(`it ends in the middle of ${shown(path)}`)
    seen.add(path)
    files.push({ path, bytes: archive.subarray(at + BLOCK, at + BLOCK + size) })
    at += BLOCK + size + padding(size)
  }
  return err(files.length === 0 ? 'it is no tar archive' : 'it has no end: a part is missing')
}

function readHeader(block: Uint8Array): Result<{ readonly path: string; readonly size: number }> {
  // Not slice: that of a Buffer is a view, and the checksum would be written over.
  const plain = new Uint8Array(block)
  plain.fill(0x20, 148, 156)
  if (textAt(block, 257, 5) !== 'ustar' || octalAt(block, 148, 8) !== sumOf(plain))
    return err('it is no tar archive, or a part of it is broken')
  const path = textAt(block, 0, 100)
  const problem = problemOfPath(path)
  if (problem !== undefined) return err(`${shown(path)}: ${problem}`)
  const type = textAt(block, 156, 1)
  if (type !== '0' && type !== '') return err(`${shown(path)} is no regular file`)
  if (textAt(block, 345, 155) !== '') return err(`${shown(path)}: the name is too long`)
  const size = octalAt(block, 124, 12)
  return size === undefined ? err(`${shown(path)}: its size cannot be read`) : ok({ path, size })
}

function textAt(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)))
}

function octalAt(block: Uint8Array, at: number, length: number): number | undefined {
  const text = textAt(block, at, length).trim()
  return /^[0-7]{1,11}$/.test(text) ? Number.parseInt(text, 8) : undefined
}

/** Nothing is ever unpacked to a disk here, but a user may do that with what we wrote, and with what we accepted. */
function problemOfPath(path: string): string | undefined {
  if (path.length > 99) return 'the name is too long'
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(path)) return 'the name has characters that no name in a bundle has'
  return path.split('/').some((part) => /^\.+$/.test(part)) ? 'the name leads out of the archive' : undefined
}

/** Names of a foreign archive may hold anything. */
const shown = (path: string): string => JSON.stringify(path.slice(0, 80)).replaceAll(/[^\x20-\x7e]/g, '?')
