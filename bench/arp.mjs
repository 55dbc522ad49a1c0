// How fast lbctl answers ARP, as ratios against a minimal C loop and the kernel itself, in the same run: two namespaces, a
// veth pair for each responder, 1,000 addresses each, rounds interleaved so that a busy machine slows all of them.
// Prints figures and the targets beside them; nothing is asserted. Needs Linux, root, gcc. Usage: node bench/arp.mjs [rounds [part…]]
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))
const rounds = Number(process.argv[2] ?? 5)
/** Names of parts to run: latency, rates, idle, load, probe; all of them by default. */
const parts = process.argv.slice(3)
const ADDRESSES = 1000
const REQUESTS = 10_000
const PACED_REQUESTS = 3000
const PACE_US = 300
const STEP_SECONDS = 1
const IDLE_MS = 5000

const missing = whyNot()
if (missing !== undefined) {
  console.log(`bench/arp is left out: ${missing}`)
  process.exit()
}
const folder = mkdtempSync(join(tmpdir(), 'lbctl-bench-'))
const bundles = mkdtempSync(join(root, 'node_modules/.lbctl-bench-'))
const client = `lb${process.pid}x0`
const namespaces = []
const children = []
process.on('exit', cleanUp)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const load = compile('load')
ip('netns', 'add', client)
namespaces.push(client)
const kernel = await kernelResponder(1)
const loop = await processResponder(2, 'C loop', loopCommand())
const worker = await processResponder(3, 'lbctl', await workerCommand(), true)
const all = [kernel, loop, worker]

console.log(
  `ARP, ${ADDRESSES} addresses each, median of ${rounds} rounds, ${cpus().length} cores, node ${process.version}`,
)
const wanted = (part) => parts.length === 0 || parts.includes(part)
if (wanted('latency')) {
  await latency('one question after the other, all on one processor', true)
  await latency('one question after the other, two processors', false)
}
if (wanted('rates')) await rates()
if (wanted('idle')) await idle()
if (wanted('load')) await underLoad()
if (wanted('probe')) await firstProbe()
process.exit()

function whyNot() {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`
  if (process.getuid() !== 0) return 'it needs root for network namespaces'
  for (const program of ['ip', 'gcc', 'taskset'])
    if (spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0)
      return `the program ${program} is missing`
  return undefined
}

function compile(name) {
  const output = join(folder, name)
  execFileSync('gcc', ['-O2', '-o', output, join(root, `bench/arp/${name}.c`)], { stdio: 'inherit' })
  return output
}

function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** A namespace with one end of a veth pair, the other one with the client. */
function connect(number) {
  const namespace = `lb${process.pid}x${number}`
  ip('netns', 'add', namespace)
  namespaces.push(namespace)
  ip('-n', client, 'link', 'add', `c${number}`, 'type', 'veth', 'peer', 'name', 'n0', 'netns', namespace)
  ip('-n', client, 'link', 'set', `c${number}`, 'up')
  ip('-n', namespace, 'link', 'set', 'n0', 'up')
  return { namespace, link: `c${number}`, first: `10.${number}.0.1` }
}

async function kernelResponder(number) {
  const place = connect(number)
  const batch = join(folder, 'addresses')
  const lines = Array.from({ length: ADDRESSES }, (_, i) => {
    const last = i + 1
    return `addr add 10.${number}.${last >> 8}.${last & 255}/16 dev n0\n`
  })
  writeFileSync(batch, lines.join(''))
  ip('-n', place.namespace, '-batch', batch)
  return { name: 'kernel', ...place }
}

async function processResponder(number, name, command, talks = false) {
  const place = connect(number)
  const words = command('n0', place.first, String(ADDRESSES))
  const child = spawn('ip', ['netns', 'exec', place.namespace, ...words], {
    stdio: [talks ? 'pipe' : 'ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const expectLine = async (line) => {
    const { value } = await lines.next()
    if (value !== line) throw new Error(`${name} said ${value} instead of ${line}`)
  }
  await expectLine('ready')
  const say = async (line) => {
    child.stdin.write(`${line}\n`)
    await expectLine(line)
  }
  return { name, pid: child.pid, say, ...place }
}

function loopCommand() {
  const program = compile('loop')
  return (...words) => [program, ...words]
}

/** The worker from the sources, bundled as scripts/build.mjs does. */
async function workerCommand() {
  const outputs = { host: 'bench/arp/worker-host.mjs', worker: 'src/linux/responder/worker.ts' }
  await build({
    absWorkingDir: root,
    entryPoints: Object.entries(outputs).map(([out, entry]) => ({ in: entry, out })),
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['koffi'],
    logLevel: 'error',
  })
  const url = pathToFileURL(join(bundles, 'worker.mjs')).href
  return (...words) => [process.execPath, join(bundles, 'host.mjs'), ...words, url]
}

function ask({ link, first }, cpu, ...words) {
  const pin = cpu === undefined ? [] : ['taskset', '-c', String(cpu)]
  const command = [...pin, load, link, words[0], first, String(ADDRESSES), ...words.slice(1).map(String)]
  return new Promise((resolve, reject) => {
    const child = spawn('ip', ['netns', 'exec', client, ...command], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`load ended with ${code}`)),
    )
  })
}

/** All threads of a responder onto one processor, or on all. */
function pin({ pid }, cpu) {
  const which = cpu === undefined ? `0-${cpus().length - 1}` : String(cpu)
  if (pid !== undefined) execFileSync('taskset', ['-a', '-p', '-c', which, String(pid)], { stdio: 'ignore' })
}

async function latency(title, sameCpu) {
  if (!sameCpu && cpus().length < 2) return
  for (const each of all) pin(each, sameCpu ? 0 : 1)
  const results = all.map(() => [])
  for (let round = -1; round < rounds; round++)
    for (const [i, each] of all.entries()) {
      const result = await ask(each, 0, 'closed', REQUESTS, 0)
      // The first round warms up.
      if (round >= 0) results[i].push(result)
    }
  for (const each of all) pin(each, undefined)
  console.log(`\n${title}: round trip in microseconds`)
  const p50 = results.map((each) => median(each.map((result) => result.p50 / 1000)))
  const p99 = results.map((each) => median(each.map((result) => result.p99 / 1000)))
  // Other work on the machine only ever adds: the best round is the least disturbed one.
  const best = results.map((each) => Math.min(...each.map((result) => result.p50 / 1000)))
  all.forEach(({ name }, i) => {
    const lost = results[i].reduce((sum, result) => sum + result.lost, 0)
    row(
      name,
      `median ${number(p50[i])}   best round ${number(best[i])}   p99 ${number(p99[i])}${lost > 0 ? `   ${lost} lost` : ''}`,
    )
  })
  ratio('median, lbctl : C loop', p50[2] / p50[1], 'target at most 1.40')
  ratio('best round, lbctl : C loop', best[2] / best[1], 'the same, least disturbed')
}

/** The highest rate with less than 1 % lost: up in steps until one fails, then closer. */
async function rates() {
  console.log(`\nhighest rate with less than 1 % lost, ${STEP_SECONDS} s each, answers per second`)
  const passes = Math.min(rounds, 3)
  const results = all.map(() => [])
  for (let pass = 0; pass < passes; pass++)
    for (const [i, each] of all.entries()) results[i].push(await highestRate(each))
  const best = results.map(median)
  all.forEach(({ name }, i) => {
    row(name, `${best[i].toFixed(0).padStart(8)}   (${results[i].map((rate) => rate.toFixed(0)).join(', ')})`)
  })
  ratio('rate, lbctl : C loop', best[2] / best[1], 'target at least 0.80')
  const top = results.map((each) => Math.max(...each))
  ratio('best pass, lbctl : C loop', top[2] / top[1], 'the same, least disturbed')
}

async function highestRate(responder) {
  const passed = async (rate) => {
    const { sent, answered, rate: reached } = await ask(responder, undefined, 'open', rate, STEP_SECONDS)
    // A rate that the generator itself does not reach says nothing about the responder.
    return { good: answered >= sent * 0.99, limit: reached < rate * 0.95, reached }
  }
  let good = 0
  let rate = 20_000
  let factor = 1.5
  while (factor > 1.04) {
    const result = await passed(rate)
    if (result.good) good = Math.max(good, result.reached)
    if (result.good && result.limit) return good
    // Past the first failure, half the step each time around the last rate that was good.
    if (!result.good) factor = Math.sqrt(factor)
    rate = (good === 0 ? rate / 2 : good) * (good === 0 ? 1 : factor)
    if (rate < 1000) return 0
  }
  return good
}

async function idle() {
  const running = [loop, worker]
  const before = running.map(({ pid }) => cpuTicks(pid))
  await sleep(IDLE_MS)
  console.log(`\nprocessor time while nobody asks, ${IDLE_MS / 1000} s`)
  running.forEach(({ name, pid }, i) => {
    // 100 ticks per second on all systems that Node runs on.
    const percent = ((cpuTicks(pid) - before[i]) * 10 * 100) / IDLE_MS
    row(name, `${percent.toFixed(1)} %${name === 'lbctl' ? '   (target 0)' : ''}`)
  })
}

function cpuTicks(pid) {
  // The name of the program may hold blanks; after it, utime and stime are fields 12 and 13.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** The C loop beside a process that burns as much is what the machine itself costs. */
async function underLoad() {
  const tasks = ['calm', 'busy', 'garbage']
  const results = tasks.map(() => ({ worker: [], loop: [] }))
  const measure = (each) => ask(each, undefined, 'closed', PACED_REQUESTS, PACE_US)
  for (let round = 0; round < rounds; round++)
    for (const [i, task] of tasks.entries()) {
      await worker.say(task)
      results[i].worker.push(await measure(worker))
      // The same thread works on: for the C loop it is a stranger.
      results[i].loop.push(await measure(loop))
    }
  await worker.say('calm')
  console.log(
    `\na question every ${PACE_US} us, while the main thread of lbctl is ${tasks.join(', ')}: microseconds`,
  )
  // The tail of a round belongs to whatever else runs on the machine; the best round is the least disturbed one.
  const calmest = (key) => results.map((each) => Math.min(...each[key].map((result) => result.p99 / 1000)))
  const figure = (key, which) =>
    results.map((each) => median(each[key].map((result) => result[which] / 1000)))
  for (const [name, key] of [
    ['C loop', 'loop'],
    ['lbctl', 'worker'],
  ])
    row(
      name,
      `median ${figure(key, 'p50').map(number).join('')}   p99 ${figure(key, 'p99').map(number).join('')}`,
    )
  const [mine, its] = [figure('worker', 'p99'), figure('loop', 'p99')]
  ratio('p99 busy : calm, lbctl', mine[1] / mine[0], 'target 0.80 to 1.20')
  ratio('p99 busy : calm, C loop', its[1] / its[0], 'what the machine itself does')
  const [best, itsBest] = [calmest('worker'), calmest('loop')]
  ratio('best rounds, lbctl', best[1] / best[0], 'the same, least disturbed')
  ratio('best rounds, C loop', itsBest[1] / itsBest[0], 'what the machine itself does')
}

/** From the start of the process to the line that tells the first answer; --verbose prints each step as it happens. */
async function firstProbe() {
  const run = join(root, 'bin/run.js')
  ip('-n', client, 'addr', 'add', '10.1.255.254/16', 'dev', 'c1')
  const times = { version: [], explain: [], probe: [], answer: [] }
  for (let round = -1; round < rounds * 2; round++) {
    const version = await timed([run, '--version'], [])
    const explain = await timed([run, 'explain', 'F01'], [])
    const words = [run, 'diagnose', 'arp', '10.1.0.1', '--count', '1', '--interface', 'c1', '--verbose']
    const { marks } = await timed(words, [/^probe /m, /^reply /m])
    if (marks.includes(undefined)) {
      console.log('\ndiagnose arp did not tell of its probe and the answer')
      return
    }
    if (round < 0) continue
    times.version.push(version.total)
    times.explain.push(explain.total)
    times.probe.push(marks[0])
    times.answer.push(marks[1])
  }
  console.log('\nfrom the start of the process, in milliseconds')
  row('lbctl --version, all', number(median(times.version)))
  row('lbctl explain F01, all', number(median(times.explain)))
  row('diagnose arp, probe sent', number(median(times.probe)))
  row('diagnose arp, answer told', number(median(times.answer)))
  ratio('probe : --version', median(times.probe) / median(times.version), 'target at most 1.30')
}

/** How long node takes with these words, and when stderr first matched each of the patterns. */
function timed(words, patterns) {
  return new Promise((resolve) => {
    const start = performance.now()
    const child = spawn('ip', ['netns', 'exec', client, process.execPath, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const marks = patterns.map(() => undefined)
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += chunk
      patterns.forEach((pattern, i) => {
        if (pattern.test(text)) marks[i] ??= performance.now() - start
      })
    })
    child.on('close', () => resolve({ total: performance.now() - start, marks }))
  })
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

function number(value) {
  return value.toFixed(1).padStart(7)
}

function row(name, text) {
  console.log(`  ${name.padEnd(26)} ${text}`)
}

function ratio(name, value, target) {
  console.log(`  ${name.padEnd(26)} ${value.toFixed(2).padStart(7)} x  (${target})`)
}

function cleanUp() {
  for (const child of children) child.kill('SIGKILL')
  for (const namespace of namespaces) spawnSync('ip', ['netns', 'delete', namespace])
  rmSync(folder, { recursive: true, force: true })
  rmSync(bundles, { recursive: true, force: true })
}
