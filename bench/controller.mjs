// How long the controller takes until every Service of a cluster has both its addresses, out of a /15 and a /64; until a controller that
// starts anew has taken all of them back, without a write; and what it keeps in memory. Beside it in turns: a naive allocator that looks
// at one address after the other, for IPv4 alone. Nothing is written to a cluster there: that is the deciding.
// Then `lbctl controller run` against the API server of the laboratory: the same beside a naive controller that writes one thing after the
// other, and how long nobody leads when the leader ends.
// Usage: node --expose-gc bench/controller.mjs [services…]; with --failover that alone
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { clusterBench, printCluster } from './controller/cluster.mjs'
import { failoverBench } from './controller/failover.mjs'
import { NaiveAllocator } from './controller/naive.mjs'

const words = process.argv.slice(2)
const failoverAlone = words.includes('--failover')
const numbers = words.map(Number).filter((number) => number > 0)
const counts = numbers.length > 0 ? numbers : [1_000, 10_000, 100_000]
/** The naive one takes the square of the number of Services: more would take minutes. */
const MOST_NAIVE = 10_000
/** The laboratory's API server and the controller share this machine. */
const MOST_IN_CLUSTER = 10_000
const RUNS = 5
const OPTIONS = { loadBalancerClass: undefined, coolDownMs: 0, probeBlockMs: undefined }
const POOL = { lan: ['10.0.0.0/15', '2001:db8::/64'] }

// Below the package, so that what is not bundled is found.
const folder = mkdtempSync(join(fileURLToPath(new URL('../node_modules/', import.meta.url)), '.lbctl-bench-'))
await build({
  entryPoints: ['core', 'world'].map((name) =>
    fileURLToPath(new URL(`./controller/${name}.ts`, import.meta.url)),
  ),
  ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20.19', packages: 'external' },
  ...{ outdir: folder, outExtension: { '.js': '.mjs' } },
})
const load = (name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href)
const { controller, dualService, pool } = await load('core')
const { startWorld } = await load('world')
rmSync(folder, { recursive: true })

const heapMb = () => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1e6
}
const timed = (work) => {
  const start = performance.now()
  const result = work()
  return { ms: performance.now() - start, result }
}

/** As a watch brings them: first all, told as they are; then each write is answered and seen. */
function run(count) {
  const services = Array.from({ length: count }, (_, index) => dualService(`ns${index % 100}/svc${index}`))
  const start = [pool(POOL), { kind: 'complete' }]
  const before = heapMb()
  const state = controller(OPTIONS)
  state.apply(start, 0)
  const assigned = timed(() => state.apply(services, 0))
  const writes = assigned.result.filter(({ kind }) => kind === 'service-status').length
  const events = assigned.result.filter(({ kind }) => kind === 'event').length
  const seen = services.map(({ service }) => {
    const { status } = state.pendingWrite(`${service.namespace}/${service.name}`)
    const annotations = { 'metallb.io/ip-allocated-from-pool': status.pool }
    return { kind: 'service', service: { ...service, ingress: status.ingress, annotations, version: '2' } }
  })
  const echoed = timed(() => state.apply(seen, 0))
  const memoryMb = heapMb() - before
  const restarted = controller(OPTIONS)
  const restart = timed(() => restarted.apply([...start, ...seen], 0))
  const again = restart.result.filter(({ kind }) => kind === 'service-status' || kind === 'event').length
  const one = seen[count >> 1]
  const rounds = Array.from({ length: 1000 }, () => timed(() => state.apply([one], 0)).ms)
  rounds.sort((a, b) => a - b)
  return {
    assigned,
    echoed,
    restart,
    writes,
    events,
    again,
    memoryMb,
    changeUs: rounds[rounds.length >> 1] * 1000,
  }
}

function naive(count) {
  const allocator = new NaiveAllocator(0x0a000000, 2 ** 17)
  return timed(() => {
    for (let index = 0; index < count; index++) allocator.allocate()
  }).ms
}

function printDeciding(count) {
  const rows = [run(count), run(count), run(count)]
  rows.sort((a, b) => a.assigned.ms - b.assigned.ms)
  const { assigned, echoed, restart, writes, events, again, memoryMb, changeUs } = rows[1]
  const rate = (ms) => `${ms.toFixed(0)} ms (${((ms * 1000) / count).toFixed(1)} µs each)`
  console.log(`${count} Services, IPv4 and IPv6, median of three:`)
  console.log(`  all assigned          ${rate(assigned.ms)}, ${(writes + events) / count} writes each`)
  console.log(`  writes seen           ${rate(echoed.ms)}`)
  console.log(`  restart               ${rate(restart.ms)}, ${again} writes`)
  console.log(`  a Service told again  ${changeUs.toFixed(0)} µs`)
  if (globalThis.gc !== undefined) console.log(`  memory                ${memoryMb.toFixed(0)} MB`)
  if (count <= MOST_NAIVE) {
    const ms = naive(count)
    console.log(`  naive, IPv4 alone     ${rate(ms)}: ${(ms / assigned.ms).toFixed(1)} times as long`)
  }
}

async function printFailover(signal) {
  const took = (await failoverBench(startWorld, signal, RUNS)).map((ms) => Math.round(ms))
  const [least, most] = [Math.min(...took), Math.max(...took)]
  console.log(
    `leader ended by ${signal}: a new Service has its address after ${least} to ${most} ms (${took})`,
  )
}

console.log(
  `controller, ${cpus().length} cores at a load of ${loadavg()[0].toFixed(1)}, node ${process.version}`,
)
if (!failoverAlone) {
  run(1_000)
  for (const count of counts) printDeciding(count)
  for (const count of counts.filter((each) => each <= MOST_IN_CLUSTER))
    printCluster(count, await clusterBench(startWorld, count))
}
for (const signal of ['SIGKILL', 'SIGTERM']) await printFailover(signal)
