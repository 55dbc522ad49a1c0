// How long lbctl takes to start, as a multiple of bare node measured in the same run, interleaved, so that a busy machine
// slows both. Prints figures; the budget is 2.5 times `node -e 0`. Usage: node bench/startup.mjs [rounds]
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const run = join(root, 'bin/run.js')
const rounds = Number(process.argv[2] ?? 20)
const legacy = join(root, 'demo/legacy')
const sample = existsSync(legacy) ? readdirSync(legacy).find((file) => file.endsWith('.yaml')) : undefined

const candidates = [
  ['node -e 0', ['-e', '0']],
  ['lbctl --version', [run, '--version']],
  ['lbctl --help', [run, '--help']],
  ['lbctl explain', [run, 'explain']],
]
for (const command of ['migrate', 'validate'])
  if (sample !== undefined && existsSync(join(root, `dist/commands/${command}.js`)))
    candidates.push([`lbctl ${command} FILE`, [run, command, join(legacy, sample)]])

const times = candidates.map(() => [])
for (let round = -2; round < rounds; round++)
  candidates.forEach(([, args], i) => {
    const start = performance.now()
    const { error } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    if (error !== undefined) throw error
    // The first two rounds only warm the file cache.
    if (round >= 0) times[i].push(performance.now() - start)
  })

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
const medians = times.map(median)
console.log(`start-up, median of ${rounds}, ${cpus().length} cores, node ${process.version}; budget 2.50`)
candidates.forEach(([name], i) => {
  const ratio = (medians[i] / medians[0]).toFixed(2)
  console.log(`${name.padEnd(22)} ${medians[i].toFixed(1).padStart(7)} ms  ${ratio.padStart(5)} x node -e 0`)
})
