// What CI checks, cheap steps first. Every step runs, one line each; what failed is shown in full at the end.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { root } from './build-identity.mjs'

const steps = [
  ['format and lint', 'biome', ['ci', '--colors=off', '--error-on-warnings']],
  ['types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']],
  ['types of the pure rooms', 'tsc', ['--noEmit', '-p', 'tsconfig.pure.json']],
  ['type-aware lint', 'eslint', ['--max-warnings=0', '.']],
  ['floors', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'src']],
  ['unit tests', 'vitest', ['run', '--project', 'unit', '--reporter', 'dot']],
  ['build', process.execPath, ['scripts/build.mjs', '--quiet']],
  ['manifest', process.execPath, ['scripts/manifest.mjs', '--check']],
  ['unused code', 'knip', []],
]

const failed = []
for (const [name, command, args] of steps) {
  const start = performance.now()
  const local = command === process.execPath ? command : `node_modules/.bin/${command}`
  const { status, stdout, stderr, error } = spawnSync(local, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    maxBuffer: 1 << 28,
  })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const passed = status === 0
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(26)} ${seconds.padStart(6)} s`)
  if (!passed) failed.push({ name, output: `${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}` })
}
for (const { name, output } of failed) console.log(`\n--- ${name} ---\n${output.trimEnd()}`)
console.log(
  failed.length === 0 ? '\nall checks passed' : `\n${failed.length} of ${steps.length} checks failed`,
)
process.exitCode = failed.length === 0 ? 0 : 1
