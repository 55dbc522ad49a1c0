// How long `lbctl diagnose pool` takes for 4,096 addresses at 1,000 probes per second, with three hosts that answer, and whether it
// names exactly their addresses. The least that is possible is one round: 4.1 s; silent addresses are asked for twice. The budget of
// 10 s is for a person to compare. Needs root. Usage: node bench/pool.mjs [runs]
import { execFileSync, spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const ADDRESSES = 4096
const RATE = 1000
const runs = Number(process.argv[2] ?? 3)
const runJs = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const client = `lb${process.pid}x1`
const segment = `lb${process.pid}x2`
const ip = (namespace, words) =>
  execFileSync('ip', [...(namespace === undefined ? [] : ['-n', namespace]), ...words.split(' ')])

/** Three hosts on the other end of a veth pair: macvlans with a few addresses each. */
const OWNED = [
  ['10.0.0.1', '10.0.3.255', '10.0.7.77'],
  ['10.0.8.8', '10.0.15.254'],
  ['10.0.12.34', '10.0.15.255', '10.0.0.200', '10.0.5.5'],
]

function build() {
  for (const namespace of [client, segment]) ip(undefined, `netns add ${namespace}`)
  ip(client, `link add eth0 type veth peer name port netns ${segment}`)
  ip(client, 'addr add 10.0.255.1/16 dev eth0')
  ip(client, 'link set eth0 up')
  ip(segment, 'link set port up')
  OWNED.forEach((_, index) => {
    const host = hostOf(index)
    ip(undefined, `netns add ${host}`)
    ip(segment, `link add host${index} link port type macvlan mode bridge`)
    ip(segment, `link set host${index} netns ${host} name eth0`)
    ip(host, 'link set eth0 up')
    for (const address of OWNED[index]) ip(host, `addr add ${address}/32 dev eth0`)
  })
}

const hostOf = (index) => `lb${process.pid}x${index + 3}`

function destroy() {
  for (const namespace of [client, segment, ...OWNED.map((_, index) => hostOf(index))])
    spawnSync('ip', ['netns', 'delete', namespace], { stdio: 'ignore' })
}

function measure() {
  const words = ['diagnose', 'pool', '10.0.0.0/20', '--rate', `${RATE}`, '-o', 'json']
  const startMs = performance.now()
  const { stdout, stderr } = spawnSync('ip', ['netns', 'exec', client, process.execPath, runJs, ...words], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const elapsedMs = performance.now() - startMs
  if (!stdout.startsWith('{')) throw new Error(`no report: ${stderr}`)
  const { facts } = JSON.parse(stdout).reports[0]
  const found = new Set(facts.claims.map(({ address }) => address))
  const owned = new Set(OWNED.flat())
  return {
    elapsedMs,
    probes: facts.scan.probesSent,
    rate: facts.scan.probesSent / (facts.scan.elapsedMs / 1000),
    missed: [...owned].filter((address) => !found.has(address)).length,
    wrong: [...found].filter((address) => !owned.has(address)).length,
  }
}

process.on('exit', destroy)
build()
console.log(
  `diagnose pool: ${ADDRESSES} addresses, rate ${RATE}/s, ${OWNED.length} hosts with ${OWNED.flat().length} addresses, ${cpus().length} cores, node ${process.version}; budget 10 s`,
)
for (let run = 1; run <= runs; run++) {
  const { elapsedMs, probes, rate, missed, wrong } = measure()
  console.log(
    `run ${run}: ${(elapsedMs / 1000).toFixed(2)} s, ${probes} probes, ${rate.toFixed(0)}/s over all, ${missed} owners missed, ${wrong} false positives`,
  )
}
