// From the start of the process to the first probe and its answer, against `lbctl --version` in the same turn.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ip, root } from './lab.mjs'
import { median, number, ratio, row } from './statistics.mjs'

/** Node 20 reads the certificates that this variable names before anything else; most machines have none. */
const CERTIFICATES = 'NODE_EXTRA_CA_CERTS'

export async function firstProbe(lab, rounds) {
  ip('-n', lab.client, 'addr', 'add', '10.1.255.254/16', 'dev', 'c1')
  await compare(lab, rounds, { ...process.env, [CERTIFICATES]: undefined }, `without ${CERTIFICATES}`)
  if (process.env[CERTIFICATES] !== undefined)
    await compare(lab, rounds, process.env, `with the ${CERTIFICATES} of this machine`)
}

async function compare(lab, rounds, env, title) {
  const run = join(root, 'bin/run.js')
  const turns = []
  for (let round = -2; round < rounds * 4; round++) {
    const bare = await timed(lab, env, ['-e', '0'])
    const koffi = await timed(lab, env, ['-e', "require('koffi')"])
    const version = await timed(lab, env, [run, '--version'])
    const words = [run, 'diagnose', 'arp', '10.1.0.1', '--count', '1', '--interface', 'c1', '--verbose']
    const { mark, text } = await timed(lab, env, words, /^reply .* in ([\d.]+) ms$/m)
    if (mark === undefined) throw new Error(`diagnose arp did not tell of an answer: ${text}`)
    const roundTrip = Number(/^reply .* in ([\d.]+) ms$/m.exec(text)[1])
    if (round >= 0)
      turns.push({ bare: bare.total, koffi: koffi.total, version: version.total, answer: mark, roundTrip })
  }
  console.log(`\nfrom the start of the process, in milliseconds, ${title}`)
  const names = {
    bare: 'node -e 0',
    koffi: "node -e require('koffi')",
    version: 'lbctl --version',
    answer: 'diagnose arp, answer told',
  }
  for (const [key, name] of Object.entries(names)) row(name, number(median(turns.map((turn) => turn[key]))))
  ratio(
    'answer - round trip : --version',
    turns.map((turn) => (turn.answer - turn.roundTrip) / turn.version),
    'target at most 1.30',
  )
  const best = (key) => Math.min(...turns.map((turn) => turn[key]))
  row('the same, fastest of each', `${(best('answer') / best('version')).toFixed(2).padStart(6)} x`)
}

/** How long node takes with these words, and when stderr first matched the pattern. */
function timed(lab, env, words, pattern) {
  return new Promise((resolve) => {
    const start = performance.now()
    const child = spawn('ip', ['netns', 'exec', lab.client, process.execPath, ...words], {
      cwd: root,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let mark
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += chunk
      if (pattern?.test(text)) mark ??= performance.now() - start
    })
    child.on('close', () => resolve({ total: performance.now() - start, mark, text }))
  })
}
