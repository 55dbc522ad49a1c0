// The command surface as oclif.manifest.json has it, and what the built commands load.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CommandSurface, Surface } from '../../src/terminal/surface.ts'
import { root } from '../support/cli.ts'

const surface = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Surface
const commands = Object.values<CommandSurface>(surface.commands)

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

  it('loads no cluster client, native addon or screen library at start', () => {
    const loaded = sourcesLoadedBy(join(root, `dist/commands/${command.id.replaceAll(':', '/')}.js`))
    expect(loaded.length).toBeGreaterThan(3)
    expect(
      loaded.filter((source) => /node_modules\/(@kubernetes|koffi|@koromix|ink|react)\//.test(source)),
    ).toEqual([])
  })
})

/** The sources of a built file and of all that it imports statically, from the source maps. */
function sourcesLoadedBy(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file) || !existsSync(file)) return []
  seen.add(file)
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] }
  const imports = [...readFileSync(file, 'utf8').matchAll(/(?:from|import)"(\.[^"]+\.js)"/g)]
  return [
    ...map.sources,
    ...imports.flatMap((match) => sourcesLoadedBy(join(dirname(file), match[1] ?? ''), seen)),
  ]
}

it('every command file is in the manifest', () => {
  const files = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
  const ids = files
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
    .map((file) => file.replace(/\.tsx?$/, '').replaceAll('/', ':'))
  expect(Object.keys(surface.commands).sort()).toEqual(ids.sort())
})
