import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSources } from './files.ts'

let dir: string
const write = (name: string, content: string | Uint8Array): string => {
  const path = join(dir, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}
const stdinOf = (...chunks: (string | Uint8Array)[]): NodeJS.ReadableStream => Readable.from(chunks)

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lbctl-files-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

describe('readSources', () => {
  it('strips the byte order mark and decodes what PowerShell writes', async () => {
    const utf8 = write('bom.yaml', '\ufeffa: 1\n')
    const utf16 = write('utf16.yaml', Buffer.from('\ufeffb: ü\r\n', 'utf16le'))
    const { sources } = await readSources([utf8, utf16])
    expect(sources.map((s) => s.text)).toEqual(['a: 1\n', 'b: ü\r\n'])
  })

  it.each([
    ['a NUL byte', Buffer.from('ok: 1\na\0b'), 'V001', 2, 2],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x80]), 'V001', 2, 1],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'V001', 1, 1],
    ['nothing', Buffer.from(''), 'V002', 1, 1],
    ['white space only', Buffer.from('\n \n'), 'V002', 1, 1],
  ])('refuses %s with its place', async (_, bytes, code, line, column) => {
    const path = write('broken.yaml', bytes)
    const { sources, diagnostics } = await readSources([path])
    expect(sources).toEqual([])
    expect(diagnostics).toHaveLength(1)
    expect(diagnostics[0]).toMatchObject({ code, severity: 'error' })
    const at = diagnostics[0]?.at
    expect(at?.source.locate(at.start)).toEqual({ file: path, line, column })
  })

  it('walks directories in the order of names, follows links, leaves other files out', async () => {
    write('tree/b.yml', 'b: 1')
    write('tree/a/z.json', '{}')
    write('tree/a/notes.txt', 'no')
    write('tree/.git/config.yaml', 'no: 1')
    write('tree/empty.yaml', '')
    symlinkSync(join(dir, 'tree'), join(dir, 'tree/a/loop'))
    symlinkSync(join(dir, 'tree/b.yml'), join(dir, 'tree/c.yaml'))
    const { sources, diagnostics } = await readSources([join(dir, 'tree'), join(dir, 'tree/b.yml')])
    expect(sources.map((s) => s.name.slice(dir.length))).toEqual(['/tree/a/z.json', '/tree/b.yml'])
    expect(diagnostics.map((d) => [d.code, d.severity])).toEqual([['V002', 'warning']])
  })

  it('refuses a directory without configuration, and a missing file, by name', async () => {
    mkdirSync(join(dir, 'none'))
    await expect(readSources([join(dir, 'none')])).rejects.toMatchObject({ kind: 'input' })
    await expect(readSources([join(dir, 'gone.yaml')])).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(/gone\.yaml cannot be read: there is no such file/),
      facts: { 'system error': 'ENOENT' },
    })
  })

  it('reads stdin once, in chunks that cut characters', async () => {
    const bytes = Buffer.from('a: ü\n')
    const { sources } = await readSources(['-', '-'], {
      stdin: stdinOf(bytes.subarray(0, 4), bytes.subarray(4)),
    })
    expect(sources.map((s) => [s.name, s.text])).toEqual([['<stdin>', 'a: ü\n']])
  })

  it('does not wait for a terminal', async () => {
    const terminal = Object.assign(stdinOf(), { isTTY: true })
    await expect(readSources([], { stdin: terminal })).rejects.toMatchObject({ kind: 'usage' })
  })

  it('counts all inputs against the limit', async () => {
    const first = write('six.yaml', 'abcdef')
    const second = write('five.yaml', 'abcde')
    const { sources, diagnostics } = await readSources([first, second, '-'], {
      maxBytes: 10,
      stdin: stdinOf('abc', 'defg'),
    })
    expect(sources.map((s) => s.name)).toEqual([first])
    expect(diagnostics.map((d) => [d.code, d.at?.source.name])).toEqual([
      ['V008', second],
      ['V008', '<stdin>'],
    ])
  })

  it.skipIf(!existsSync('/dev/zero'))('stops reading a device at the limit', async () => {
    const { sources, diagnostics } = await readSources(['/dev/zero'], { maxBytes: 200_000 })
    expect(sources).toEqual([])
    expect(diagnostics.map((d) => [d.code, d.at?.source.name])).toEqual([['V008', '/dev/zero']])
  })

  it.skipIf(!existsSync('/proc/self/status'))('reads what claims to be empty', async () => {
    const { sources } = await readSources(['/proc/self/status'])
    expect(sources.map((s) => s.text)).toEqual([expect.stringMatching(/^Name:/)])
  })

  it.skipIf(process.platform === 'win32')('reads a pipe to its end, over several chunks', async () => {
    const pipe = join(dir, 'pipe')
    execFileSync('mkfifo', [pipe])
    const text = `a: ${'x'.repeat(300_000)}\n`
    const source = write('large.yaml', text)
    const writer = spawn('sh', ['-c', 'exec cat "$1" > "$2"', 'sh', source, pipe])
    const ended = new Promise((resolve) => writer.on('close', resolve))
    const { sources } = await readSources([pipe])
    expect(sources.map((s) => s.text)).toEqual([text])
    await ended
  })

  it('stops waiting for stdin when the signal aborts', async () => {
    const controller = new AbortController()
    const silent = new Readable({ read() {} })
    const reading = readSources(['-'], { stdin: silent, signal: controller.signal })
    controller.abort(new Error('stopped by SIGINT'))
    await expect(reading).rejects.toThrow('stopped by SIGINT')
  })
})
