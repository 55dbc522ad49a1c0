// How fast lbctl diagnose logs reads, as ratios to counting lines and to `grep -c`, in turns in the same run. Prints figures and
// the target beside them; nothing is asserted. Usage: node bench/logs.mjs [megabytes [rounds]]
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from './arp/statistics.mjs'

const megabytes = Number(process.argv[2] ?? 1000)
const rounds = Number(process.argv[3] ?? 3)
const runJs = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lbctl-bench-logs-'))
const log = join(folder, 'speaker.log')
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** What `wc -l` does, in Node: the floor for anything that looks at every line. */
const COUNT_LINES = `
const { openSync, readSync } = require('node:fs')
const file = openSync(process.argv[1], 'r'), buffer = Buffer.allocUnsafe(1 << 20)
let lines = 0
for (let n = readSync(file, buffer); n > 0; n = readSync(file, buffer)) {
  const bytes = buffer.subarray(0, n)
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
}
console.log(lines)`

const lines = write(megabytes * 1e6)
console.log(
  `Logs, ${megabytes} MB, ${lines.toLocaleString('en')} lines, node ${process.version}; medians of ${rounds} rounds`,
)
const programs = {
  'lbctl diagnose logs': [process.execPath, runJs, 'diagnose', 'logs', log, '-o', 'short'],
  'counting lines in Node': [process.execPath, '-e', COUNT_LINES, log],
  'grep -c': ['grep', '-c', '"level":"error"', log],
}
const took = new Map(Object.keys(programs).map((name) => [name, []]))
let peakMb = 0
for (let round = 0; round < rounds; round++)
  for (const [name, command] of Object.entries(programs)) {
    const { seconds, rssMb } = timed(command)
    took.get(name).push(seconds)
    if (name.startsWith('lbctl')) peakMb = Math.max(peakMb, rssMb)
  }
const rate = (name) => megabytes / median(took.get(name))
for (const name of took.keys()) console.log(`  ${name.padEnd(24)} ${rate(name).toFixed(0).padStart(6)} MB/s`)
const own = rate('lbctl diagnose logs')
console.log(`  to counting lines        ${(own / rate('counting lines in Node')).toFixed(2)}`)
console.log(`  to grep -c               ${(own / rate('grep -c')).toFixed(2)}`)
console.log(`  target: over 100 MB/s; memory at most ${peakMb.toFixed(0)} MB, whatever the size of the log`)

function timed([program, ...args]) {
  const script = `
    const { spawnSync } = require('node:child_process')
    const [program, ...args] = process.argv.slice(1)
    const start = performance.now()
    spawnSync(program, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 })
    const seconds = (performance.now() - start) / 1000
    console.log(JSON.stringify({ seconds, rssMb: process.resourceUsage().maxRSS / 1024 }))`
  const measured = spawnSync('/usr/bin/env', ['time', '-f', '%M', program, ...args], { encoding: 'utf8' })
  const plain = JSON.parse(
    spawnSync(process.execPath, ['-e', script, '--', program, ...args], { encoding: 'utf8' }).stdout,
  )
  const rssKb =
    measured.error === undefined && /^\d+$/m.test(measured.stderr)
      ? Number(/^(\d+)$/m.exec(measured.stderr)?.[1])
      : 0
  return { seconds: plain.seconds, rssMb: rssKb / 1024 }
}

/** Of a hundred lines two complain; some differ in names, all in times and numbers. */
function write(bytes) {
  const file = openSync(log, 'w')
  let written = 0
  let count = 0
  while (written < bytes) {
    const some = Array.from({ length: 5000 }, () => line(count++)).join('')
    written += writeSync(file, some)
  }
  closeSync(file)
  return count
}

function line(number) {
  const ts = new Date(1_790_000_000_000 + number * 37).toISOString()
  const peer = `192.168.${number % 7}.${number % 250}:179`
  switch (number % 100) {
    case 0:
      return `${JSON.stringify({ caller: 'native.go:90', error: `dial "${peer}": connect: connection refused`, level: 'error', msg: 'failed to connect to peer', op: 'connect', peer, ts })}\n`
    case 1:
      return `${JSON.stringify({ caller: 'net.go:510', component: 'Memberlist', level: 'warn', msg: `memberlist: Refuting a suspect message (from: node-${number % 9})`, ts })}\n`
    // A logger with an identifier of its own in each line.
    case 3:
    case 4:
    case 5:
      return `${JSON.stringify({ controller: 'frrconfiguration', level: 'info', logger: 'frrconfiguration', msg: 'Reconciling', reconcileID: randomUUID(), ts })}\n`
    case 2:
      return `I1127 21:19:03.${String(number % 1_000_000).padStart(6, '0')}       1 reflector.go:255] Listing and watching *v1.Service\n`
    default:
      return `${JSON.stringify({ caller: 'main.go:420', event: 'serviceAnnounced', ips: [`192.0.2.${number % 250}`], level: 'info', msg: 'service has IP, announcing', pool: 'default', protocol: 'layer2', service: `default/web-${number % 300}`, ts })}\n`
  }
}
