// Who receives: each waits for the speaker to connect, and says how many prefixes it has of it, and since when at the latest.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { cpuMs, pause, RECEIVER, SPEAKER } from './lab.mjs'
import { answers } from './speakers.mjs'

const run = promisify(execFile)

/** `start(count)` resolves when it listens. */
export const receivers = (lab) => [
  { name: 'bird', start: () => startBird(lab) },
  { name: 'frr', start: () => startFrr(lab) },
  { name: 'gobgpd', start: (count) => startGobgp(lab, count) },
]

/** Milliseconds of the calendar, finer than Date.now(). */
const wallMs = () => performance.timeOrigin + performance.now()
const seen = (prefixes) => ({ prefixes, atMs: wallMs() })

/** The socket of a daemon that answers a line with text up to an end. */
async function dialogue(path, greeting, end) {
  const socket = connect(path)
  let text = ''
  let wake = () => {}
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
    wake()
  })
  socket.on('error', (error) => {
    text += `error: ${error.code}`
    wake()
  })
  const answer = async () => {
    while (!end.test(text)) {
      if (text.includes('error: ')) throw new Error(text)
      await new Promise((resolve) => {
        wake = resolve
      })
    }
    const got = text
    text = ''
    return got
  }
  await once(socket, 'connect')
  if (greeting) await answer()
  return {
    ask: (words) => {
      socket.write(words)
      return answer()
    },
    close: () => socket.destroy(),
  }
}

async function connected(path, greeting, end) {
  const deadline = Date.now() + 20_000
  for (;;) {
    try {
      return await dialogue(path, greeting, end)
    } catch (error) {
      if (Date.now() > deadline) throw error
      await pause(20)
    }
  }
}

async function startBird(lab) {
  const config = lab.file('bird.conf')
  const control = lab.freshSocket('bird.ctl')
  writeFileSync(
    config,
    `router id ${RECEIVER.address};
protocol device { }
protocol bgp peer {
  local ${RECEIVER.address} as ${RECEIVER.asn};
  neighbor ${SPEAKER.address} as ${SPEAKER.asn};
  passive on;
  ipv4 { import all; export none; };
}
`,
  )
  const running = lab.start('receiver', 'bird', [
    '-f',
    '-c',
    config,
    '-s',
    control,
    '-P',
    lab.file('bird.pid'),
  ])
  // The last line of an answer has its code followed by a blank.
  const ask = await connected(control, true, /^\d{4} .*\n$/m)
  return {
    received: async () => {
      const text = await ask.ask('show protocols all peer\n')
      return seen(Number(/Routes:\s+(\d+) imported/.exec(text)?.[1] ?? 0))
    },
    stop: async () => {
      ask.close()
      await running.stop()
    },
  }
}

async function startFrr(lab) {
  const config = lab.file('bgpd.conf')
  writeFileSync(
    config,
    `router bgp ${RECEIVER.asn}
 bgp router-id ${RECEIVER.address}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor ${SPEAKER.address} remote-as ${SPEAKER.asn}
 neighbor ${SPEAKER.address} passive
 address-family ipv4 unicast
  neighbor ${SPEAKER.address} activate
`,
  )
  lab.freshSocket('bgpd.vty')
  chmodSync(lab.folder, 0o777)
  // Without zebra: it is the BGP of the receiver that is measured.
  const sockets = ['--vty_socket', lab.folder, '-P', '0', '-Z', '-n', '-S', '-i', lab.file('bgpd.pid')]
  const running = lab.start('receiver', '/usr/lib/frr/bgpd', [...sockets, '-f', config])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: three zeros and a status end an answer of FRR
  const talk = await connected(`${lab.folder}/bgpd.vty`, false, /\x00\x00\x00.$/s)
  await talk.ask('enable\0')
  return {
    received: async () => {
      const text = await talk.ask('show bgp ipv4 unicast summary json\0')
      return seen(Number(/"pfxRcd":(\d+)/.exec(text)?.[1] ?? 0))
    },
    stop: async () => {
      talk.close()
      await running.stop()
    },
  }
}

/**
 * To ask gobgpd takes a process each time, which on a busy machine takes turns from it. So with many prefixes it is asked only
 * when it rests, and what it used of the processors is told, too: wall time alone varied tenfold with the load.
 */
const MANY = 10_000
const REST_MS = 200
/** Of the processors, in one look: what a Go program needs to do nothing. */
const IDLE_MS = 0.5
/** It needs eight times as much for a prefix: below this, there is nothing to ask yet. */
const LEAST_MS_EACH = 0.001

/** Resolves when a process has rested for a while. @returns since when, and what it had used by then */
async function rest(pid) {
  let last = { atMs: wallMs(), cpuMs: cpuMs(pid) }
  while (wallMs() - last.atMs < REST_MS) {
    await pause(5)
    const used = cpuMs(pid)
    if (used - last.cpuMs > IDLE_MS) last = { atMs: wallMs(), cpuMs: used }
  }
  return last
}

async function startGobgp(lab, count) {
  const api = `unix://${lab.freshSocket('gobgp-receiver.sock')}`
  const config = lab.file('gobgp-receiver.toml')
  writeFileSync(
    config,
    `[global.config]
  as = ${RECEIVER.asn}
  router-id = "${RECEIVER.address}"
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${SPEAKER.address}"
    peer-as = ${SPEAKER.asn}
  [neighbors.transport.config]
    passive-mode = true
`,
  )
  const running = lab.start('receiver', 'gobgpd', [
    '-f',
    config,
    '-p',
    '--api-hosts',
    api,
    '--pprof-disable',
    '-l',
    'error',
  ])
  const gobgp = ['netns', 'exec', lab.namespaces.receiver, 'gobgp', '--target', api]
  await answers(() => lab.run('receiver', 'gobgp', '--target', api, 'global'))
  const many = count >= MANY
  const before = many ? await rest(running.pid) : undefined
  return {
    received: async () => {
      const rested = many ? await rest(running.pid) : undefined
      if (many && rested.cpuMs - before.cpuMs < count * LEAST_MS_EACH) return { prefixes: 0 }
      const { stdout } = await run('ip', [...gobgp, 'neighbor', SPEAKER.address, '-j'])
      const [family] = JSON.parse(stdout).afi_safis ?? []
      const { prefixes, atMs } = seen(family?.state?.received ?? 0)
      if (rested === undefined) return { prefixes, atMs }
      return { prefixes, atMs: rested.atMs, cpuMs: rested.cpuMs - before.cpuMs }
    },
    stop: () => running.stop(),
  }
}
