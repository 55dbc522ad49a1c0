// A process with lbctl's responder in its Worker, as the speaker has it. Bundled by bench/arp.mjs.
// Arguments: interface, first address, how many, URL of the worker's file. Prints "ready". A line "busy" or "garbage" on stdin
// keeps the main thread busy from then on, "calm" ends that.
import { createInterface } from 'node:readline'
import { linuxResponder } from '../../src/linux/responder/responder.ts'
import { ip, parseIp } from '../../src/net/ip.ts'

const [interfaceName, first, count, url] = process.argv.slice(2)
const start = parseIp(first).value
const fail = (cause) => {
  throw cause instanceof Error ? cause : new Error(JSON.stringify(cause))
}
const responder = await linuxResponder({ url: () => new URL(url) }).start({
  onForeignClaim: fail,
  onInterfaceError: fail,
  onDeath: fail,
})
const addresses = Array.from({ length: Number(count) }, (_, i) => ip(4, start + BigInt(i)))
const failures = await responder.changeOwned(new Map([[interfaceName, { gone: [], come: addresses }]]))
if (failures.length > 0) fail(failures)
console.log('ready')

let task = 'calm'
/** Turns of 20 ms: of nothing but work, or with garbage, as reading a large answer of the Kubernetes API makes it. */
function work() {
  if (task === 'calm') return
  const until = performance.now() + 20
  let text = ''
  while (performance.now() < until)
    if (task === 'garbage')
      text = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ i, text: text.length })))
  setImmediate(work)
}

for await (const line of createInterface({ input: process.stdin })) {
  task = line
  work()
  console.log(line)
}
await responder.stop()
