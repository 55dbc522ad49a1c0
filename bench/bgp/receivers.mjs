// Who receives: each waits for the speaker to connect, and says how many prefixes it has of it.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { pause, RECEIVER, SPEAKER } from './lab.mjs'
import { answers } from './speakers.mjs'

const run = promisify(execFile)

export const receivers = (lab) => [
  { name: 'bird', pollMs: 1, start: () => startBird(lab) },
  { name: 'frr', pollMs: 1, start: () => startFrr(lab) },
  // To ask it costs a process of its own, which would keep it from its work.
  { name: 'gobgpd', pollMs: 100, start: () => startGobgp(lab) },
]

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
      return Number(/Routes:\s+(\d+) imported/.exec(text)?.[1] ?? 0)
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
      return Number(/"pfxRcd":(\d+)/.exec(text)?.[1] ?? 0)
    },
    stop: async () => {
      talk.close()
      await running.stop()
    },
  }
}

async function startGobgp(lab) {
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
  return {
    received: async () => {
      const { stdout } = await run('ip', [...gobgp, 'neighbor', SPEAKER.address, '-j'])
      const [family] = JSON.parse(stdout).afi_safis ?? []
      return family?.state?.received ?? 0
    },
    stop: () => running.stop(),
  }
}
