// The quick way against oclif's parser, on the definitions of all commands that there are.
import { readdirSync } from 'node:fs'
import type { Input } from '@oclif/core/interfaces'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BaseCommand } from './base-command.ts'
import { fullParse } from './full-parse.ts'
import { quickParse, type Values } from './quick-parse.ts'

type Definitions = Input<Values, Values, Values>
const folder = new URL('../commands/', import.meta.url)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !file.includes('.test.'),
)
const commands = await Promise.all(
  files.map(async (file) => {
    const module = (await import(new URL(file, folder).href)) as { default: typeof BaseCommand }
    return [file, module.default] as const
  }),
)

/** Everything that counts; what oclif refuses is undefined. */
async function byOclif(argv: readonly string[], command: Definitions): Promise<unknown> {
  try {
    const { args, flags, metadata } = await fullParse(argv, command)
    return { args, flags, metadata }
  } catch {
    return undefined
  }
}

describe.each(commands)('%s', (_file, command) => {
  const flags = { ...command.baseFlags, ...command.flags }
  const chars = Object.values(flags).flatMap(({ char }) => (char === undefined ? [] : `-${char}`))
  const options = Object.values(flags).flatMap((flag) => ('options' in flag ? (flag.options ?? []) : []))
  const names = Object.keys(flags)
  const value = fc.oneof(
    fc.constantFrom(
      '1',
      '-1',
      '0',
      '70000',
      '10.0.0.1',
      'x',
      '',
      '-',
      '--',
      'json',
      'a=b',
      '--nonsense',
      '-x',
    ),
    fc.constantFrom('text', ...options),
  )
  const words = fc.oneof(
    fc.constantFrom(...names).map((name) => [`--${name}`]),
    fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => [`--${name}`, text]),
    fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => [`--${name}=${text}`]),
    fc.tuple(fc.constantFrom('-q', ...chars), value).map(([char, text]) => [char, text]),
    value.map((text) => [text]),
  )

  it('is either left to oclif, or read as oclif reads it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 5 }), async (parts) => {
        const argv = parts.flat()
        const quick = await quickParse(argv, command, {})
        if (quick !== undefined) expect(quick).toEqual(await byOclif(argv, command))
      }),
      { numRuns: 400 },
    )
  })
})

describe('the everyday command line', () => {
  const arp = commands.find(([file]) => file === 'diagnose/arp.ts')?.[1] as typeof BaseCommand
  const validate = commands.find(([file]) => file === 'validate.ts')?.[1] as typeof BaseCommand

  it.each([
    ['10.0.0.1'],
    ['10.0.0.1', '--count', '1', '--interface', 'eth0', '--interface=eth1', '--verbose'],
    ['-o', 'json', '10.0.0.1', '--port=443', '--netns', 'blue'],
    ['10.0.0.1', '--json', '--no-color'],
  ])('%s %s %s… is read without oclif', async (...argv) => {
    const quick = await quickParse(argv, arp, {})
    expect(quick).toBeDefined()
    expect(quick).toEqual(await byOclif(argv, arp))
  })

  it('takes several files', async () => {
    const quick = await quickParse(['a.yaml', 'b.yaml', '--strict'], validate, {})
    expect(quick).toMatchObject({ args: { file: ['a.yaml', 'b.yaml'] }, flags: { strict: true } })
  })

  it.each([
    ['a variable of the environment', ['10.0.0.1'], { LBCTL_COUNT: '2' }],
    ['flags that exclude each other', ['10.0.0.1', '--watch', '--port', '1'], {}],
    ['an unknown flag', ['10.0.0.1', '--nonsense'], {}],
    ['a value out of range', ['10.0.0.1', '--count', '0'], {}],
    ['a flag given twice', ['10.0.0.1', '--count', '1', '--count', '2'], {}],
    ['one argument too many', ['10.0.0.1', '10.0.0.2'], {}],
    ['a value that is no option', ['10.0.0.1', '-o', 'yaml'], {}],
    ['a double dash', ['--', '10.0.0.1'], {}],
    ['the name of a member of every object', ['10.0.0.1', '--constructor', '1'], {}],
  ])('leaves %s to oclif', async (_what, argv, env) => {
    expect(await quickParse(argv, arp, env)).toBeUndefined()
  })
})
