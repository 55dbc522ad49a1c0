// How fast lbctl answers ARP, and how soon it asks, as ratios against a minimal C loop, the kernel itself and `lbctl --version`,
// measured in turns in the same run. Prints figures with their spread, and the targets beside them; nothing is asserted.
// Needs Linux, root, gcc. Usage: node bench/arp.mjs [rounds [part…]], parts: latency, rates, idle, load, probe
import { cpus } from 'node:os'
import { underLoad } from './arp/busy.mjs'
import { ADDRESSES, Lab, whyNot } from './arp/lab.mjs'
import { idle, latency } from './arp/latency.mjs'
import { firstProbe } from './arp/probe.mjs'
import { rates } from './arp/rate.mjs'

const rounds = Number(process.argv[2] ?? 5)
const parts = process.argv.slice(3)
const wanted = (part) => parts.length === 0 || parts.includes(part)

const missing = whyNot()
if (missing !== undefined) {
  console.log(`bench/arp is left out: ${missing}`)
  process.exit()
}
const lab = new Lab()
const kernel = lab.kernel(1)
const loop = await lab.loop(2)
const worker = await lab.worker(3)
const both = [loop, worker]

console.log(`ARP, ${ADDRESSES} addresses each, ${cpus().length} cores, node ${process.version}`)
console.log('median of all turns [its middle half]')
if (wanted('latency')) {
  await latency(lab, [kernel, ...both], rounds, true)
  await latency(lab, [kernel, ...both], rounds, false)
}
if (wanted('rates')) await rates(lab, both, rounds)
if (wanted('idle')) await idle(both)
if (wanted('load')) {
  await underLoad(lab, both, rounds, true)
  await underLoad(lab, both, rounds, false)
}
if (wanted('probe')) await firstProbe(lab, rounds)
process.exit()
