// The completion scripts, in the shells that they are for.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, run, runJs } from '../support/cli.ts'

const shell = (name: string): boolean => spawnSync(name, ['--version']).error === undefined
const required = process.env['LBCTL_REQUIRE_INTEROP'] === '1'
let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lbctl-completion-'))
  for (const name of ['bash', 'zsh', 'fish']) {
    const { stdout } = spawnSync(process.execPath, [runJs, 'completion', name], { encoding: 'utf8' })
    writeFileSync(join(dir, name), stdout)
  }
  writeFileSync(join(dir, 'my pools.yaml'), '')
})
afterAll(() => rmSync(dir, { recursive: true }))

const support = (name: string): string => join(root, 'test/support', name)
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

describe('bash', () => {
  const complete = async (...words: string[]): Promise<string[]> =>
    lines(
      (await run('bash', [support('complete.bash'), join(dir, 'bash'), 'lbctl', ...words], { cwd: dir }))
        .stdout,
    )

  it.each([
    [['expl'], ['explain']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['explain', '--out'], ['--output']],
    [
      ['explain', '-o', ''],
      ['text', 'json', 'markdown'],
    ],
    [['explain', '--output', 'm'], ['markdown']],
    [['explain', '--output', '=', 'j'], ['json']],
    [
      ['explain', '--output', '='],
      ['text', 'json', 'markdown'],
    ],
    [['explain', 'my'], ['my pools.yaml']],
    [['--vers'], ['--version']],
    [['nonsense', '--out'], []],
  ])('lbctl %j', async (words, expected) => {
    expect(await complete(...words)).toEqual(expected)
  })
})

describe.skipIf(!required && !shell('fish'))('fish', () => {
  const complete = async (line: string): Promise<string[]> => {
    const script = `source ${join(dir, 'fish')}; complete -C '${line}'`
    const { stdout, stderr } = await run('fish', ['--no-config', '-c', script], { cwd: dir })
    expect(stderr).toBe('')
    return lines(stdout).map((item) => item.split('\t')[0] ?? '')
  }

  it.each([
    ['lbctl expl', ['explain']],
    ['lbctl completion ', ['bash', 'fish', 'zsh']],
    ['lbctl explain --out', ['--output']],
    ['lbctl explain -o ', ['json', 'markdown', 'text']],
    ['lbctl explain --output=j', ['--output=json']],
    ['lbctl --no-color expl', ['explain']],
  ])('%s', async (line, expected) => {
    expect(await complete(line)).toEqual(expected)
  })
})

describe.skipIf(!required && !shell('zsh'))('zsh', () => {
  const completed = async (line: string): Promise<string> =>
    (await run('zsh', ['-f', support('complete.zsh'), join(dir, 'zsh'), line], { cwd: dir })).stdout.trim()

  it.each([
    ['lbctl expl', 'explain'],
    ['lbctl completion z', 'completion zsh'],
    ['lbctl explain --outp', 'explain --output'],
    ['lbctl explain --output=j', 'explain --output=json'],
    ['lbctl explain -o m', 'explain -o markdown'],
    ['lbctl explain my', 'explain my pools.yaml'],
  ])('%s', async (line, expected) => {
    expect(await completed(line)).toBe(expected)
  })
})

it('prints which shells were left out', () => {
  for (const name of ['fish', 'zsh'])
    if (!shell(name)) console.log(`skipped: completion in ${name}, which is not installed`)
})
