// How long the controller takes until every Service of a cluster has both its addresses, out of a /15 and a /64; until a controller that
// starts anew has taken all of them back, without a write; and what it keeps in memory. Beside it in turns: a naive allocator that looks
// at one address after the other, for IPv4 alone. Nothing is written to a cluster here: this is the deciding.
// Usage: node --expose-gc bench/controller.mjs [services…]
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { NaiveAllocator } from './controller/naive.mjs'

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000, 10_000, 100_000]
/** The naive one takes the square of the number of Services: more would take minutes. */
const MOST_NAIVE = 10_000
const OPTIONS = { loadBalancerClass: undefined, coolDownMs: 0, probeBlockMs: undefined }
const POOL = { lan: ['10.0.0.0/15', '2001:db8::/64'] }

const folder = mkdtempSync(join(tmpdir(), 'lbctl-bench-'))
const outfile = join(folder, 'core.mjs')
await build({
  entryPoints: [fileURLToPath(new URL('./controller/core.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outfile,
})
const { controller, dualService, pool } = await import(pathToFileURL(outfile).href)
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
  const change = timed(() => {
    for (let round = 0; round < 100; round++) state.apply([one], 0)
  })
  return { assigned, echoed, restart, writes, events, again, memoryMb, changeUs: change.ms * 10 }
}

function naive(count) {
  const allocator = new NaiveAllocator(0x0a000000, 2 ** 17)
  return timed(() => {
    for (let index = 0; index < count; index++) allocator.allocate()
  }).ms
}

const load = loadavg()[0].toFixed(1)
console.log(`controller, ${cpus().length} cores at a load of ${load}, node ${process.version}`)
run(1_000)
for (const count of counts) {
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
