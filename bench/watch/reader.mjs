// One client in a process of its own, so that its memory is its own. Told what to do by messages; answers with figures.
import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const [modulePath, kubeconfig, count] = process.argv.slice(2)
const { watchAll } = await import(pathToFileURL(modulePath).href)

const heapMb = () => {
  globalThis.gc()
  return process.memoryUsage().heapUsed / 1e6
}
let gcMs = 0
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs += duration
}).observe({ entryTypes: ['gc'] })
const until = async (holds) => {
  const endMs = performance.now() + 300_000
  while (!holds()) {
    if (performance.now() > endMs) throw new Error('it never came')
    await sleep(5)
  }
}
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const baseMb = heapMb()
const startMs = performance.now()
const cpuBefore = cpuMs()
const watch = watchAll(kubeconfig)
await until(() => watch.synced() && watch.size() >= Number(count))
const firstList = {
  ms: performance.now() - startMs,
  cpuMs: cpuMs() - cpuBefore,
  peakRssMb: process.resourceUsage().maxRSS / 1_000,
}
await sleep(200)
const heap = heapMb()
process.send({ ...firstList, baseMb, heapMb: heap, addedMb: heap - baseMb })

process.on('message', async (marker) => {
  if (marker === 'stop') {
    watch.stop()
    process.disconnect()
    return
  }
  const before = { events: watch.events(), cpuMs: cpuMs(), gcMs, atMs: performance.now() }
  process.send('ready')
  await until(() => watch.has(marker))
  const ms = performance.now() - before.atMs
  await sleep(500)
  process.send({
    ...{
      ms,
      cpuMs: cpuMs() - before.cpuMs,
      gcMs: gcMs - before.gcMs,
      events: watch.events() - before.events,
    },
    ...{ size: watch.size(), heapMb: heapMb(), peakRssMb: process.resourceUsage().maxRSS / 1_000 },
  })
})
