// The command surface as oclif.manifest.json has it, and what the built commands load.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderRootHelp } from '../../src/terminal/help.ts'
import type { CommandSurface, Surface } from '../../src/terminal/surface.ts'
import { root } from '../support/cli.ts'

const surface = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Surface
const commands = Object.values<CommandSurface>(surface.commands)
/** Built file → the sources that are in it, or that it can rely on when it is loaded. */
const sources = JSON.parse(readFileSync(join(root, 'dist/sources.json'), 'utf8')) as Record<string, string[]>

it('the manifest is what the built commands say', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/manifest.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
})

describe.each(commands)('lbctl $id', (command) => {
  it('gives each flag the environment variable of its name', () => {
    for (const flag of Object.values(command.flags))
      expect(flag.env, `--${flag.name}`).toBe(`LBCTL_${flag.name.toUpperCase().replaceAll('-', '_')}`)
  })

  it('describes itself and its flags in lower-case fragments, with an example', () => {
    const fragments = [command.summary, ...Object.values(command.flags).map((flag) => flag.description)]
    // A name such as SARIF or LBCTL may begin a fragment.
    for (const fragment of fragments)
      expect(fragment).toMatch(/^([a-z]|[A-Z]{2}|Service|Node|MetalLB|Kubernetes)[^\n]*[^.\s]$/)
    expect(command.examples?.length ?? 0).toBeGreaterThan(0)
    for (const example of command.examples ?? [])
      expect(example).toContain(`lbctl ${command.id.replaceAll(':', ' ')}`)
  })

  it('loads no cluster client, native addon, screen library or parser of oclif at start', () => {
    const loaded = sources[`commands/${command.id.replaceAll(':', '/')}.js`] ?? []
    expect(loaded.length).toBeGreaterThan(3)
    expect(
      loaded.filter((source) =>
        /node_modules\/(@kubernetes|koffi|@koromix|ink|react|@oclif\/core\/lib\/(?!flags|args))\b/.test(
          source,
        ),
      ),
    ).toEqual([])
  })
})

it('every command file is in the manifest', () => {
  const files = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
  const ids = files
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
    .map((file) => file.replace(/\.tsx?$/, '').replaceAll('/', ':'))
  expect(Object.keys(surface.commands).sort()).toEqual(ids.sort())
})

it('every command has its place among the groups of lbctl --help', () => {
  expect(renderRootHelp(surface, 0)).not.toContain('More:')
})
