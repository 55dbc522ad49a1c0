// How fast gossip notices a death, and how fast news reaches everybody, among simulated members with the LAN settings on a virtual
// clock; and what that costs in CPU. The least that is possible is printed beside: a suspect has a time to object that is
// never cut. Nothing is asserted. Usage: node bench/gossip.mjs [members…] (3 30 300 1000)
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))
const sizes = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(root, 'node_modules/.lbctl-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const outfile = join(folder, 'simulation.mjs')
await build({
  entryPoints: [join(root, 'src/gossip/testing/simulation.ts')],
  ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20.19', outfile, logLevel: 'error' },
})
const { Simulation } = await import(pathToFileURL(outfile).href)

const CALM = { loss: 0, delayMs: [0.2, 2] }
const STORM = { loss: 0.2, delayMs: [1, 40] }
const DEATHS = 5
const seconds = (ms) => (ms === undefined ? 'never' : `${(ms / 1000).toFixed(1)} s`)
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** How long until no member takes a killed one for alive any more, one death after another. */
function deaths(size, weather, count) {
  const simulation = new Simulation(size, weather)
  simulation.acquainted(size)
  simulation.run(10_000)
  const first = []
  const all = []
  for (let i = 0; i < count; i++) {
    const victim = simulation.nodes[i]
    const killedMs = simulation.nowMs
    simulation.kill(victim)
    all.push(simulation.runUntil(() => simulation.isGoneForAll(victim), 300_000, 20))
    const report = simulation.reports.find(({ about, change }) => change === 'leave' && about === victim.name)
    first.push(report === undefined ? undefined : report.atMs - killedMs)
    simulation.run(5_000)
  }
  return { first, all }
}

function goodbye(size) {
  const simulation = new Simulation(size + 1, CALM)
  simulation.acquainted(size)
  simulation.run(10_000)
  simulation.leave(simulation.nodes[0])
  return simulation.runUntil(() => simulation.isGoneForAll(simulation.nodes[0]), 60_000, 5)
}

/** A new member through one seed: until all know it and it knows all. */
function arrival(size) {
  const simulation = new Simulation(size + 2, CALM)
  simulation.acquainted(size)
  simulation.run(10_000)
  const [newcomer] = simulation.add(1)
  simulation.join(newcomer, simulation.nodes[0])
  return simulation.runUntil(() => simulation.converged(), 60_000, 5)
}

/** Deaths that were none, as members reported them. */
function falseDeaths(size, minutes) {
  const simulation = new Simulation(size + 3, STORM)
  simulation.acquainted(size)
  simulation.run(minutes * 60_000)
  return simulation.reports.filter(({ change }) => change === 'leave').length
}

/** CPU of one member in peace, as a share of one core: the simulated network is part of it. */
function idle(size) {
  const simulation = new Simulation(size + 4, CALM)
  simulation.acquainted(size)
  simulation.run(20_000)
  const packets = simulation.packets
  const start = process.cpuUsage()
  const forMs = 60_000
  simulation.run(forMs)
  const { user, system } = process.cpuUsage(start)
  return {
    share: (user + system) / 1000 / forMs / size,
    packets: (simulation.packets - packets) / (forMs / 1000) / size,
  }
}

console.log(
  `gossip: LAN settings, virtual clock, seed fixed, ${cpus()[0]?.model ?? 'unknown CPU'}, node ${process.version}`,
)
for (const size of sizes.length > 0 ? sizes : [3, 30, 300, 1000]) {
  const least = 4 * Math.max(1, Math.log10(size))
  // A thousand members in a storm are hundreds of thousands of messages for each second of theirs.
  const stormy = size <= 300
  const count = stormy ? Math.min(DEATHS, Math.max(1, size - 2)) : 2
  const calm = deaths(size, CALM, count)
  const { share, packets } = idle(size)
  console.log(`${size} members (a suspect has at least ${least.toFixed(1)} s)`)
  console.log(
    `  death noticed by the first: ${seconds(median(calm.first))}, by all: ${seconds(median(calm.all))}, worst of ${count}: ${seconds(Math.max(...calm.all))}`,
  )
  console.log(`  goodbye known to all: ${seconds(goodbye(size))}; a new member: ${seconds(arrival(size))}`)
  if (stormy) {
    const { all } = deaths(size, STORM, count)
    console.log(
      `  with 20 % loss, by all: ${seconds(median(all))}, worst: ${seconds(Math.max(...all))}; false deaths in 10 min: ${falseDeaths(size, 10)}`,
    )
  } else console.log('  with 20 % loss: takes too long at this size')
  console.log(
    `  in peace, each: ${packets.toFixed(1)} packets/s sent, ${(share * 100).toFixed(3)} % of a core`,
  )
}
