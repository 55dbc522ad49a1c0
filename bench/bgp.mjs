// How fast prefixes leave, and what they cost, beside gobgpd and exabgp: each sends the same 1 to 100,000 host routes to a sink
// that only counts, and to bird, frr and gobgpd, in turns in the same run. Prints figures and ratios, and the targets beside
// them; nothing is asserted. Needs Linux, root, gcc. Usage: node bench/bgp.mjs [rounds [count…]]
import { cpus } from 'node:os'
import { join } from 'node:path'
import { median, row } from './arp/statistics.mjs'
import { establishedAt } from './bgp/established.mjs'
import { Lab, pause, peakRssMb, RECEIVER, SPEAKER, whyNot } from './bgp/lab.mjs'
import { receivers } from './bgp/receivers.mjs'
import { speakers } from './bgp/speakers.mjs'

const rounds = Number(process.argv[2] ?? 3)
const counts = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [1, 1000, 10_000, 100_000]
const DEADLINE_MS = 180_000
const CHANGES = 30

const missing = whyNot()
if (missing !== undefined) {
  console.log(`bench/bgp is left out: ${missing}`)
  process.exit()
}
const lab = new Lab()
const all = await speakers(lab)
console.log(
  `BGP, ${cpus().length} cores, node ${process.version}; medians of ${rounds} rounds, speakers in turns`,
)
const most = Math.max(...counts)
for (const count of counts) {
  const size = count.toLocaleString('en')
  const toSink = await turns(all, (speaker) => overSink(speaker, count))
  console.log(`\n${size} prefixes, from Established to the last one at a sink (ms)`)
  for (const { name } of all) sinkRow(name, toSink.get(name))
  ratios(toSink, ({ ms }) => ms)
  if (count === most) targets(toSink)
  for (const receiver of receivers(lab)) {
    const to = await turns(all, (speaker) => overDaemon(speaker, receiver, count))
    console.log(`\n${size} prefixes, from Established to the last one in the table of ${receiver.name} (ms)`)
    for (const { name } of all) daemonRow(name, to.get(name))
    ratios(to, ({ ms }) => ms)
  }
}
await growth()
await changes(most)
process.exit()

/** name → what each round gave. A speaker that fails is a failure of the bench. */
async function turns(candidates, measure) {
  const results = new Map(candidates.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const speaker of candidates) results.get(speaker.name).push(await measure(speaker))
  return results
}

async function overSink(speaker, count) {
  const sink = lab.start('receiver', join(lab.folder, 'sink'), [
    RECEIVER.address,
    String(RECEIVER.asn),
    String(count),
  ])
  await lab.line(sink, 'ready')
  const running = await speaker.start(count)
  const [at] = await lab.line(sink, 'established')
  const [end, updates, bytes] = await lab.line(sink, 'last')
  const peakMb = peakRssMb(running.pid)
  await Promise.all([running.stop(), sink.stop()])
  return { ms: (Number(end) - Number(at)) / 1e6, updates: Number(updates), bytes: Number(bytes), peakMb }
}

async function overDaemon(speaker, receiver, count) {
  const capture = lab.file('session.pcap')
  const sniffer = lab.start('receiver', 'tcpdump', [
    ...['-Z', 'root', '-U', '--immediate-mode', '-s', '256', '-c', '200', '-i', 'eth0', '-w', capture],
    'tcp port 179 and greater 80',
  ])
  const daemon = await receiver.start(count)
  while (!sniffer.log.includes('listening')) await pause(5)
  const running = await speaker.start(count)
  const deadline = Date.now() + DEADLINE_MS
  let seen = await daemon.received()
  for (; seen.prefixes < count; seen = await daemon.received()) {
    if (Date.now() > deadline) throw new Error(`${receiver.name} does not get all of ${speaker.name}`)
    await pause(1)
  }
  const startMs = establishedAt(capture, SPEAKER.address)
  await Promise.all([running.stop(), daemon.stop(), sniffer.stop()])
  return { ms: seen.atMs - startMs, cpuMs: seen.cpuMs }
}

function sinkRow(name, results) {
  const of = (pick) => median(results.map(pick))
  row(
    name,
    `${of(({ ms }) => ms)
      .toFixed(1)
      .padStart(
        9,
      )}   ${of(({ updates }) => updates)} UPDATEs, ${of(({ bytes }) => bytes)} bytes, peak RSS ${of(({ peakMb }) => peakMb).toFixed(0)} MB`,
  )
}

/** What the receiver itself works for it hardly depends on how busy the machine is, and tells who makes it work more. */
function daemonRow(name, results) {
  const costs = results.flatMap(({ cpuMs }) => cpuMs ?? [])
  const cost = costs.length === 0 ? '' : `   ${median(costs).toFixed(0)} ms of processor time at the receiver`
  const ms = median(results.map((one) => one.ms))
  row(name, `${ms.toFixed(1).padStart(9)}${cost}`)
}

function ratios(results, pick) {
  const ours = median(results.get('lbctl').map(pick))
  for (const [name, theirs] of results)
    if (name !== 'lbctl')
      row(
        `  lbctl against ${name}`,
        `${(median(theirs.map(pick)) / ours).toFixed(1).padStart(9)} x faster  (target: above 1)`,
      )
}

function targets(results) {
  const ours = results.get('lbctl')
  const ms = median(ours.map((one) => one.ms))
  const each = most / median(ours.map((one) => one.updates))
  row('  leaves in', `${ms.toFixed(0).padStart(9)} ms  (target for 100,000: 250)`)
  row('  prefixes for an UPDATE', `${each.toFixed(0).padStart(9)}  (target: at least 250)`)
}

/** What the prefixes cost: the peak with all of them less the peak with one. */
async function growth() {
  const one = await turns(all, (speaker) => overSink(speaker, 1))
  const many = await turns(all, (speaker) => overSink(speaker, most))
  console.log(`\nPeak RSS with ${most.toLocaleString('en')} prefixes less that with one (MB)`)
  for (const { name } of all) {
    const [low, high] = [one, many].map((results) => median(results.get(name).map(({ peakMb }) => peakMb)))
    row(
      name,
      `${(high - low).toFixed(0).padStart(9)}${name === 'lbctl' ? '  (target for 100,000: below 60)' : ''}`,
    )
  }
}

/** From the call that changes one prefix to its UPDATE at the sink. */
async function changes(count) {
  const sink = lab.start('receiver', join(lab.folder, 'sink'), [
    RECEIVER.address,
    String(RECEIVER.asn),
    String(count),
  ])
  await lab.line(sink, 'ready')
  const running = await all[0].start(count)
  await lab.line(sink, 'last')
  const times = []
  for (let i = 0; i < CHANGES; i++) {
    running.stdin.write('change\n')
    const seen = () => sink.lines.filter((line) => line.startsWith('update'))
    while (seen().length <= i || running.lines.length <= i) await pause(1)
    times.push((Number(seen()[i].split(' ')[1]) - Number(running.lines[i])) / 1e6)
    await pause(20)
  }
  await Promise.all([running.stop(), sink.stop()])
  console.log(`\nOne changed prefix among ${count.toLocaleString('en')}, until its UPDATE is there (ms)`)
  row('lbctl, median', `${median(times).toFixed(2).padStart(9)}  (target: below 20)`)
  row(
    'lbctl, longest',
    `${Math.max(...times)
      .toFixed(2)
      .padStart(9)}`,
  )
}
