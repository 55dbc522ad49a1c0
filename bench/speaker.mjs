// How soon `lbctl speaker run` announces: after its start, and after a Service changed, on the link and to a BGP neighbour; its memory,
// and its work when nothing happens. Times are those at which the kernel saw the packet at the other end. Prints figures with their
// spread beside yardsticks (bare Node, bird) that are measured in turns with them, and targets; nothing is asserted.
// Needs Linux, root, tcpdump; bird for its part. Usage: node bench/speaker.mjs [part…], parts: start, change, rest
import { mkdtempSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { changes } from './speaker/changes.mjs'
import { Lab, whyNot } from './speaker/lab.mjs'
import { rest } from './speaker/rest.mjs'
import { starts } from './speaker/starts.mjs'

const parts = process.argv.slice(2)
const wanted = (part) => parts.length === 0 || parts.includes(part)

const missing = whyNot()
if (missing !== undefined) {
  console.log(`bench/speaker is left out: ${missing}`)
  process.exit()
}
const lab = new Lab()
const folder = () => join(mkdtempSync(join(lab.folder, 'files-')), 'announce')
const load = loadavg()[0].toFixed(1)
console.log(`speaker, ${cpus().length} cores at a load of ${load}, node ${process.version}`)
if (wanted('start')) await starts(lab, folder)
if (wanted('change')) await changes(lab, folder)
if (wanted('rest')) await rest(lab, folder)
process.exit()
