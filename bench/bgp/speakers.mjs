// Who sends: each is started with its prefixes in place, and then connects. All send the same host routes of 10.0.0.0/8.
import { writeFileSync } from 'node:fs'
import { pause, RECEIVER, SPEAKER } from './lab.mjs'
import { writeMrt } from './mrt.mjs'

const FIRST = 0x0a000000
const address = (i) => [24, 16, 8, 0].map((shift) => ((FIRST + i) >>> shift) & 255).join('.')

/** `start(count)` resolves when it is about to connect. */
export async function speakers(lab) {
  const bundle = await lab.bundle()
  return [
    {
      name: 'lbctl',
      start: async (count) =>
        lab.start('speaker', process.execPath, [bundle, RECEIVER.address, String(count)]),
    },
    { name: 'gobgpd', start: (count) => startGobgp(lab, count) },
    { name: 'exabgp', start: (count) => startExabgp(lab, count) },
  ]
}

async function startGobgp(lab, count) {
  const api = `unix://${lab.freshSocket('gobgp-speaker.sock')}`
  const config = lab.file('gobgp-speaker.toml')
  writeFileSync(
    config,
    `[global.config]\n  as = ${SPEAKER.asn}\n  router-id = "${SPEAKER.address}"\n  port = -1\n`,
  )
  const running = lab.start('speaker', 'gobgpd', [
    '-f',
    config,
    '-p',
    '--api-hosts',
    api,
    '--pprof-disable',
    '-l',
    'error',
  ])
  const gobgp = (...args) => lab.run('speaker', 'gobgp', '--target', api, ...args)
  await answers(() => gobgp('global'))
  const table = lab.file('table.mrt')
  writeMrt(table, count, FIRST, SPEAKER)
  // One route after the other through its client would take an hour.
  gobgp('mrt', 'inject', 'global', table)
  await answers(() => {
    const [, there] = /Destination: (\d+)/.exec(gobgp('global', 'rib', 'summary')) ?? []
    if (Number(there) < count) throw new Error(`gobgpd took ${there} of ${count} routes`)
  })
  gobgp('neighbor', 'add', RECEIVER.address, 'as', String(RECEIVER.asn))
  return running
}

async function startExabgp(lab, count) {
  const routes = Array.from({ length: count }, (_, i) => `    route ${address(i)}/32 next-hop self;`)
  const config = lab.file('exabgp.conf')
  writeFileSync(
    config,
    `neighbor ${RECEIVER.address} {
  router-id ${SPEAKER.address};
  local-address ${SPEAKER.address};
  local-as ${SPEAKER.asn};
  peer-as ${RECEIVER.asn};
  family { ipv4 unicast; }
  static {
${routes.join('\n')}
  }
}
`,
  )
  return lab.start('speaker', 'exabgp', [config], {
    env: {
      ...{ exabgp_daemon_user: 'root', exabgp_daemon_drop: 'false', exabgp_api_cli: 'false' },
      exabgp_log_level: 'ERR',
    },
  })
}

export async function answers(ask, deadlineMs = 30_000) {
  const end = Date.now() + deadlineMs
  for (;;) {
    try {
      return ask()
    } catch (error) {
      if (Date.now() > end) throw error
      await pause(20)
    }
  }
}
