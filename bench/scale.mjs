// Time and memory of migrate and validate as whole processes, at 1,000 and at 10,000 pools, and the growth between the two. Figures
// are printed, not judged: the budget (3 s and 500 MB at 10,000) is for a person to compare. Run: npm run bench
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const RUNS = 5
const runJs = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'lbctl-scale-'))

/** n pools, n/10 peers, 2n advertisements, no two alike in their communities. */
function legacy(n) {
  const lines = ['peers:']
  for (let i = 0; i < n / 10; i++)
    lines.push(`- my-asn: 64500\n  peer-asn: ${64501 + (i % 100)}\n  peer-address: 10.${i >> 8}.${i & 255}.1`)
  lines.push('address-pools:')
  for (let i = 0; i < n; i++)
    lines.push(
      `- name: pool-${i}\n  protocol: bgp\n  addresses:\n  - 100.${64 + (i >> 8)}.${i & 255}.0/24\n  bgp-advertisements:`,
      `  - aggregation-length: 32\n    localpref: 100\n    communities:\n    - 64512:${i}`,
      `  - aggregation-length: 24\n    communities:\n    - 64513:${i}`,
    )
  return `${lines.join('\n')}\n`
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Makes a process print its own peak of resident memory, in KB, as the last line on stderr. */
const PEAK =
  "data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(2,'\\npeak '+process.resourceUsage().maxRSS+'\\n'))"

/** One lbctl process, its result going to a file: wall time in ms, peak memory in MB. */
function measure(args, output) {
  const file = openSync(output, 'w')
  const started = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, ['--import', PEAK, runJs, ...args], {
    stdio: ['ignore', file, 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const ms = Number(process.hrtime.bigint() - started) / 1e6
  closeSync(file)
  if (status !== 0) throw new Error(`lbctl ${args.join(' ')} ended with ${status}: ${stderr.slice(0, 2000)}`)
  return { ms, megabytes: Number(/peak (\d+)\s*$/.exec(stderr)?.[1]) / 1024 }
}

try {
  const times = {}
  for (const n of [1_000, 10_000]) {
    const source = join(directory, `legacy-${n}.yaml`)
    const result = join(directory, `resources-${n}.yaml`)
    writeFileSync(source, legacy(n))
    for (const [command, input] of [
      ['migrate', source],
      ['validate', result],
    ]) {
      const runs = Array.from({ length: RUNS }, () =>
        measure([command, input], command === 'migrate' ? result : join(directory, 'verdict')),
      )
      const ms = median(runs.map((run) => run.ms))
      times[`${command} ${n}`] = ms
      console.log(
        `${command.padEnd(8)} ${String(n).padStart(6)} pools: ${(ms / 1000).toFixed(2)} s (median of ${RUNS}), peak ${median(runs.map((run) => run.megabytes)).toFixed(0)} MB`,
      )
    }
  }
  for (const command of ['migrate', 'validate']) {
    const growth = times[`${command} 10000`] / times[`${command} 1000`]
    console.log(`${command.padEnd(8)} ten times the pools take ${growth.toFixed(1)} times as long`)
  }
} finally {
  rmSync(directory, { recursive: true })
}
