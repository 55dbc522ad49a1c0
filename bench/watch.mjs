// What 10,000 Services and as many EndpointSlices cost a client: the first list (time, CPU, peak RSS), what is kept of them (heap), and a list
// anew after 410 while some of them changed unheard (CPU, garbage collection, events). Beside it in turns client-node's informer with whole
// objects, against the same server in the same run. The server is the laboratory's, so times include its own; CPU and memory do not.
// Usage: node bench/watch.mjs [services] [runs]
import { cpus, loadavg } from 'node:os'
import { startReader } from './watch/client.mjs'
import { startWorld } from './watch/world.mjs'

const count = Number(process.argv[2] ?? 10_000)
const runs = Number(process.argv[3] ?? 3)
const CHANGED = 20
/** Services that differ in what no speaker looks at. */
const NOISY = 500

const world = await startWorld(count)
const results = { ours: [], naive: [] }
try {
  let known = world.objects
  for (let run = 0; run < runs; run++)
    for (const name of run % 2 === 0 ? ['ours', 'naive'] : ['naive', 'ours']) {
      const reader = await startReader(world[name], world.kubeconfig, known)
      const added = known
      const relist = await reader.relist(world.keyOf(added), () =>
        world.cutAndChange({ changed: CHANGED, noisy: NOISY, added, round: added }),
      )
      known++
      await reader.stop()
      results[name].push({ ...prefixed('list', reader.first), ...prefixed('relist', relist) })
    }
} finally {
  await world.stop()
}

function prefixed(prefix, figures) {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix} ${name}`, value]))
}
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
const names = Object.keys(results.ours[0])
console.log(
  `${world.objects} objects, ${runs} runs, median; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`,
)
console.log(`${CHANGED + 1} objects differ after the relist, and ${NOISY} in what no speaker looks at\n`)
console.log(`${'figure'.padEnd(20)}${'lbctl'.padStart(10)}${'informer'.padStart(10)}${'ratio'.padStart(8)}`)
for (const name of names) {
  const [ours, naive] = ['ours', 'naive'].map((who) => median(results[who].map((figures) => figures[name])))
  const ratio = ours === 0 ? '' : (naive / ours).toFixed(1)
  console.log(
    `${name.padEnd(20)}${ours.toFixed(0).padStart(10)}${naive.toFixed(0).padStart(10)}${ratio.padStart(8)}`,
  )
}
