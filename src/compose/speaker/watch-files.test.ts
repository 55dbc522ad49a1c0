import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LbctlError } from '../../errors/lbctl-error.ts'
import type { FileRead, FilesRead } from './files-read.ts'
import { FileWatch } from './watch-files.ts'

let directory = ''
let watching: FileWatch<FileRead> | undefined
const reads: FilesRead<FileRead>[] = []
const troubles: LbctlError[] = []
let onMake = (): void => undefined
let writing: (path: string) => boolean | undefined = () => false

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lbctl-watch-'))
  reads.length = 0
  troubles.length = 0
  writing = () => false
  onMake = () => undefined
})
afterEach(() => {
  watching?.close()
  rmSync(directory, { recursive: true })
})

const file = (name: string): string => join(directory, name)
const texts = (read: FilesRead<FileRead> | undefined): string[] =>
  read?.all().flatMap(({ sources }) => sources.map(({ text }) => text)) ?? []

async function watched(...paths: string[]): Promise<FilesRead<FileRead>> {
  watching = new FileWatch({
    paths,
    make: (read) => {
      onMake()
      return read
    },
    onRead: (read) => reads.push(read),
    onTrouble: (error) => troubles.push(error),
    isBeingWritten: (path) => writing(path),
  })
  return watching.start()
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('files that are watched', () => {
  it('are read at the start, and again when one changes; what was made of the others is kept', async () => {
    writeFileSync(file('a.yaml'), 'a: 1\n')
    writeFileSync(file('b.yaml'), 'b: 1\n')
    const first = await watched(directory)
    expect(texts(first)).toEqual(['a: 1\n', 'b: 1\n'])
    writeFileSync(file('b.yaml'), 'b: 2\n')
    await until('b is read', () => texts(reads.at(-1)).includes('b: 2\n'))
    expect(reads.at(-1)?.all()[0]).toBe(first.all()[0])
    expect(reads.at(-1)?.replaced?.map(({ after }) => after)).toEqual([reads.at(-1)?.all()[1]])
  })

  it('may go away while others are read', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(file(`${name}.yaml`), `${name}: 1\n`)
    onMake = () => rmSync(file('b.yaml'), { force: true })
    expect(texts(await watched(directory))).toEqual(['a: 1\n', 'c: 1\n'])
    expect(troubles).toEqual([])
  })

  it('are told as replaced alone, whatever was written beside them first', async () => {
    writeFileSync(file('a.yaml'), 'a: 1\n')
    writeFileSync(file('b.yaml'), 'b: 1\n')
    const [, before] = (await watched(directory)).all()
    writeFileSync(file('.b.tmp'), 'b: 2\n')
    renameSync(file('.b.tmp'), file('b.yaml'))
    await until('b is read', () => reads.length > 0)
    expect(reads).toHaveLength(1)
    const [replaced] = reads[0]?.replaced ?? []
    expect(replaced?.before).toBe(before)
    expect(replaced?.after.sources[0]?.text).toBe('b: 2\n')
  })

  it('may be replaced by renaming, come and go', async () => {
    writeFileSync(file('a.yaml'), 'a: 1\n')
    await watched(directory)
    writeFileSync(file('.a.tmp'), 'a: 2\n')
    renameSync(file('.a.tmp'), file('a.yaml'))
    await until('the new file is read', () => texts(reads.at(-1)).join() === 'a: 2\n')
    mkdirSync(file('more'))
    writeFileSync(join(file('more'), 'c.yaml'), 'c: 1\n')
    await until('the file in a new folder is read', () => texts(reads.at(-1)).length === 2)
    writeFileSync(join(file('more'), 'c.yaml'), 'c: 2\n')
    await until('the new folder is watched', () => texts(reads.at(-1)).includes('c: 2\n'))
    rmSync(join(file('more'), 'c.yaml'))
    await until('it is gone', () => texts(reads.at(-1)).join() === 'a: 2\n')
  })

  it('of a mounted ConfigMap change with the link that leads to them', async () => {
    for (const version of ['1', '2']) {
      mkdirSync(file(`..${version}`))
      writeFileSync(join(file(`..${version}`), 'a.yaml'), `a: ${version}\n`)
    }
    symlinkSync('..1', file('..data'))
    symlinkSync('..data/a.yaml', file('a.yaml'))
    expect(texts(await watched(directory))).toEqual(['a: 1\n'])
    symlinkSync('..2', file('..tmp'))
    renameSync(file('..tmp'), file('..data'))
    await until('the new version is read', () => texts(reads.at(-1)).join() === 'a: 2\n')
  })

  it('are left alone while they are being written', async () => {
    writeFileSync(file('a.yaml'), 'a: 1\n')
    await watched(file('a.yaml'))
    writing = (path) => path.endsWith('a.yaml')
    writeFileSync(file('a.yaml'), 'a: half')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(reads).toEqual([])
    appendFileSync(file('a.yaml'), ' and whole\n')
    writing = () => false
    await until('the whole file is read', () => texts(reads.at(-1)).join() === 'a: half and whole\n')
    expect(reads).toHaveLength(1)
  })

  it('that nobody can tell anything about are read when they have been quiet', async () => {
    writing = () => undefined
    writeFileSync(file('a.yaml'), 'a: 1\n')
    await watched(directory)
    writeFileSync(file('a.yaml'), 'a: 2\n')
    await until('the change is read', () => texts(reads.at(-1)).join() === 'a: 2\n')
  })

  it('that are gone leave the last state, with one word about it, and are read when they come back', async () => {
    writeFileSync(file('a.yaml'), 'a: 1\n')
    await watched(file('a.yaml'))
    rmSync(file('a.yaml'))
    await until('the trouble is told', () => troubles.length === 1)
    expect(troubles[0]).toMatchObject({ kind: 'input' })
    expect(reads).toEqual([])
    writeFileSync(file('a.yaml'), 'a: 3\n')
    await until('the file is read', () => texts(reads.at(-1)).join() === 'a: 3\n')
  })

  it('are told of together when they change together', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(file(`${name}.yaml`), `${name}: 1\n`)
    await watched(directory)
    for (const name of ['a', 'b', 'c']) writeFileSync(file(`${name}.yaml`), `${name}: 2\n`)
    await until('all are read', () => texts(reads.at(-1)).join() === 'a: 2\n,b: 2\n,c: 2\n')
    expect(reads).toHaveLength(1)
  })

  it('are read again on demand, and told of even when nothing changed', async () => {
    writeFileSync(file('a.yaml'), 'a: 1\n')
    await watched(directory)
    await watching?.reread()
    expect(reads).toHaveLength(1)
  })
})
