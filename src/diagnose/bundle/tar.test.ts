import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readTar, writeTar } from './tar.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const FILES = [
  { path: 'manifest.json', bytes: bytes('{}\n') },
  { path: 'logs/speaker-1.log', bytes: bytes('x'.repeat(512)) },
  { path: 'empty', bytes: bytes('') },
]

it('reads what it wrote, whatever is in the files', () => {
  const file = fc.record({
    path: fc.stringMatching(/^[a-z]{1,8}(\/[a-z0-9_-]{1,8}\.json)?$/),
    bytes: fc.uint8Array({ maxLength: 1100 }),
  })
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 5 }), (files) => {
      const read = readTar(writeTar(files, 1_700_000_000))
      expect(read.ok && read.value.map(({ path }) => path)).toEqual(files.map(({ path }) => path))
      expect(read.ok && read.value.map((each) => [...each.bytes])).toEqual(
        files.map((each) => [...each.bytes]),
      )
    }),
  )
})

it('never throws, and never accepts a part of an archive', () => {
  const whole = writeTar(FILES, 0)
  const end = whole.length - 1024
  fc.assert(
    fc.property(fc.integer({ min: 0, max: end - 1 }), (length) => {
      expect(readTar(whole.subarray(0, length)).ok).toBe(false)
    }),
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2048 }), (junk) => void readTar(junk)))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 511 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const broken = whole.slice()
      broken[at] = ((broken[at] ?? 0) + change) & 0xff
      // Changes to the bytes of the header change its sum, unless they are in the padding of the sum itself.
      const read = readTar(broken)
      if (at < 148 || at > 155) expect(read.ok).toBe(false)
    }),
  )
})

const HEADER = writeTar([{ path: 'a', bytes: bytes('') }], 0).slice(0, 512)

/** An archive that another program could have made: fields put over, and the sum made right again. */
function forged(put: Readonly<Record<number, string>>): Uint8Array {
  const header = HEADER.slice()
  for (const [at, text] of Object.entries(put)) header.set(bytes(text), Number(at))
  header.fill(0x20, 148, 156)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  const archive = new Uint8Array(512 * 3)
  archive.set(header)
  return archive
}

it.each([
  ['a path upwards', { 0: '../../etc/passwd' }, /leads out of the archive/],
  ['a path upwards in the middle', { 0: 'a/../../b' }, /leads out of the archive/],
  ['an absolute path', { 0: '/etc/passwd' }, /characters that no name/],
  ['a path of another system', { 0: 'C:\\x' }, /characters that no name/],
  ['a control character', { 0: 'a\u001b[2J' }, /characters that no name/],
  ['a symbolic link', { 156: '2' }, /is no regular file/],
  ['a device', { 156: '3' }, /is no regular file/],
  ['a size beyond the end', { 124: '00000077777' }, /ends in the middle of "a"/],
  ['a size that is none', { 124: 'abc' }, /its size cannot be read/],
])('refuses %s', (_, put, reason) => {
  const read = readTar(forged(put))
  expect(read.ok ? '' : read.error).toMatch(reason)
  expect(read.ok ? '' : read.error).not.toContain('\u001b')
})

it('leaves the bytes that it reads as they are, in a Buffer too', () => {
  const archive = Buffer.from(writeTar(FILES, 0))
  const before = Buffer.from(archive)
  expect(readTar(archive).ok).toBe(true)
  expect(archive.equals(before)).toBe(true)
})

it('refuses the same name twice', () => {
  const file = { path: 'a', bytes: bytes('x') }
  expect(readTar(writeTar([file, file], 0))).toEqual({ ok: false, error: '"a" is in it twice' })
})

it('is what tar reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lbctl-tar-'))
  try {
    writeFileSync(join(folder, 'a.tar'), writeTar(FILES, 1_700_000_000))
    const list = execFileSync('tar', ['-tvf', 'a.tar', '--utc'], { cwd: folder, encoding: 'utf8' })
    expect(
      list
        .trim()
        .split('\n')
        .map((line) => line.replaceAll(/ +/g, ' ')),
    ).toEqual([
      '-rw-r--r-- 0/0 3 2023-11-14 22:13 manifest.json',
      '-rw-r--r-- 0/0 512 2023-11-14 22:13 logs/speaker-1.log',
      '-rw-r--r-- 0/0 0 2023-11-14 22:13 empty',
    ])
    execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder })
    expect(readFileSync(join(folder, 'logs/speaker-1.log'), 'utf8')).toBe('x'.repeat(512))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
