// Millions of mutated BGP messages through framer, codec and machine. A crash, a broken promise of the machine, a message that
// takes too long or memory that grows ends it with exit code 1 and prints the message. Run: npm run fuzz:bgp [-- COUNT [SEED]]
import { fileURLToPath } from 'node:url'
import { MessageFuzz } from '../../src/bgp/testing/message-fuzz.ts'
import { bgpCorpus } from '../vectors/bgp/corpus.ts'

const words = process.argv.slice(2)
if (words.length > 2 || words.some((word) => !/^\d+$/.test(word))) {
  console.error('Usage: npm run fuzz:bgp [-- COUNT [SEED]]')
  process.exit(2)
}
const COUNT = Number(process.argv[2] ?? 1_000_000)
const SEED = Number(process.argv[3] ?? Date.now() % 2 ** 31)
/** A message of a few kilobytes that takes longer is a hang in the making. */
const SLOW_MS = 1_000
/** What the collector of garbage may be behind with. */
const GROWTH_MB = 64

const corpus = bgpCorpus(fileURLToPath(new URL('../test/vectors/bgp', import.meta.url)))
const fuzz = new MessageFuzz(SEED, corpus)
console.log(`${COUNT} messages from ${corpus.length}, seed ${SEED}`)
const started = Date.now()
const megabytes = (): number => process.memoryUsage().rss / 2 ** 20
let settled: number | undefined
for (let i = 0; i < COUNT; i++) {
  const before = Date.now()
  let message: Uint8Array | undefined
  try {
    message = fuzz.next()
    if (Date.now() - before > SLOW_MS) throw new Error(`this message took ${Date.now() - before} ms`)
  } catch (error) {
    console.error(
      `message ${i} of seed ${SEED}: ${message === undefined ? '' : Buffer.from(message).toString('hex')}`,
    )
    throw error
  }
  if ((i + 1) % 100_000 !== 0) continue
  console.log(`${i + 1} in ${((Date.now() - started) / 1000).toFixed(0)} s, ${megabytes().toFixed(0)} MB`)
  // The first part fills the heap to its working size.
  settled ??= i + 1 >= 200_000 ? megabytes() : undefined
  if (settled !== undefined && megabytes() > settled + GROWTH_MB)
    throw new Error(`memory grew from ${settled.toFixed(0)} to ${megabytes().toFixed(0)} MB`)
}
console.log(`done in ${((Date.now() - started) / 1000).toFixed(0)} s: ${JSON.stringify(fuzz.counts)}`)
