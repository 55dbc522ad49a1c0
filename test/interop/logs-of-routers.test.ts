// `lbctl diagnose logs` and what the daemons of routers really write: BIRD, GoBGP, ExaBGP and OpenBGPD, each with all its faults at
// once, one in each pair of namespaces.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LogScanner } from '../../src/diagnose/logs/log-scanner.ts'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer, PEER_PROGRAMS } from '../support/bgp-peers/bgp-peers.ts'
import { cable, type Host } from '../support/bgp-peers/hosts.ts'
import type { NeighbourConfig, PeerKind } from '../support/bgp-peers/peer-config.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { RouterProcess } from '../support/router-run.ts'

const DEADLINE_MS = 60_000

interface Fault {
  /** of the other side; undefined: nobody is there */
  readonly router?: readonly string[]
  readonly neighbour?: Partial<NeighbourConfig>
  /** before anything starts */
  readonly prepare?: (lab: NetLab, own: Host, other: Host) => void
  /** while the session is up */
  readonly strike?: (lab: NetLab, own: Host, other: Host, router: RouterProcess | undefined) => unknown
}

const FAULTS = {
  refused: {},
  'wrong AS, there': { router: ['--fault', 'wrong-as'] },
  'wrong AS, here': { router: ['--asn', '64999'] },
  'not a neighbour': { router: ['--neighbor', '192.0.2.99'] },
  reset: { router: ['--fault', 'reset-after-open'] },
  'limit of prefixes, there': { router: ['--fault', 'max-prefix'] },
  'limit of prefixes, here': {
    router: ['203.0.113.1/32', '203.0.113.2/32'].flatMap((prefix) => ['--announce', prefix]),
    neighbour: { maximumPrefixes: 1 },
  },
  'hold timer, there': { router: ['--fault', 'hold-expiry'], neighbour: { holdTimeSeconds: 3 } },
  'hold timer, here': {
    router: [],
    neighbour: { holdTimeSeconds: 3 },
    strike: (lab, _, other) => lab.ip(other.namespace, `link set ${other.link} down`),
  },
  'shut down': { router: [], strike: (_lab, _own, _other, router) => router?.stop() },
  'a malformed OPEN': { router: ['--fault', 'malformed'] },
  'no route': {
    prepare: (lab, own) => {
      lab.ip(own.namespace, `addr del ${own.address4}/24 dev eth0`)
      lab.ip(own.namespace, `addr add ${own.address4}/32 dev eth0`)
    },
  },
  'nobody answers ARP': {
    prepare: (lab, _, other) => lab.ip(other.namespace, `addr del ${other.address4}/24 dev eth0`),
  },
  'one that is not known connects': {
    router: [],
    strike: async (lab, own, other) => {
      lab.ip(other.namespace, 'addr add 192.0.2.9/24 dev eth0')
      await lab.start(other.namespace, process.execPath, '-e', connectFrom('192.0.2.9', own.address4))
    },
  },
} satisfies Readonly<Record<string, Fault>>

type Expected = Readonly<Partial<Record<keyof typeof FAULTS, readonly [signature: string, code: string]>>>

const UNKNOWN = ['router-unknown-neighbour', 'F36'] as const
const NO_ROUTE = ['router-no-route', 'F39'] as const
const CLOSED = ['router-connection-closed', 'F36'] as const
const LIMIT = ['router-prefix-limit', 'F44'] as const
const SILENT = ['bgp-notification-4-0', 'F41'] as const
const SHUT = ['bgp-notification-6-2', 'F36'] as const
const WRONG_AS = ['bgp-notification-2-2', 'F37'] as const
const SWALLOWED = ['router-refused-while-opening', 'F36'] as const

const EXPECTED: Readonly<Record<'bird' | 'gobgpd' | 'exabgp' | 'openbgpd', Expected>> = {
  bird: {
    refused: ['router-connection-refused', 'F36'],
    'wrong AS, there': WRONG_AS,
    'wrong AS, here': WRONG_AS,
    'not a neighbour': ['bgp-notification-6-5', 'F36'],
    reset: CLOSED,
    'limit of prefixes, there': ['bgp-notification-6-1', 'F44'],
    'limit of prefixes, here': LIMIT,
    'hold timer, there': SILENT,
    // It follows the link, and is faster than its timer.
    'hold timer, here': NO_ROUTE,
    'shut down': SHUT,
    'a malformed OPEN': ['bgp-notification-2-0', 'F43'],
    'no route': NO_ROUTE,
    'nobody answers ARP': NO_ROUTE,
    'one that is not known connects': UNKNOWN,
  },
  gobgpd: {
    refused: ['router-connection-refused', 'F36'],
    'wrong AS, there': SWALLOWED,
    'wrong AS, here': ['router-wrong-asn', 'F37'],
    'not a neighbour': SWALLOWED,
    reset: CLOSED,
    'limit of prefixes, there': SWALLOWED,
    'limit of prefixes, here': LIMIT,
    'hold timer, there': SILENT,
    'hold timer, here': SILENT,
    'shut down': SHUT,
    'a malformed OPEN': ['router-malformed-message', 'F43'],
    'no route': NO_ROUTE,
    'nobody answers ARP': NO_ROUTE,
    'one that is not known connects': UNKNOWN,
  },
  // It has no limits, and does not say why a connection fails.
  exabgp: {
    refused: ['router-connection-failed', 'F36'],
    'wrong AS, there': WRONG_AS,
    'wrong AS, here': WRONG_AS,
    'not a neighbour': ['bgp-notification-6-5', 'F36'],
    reset: CLOSED,
    'limit of prefixes, there': ['bgp-notification-6-1', 'F44'],
    'hold timer, there': SILENT,
    'hold timer, here': SILENT,
    'one that is not known connects': UNKNOWN,
  },
  openbgpd: {
    refused: ['router-connection-refused', 'F36'],
    'wrong AS, there': WRONG_AS,
    'wrong AS, here': ['router-wrong-asn', 'F37'],
    'not a neighbour': ['bgp-notification-6-5', 'F36'],
    reset: CLOSED,
    'limit of prefixes, there': ['bgp-notification-6-1', 'F44'],
    'limit of prefixes, here': LIMIT,
    'hold timer, there': SILENT,
    'hold timer, here': SILENT,
    'shut down': SHUT,
    'a malformed OPEN': ['router-malformed-message', 'F43'],
    'no route': NO_ROUTE,
    'nobody answers ARP': NO_ROUTE,
    'one that is not known connects': UNKNOWN,
  },
}

function incidentsOf(log: string) {
  const scanner = new LogScanner({ year: 2026 })
  scanner.push(new TextEncoder().encode(log))
  return scanner.finish().incidents
}

describeInterop('the log of a router', Object.values(PEER_PROGRAMS).flat(), () => {
  let lab: NetLab
  beforeAll(async () => {
    lab = await NetLab.create()
  })
  afterAll(() => lab.destroy())

  let starting: Promise<unknown> = Promise.resolve()
  /** One after another: a dozen at once would be too much for a busy machine. */
  function startRouter(words: readonly string[], namespace: string): Promise<RouterProcess> {
    const started = starting.then(() => RouterProcess.start(words, namespace))
    starting = started.catch(() => undefined)
    return started
  }

  /** The log as soon as it has the line that is waited for. */
  async function logWith(kind: PeerKind, name: keyof typeof FAULTS, signature: string): Promise<string> {
    const fault: Fault = FAULTS[name]
    const [own, other] = cable(lab)
    fault.prepare?.(lab, own, other)
    const listen = ['--listen', `${other.address4}:179`, '--asn', '64513']
    const args = fault.router?.includes('--asn') === true ? listen.slice(0, 2) : listen
    const words = fault.router && [...args, ...fault.router]
    const router = words && (await startRouter(words, other.namespace))
    const daemon = bgpPeer(kind, lab, own.namespace, configOf(own, other, fault))
    try {
      await daemon.start()
      if (fault.strike !== undefined) {
        await daemon.established()
        expect(complaints(daemon)).toEqual([])
        await fault.strike(lab, own, other, router)
      }
      const found = () => incidentsOf(daemon.logs()).some((each) => each.signature === signature)
      await eventually(`${name}: ${signature}`, () => found() || undefined, DEADLINE_MS).catch(
        (error: Error) => {
          throw new Error(`${error.message}\n${complaints(daemon).join('\n')}\n${daemon.logs().slice(-3000)}`)
        },
      )
      return daemon.logs()
    } finally {
      router?.kill()
      await daemon.kill()
    }
  }

  it.each(Object.entries(EXPECTED))('%s', { timeout: 240_000 }, async (kind, expected) => {
    const cases = Object.entries(expected) as [keyof typeof FAULTS, readonly [string, string]][]
    const logs = await Promise.all(
      cases.map(([name, [signature]]) => logWith(kind as PeerKind, name, signature)),
    )
    for (const [index, [name, [signature, code]]] of cases.entries()) {
      const found = incidentsOf(logs[index] ?? '').find((each) => each.signature === signature)
      expect([name, found?.code, found?.component]).toEqual([name, code, kind])
    }
    // All of them in one, by the command.
    const { stdout, code } = await lbctl(['diagnose', 'logs', '-', '-o', 'json'], { stdin: logs.join('\n') })
    const { incidents } = JSON.parse(stdout) as { incidents: { signature: string; meaning: string | null }[] }
    const known = incidents.filter(({ meaning }) => meaning !== null).map(({ signature }) => signature)
    expect(known).toEqual(expect.arrayContaining(cases.map(([, [signature]]) => signature)))
    expect(incidents.filter(({ meaning }) => meaning === null)).toEqual([])
    expect(code).toBe(1)
  })
})

const complaints = (daemon: BgpPeerDaemon): string[] =>
  incidentsOf(daemon.logs())
    .filter(({ severity }) => severity !== 'info')
    .map(({ signature, example }) => `${signature}: ${example}`)

const configOf = (own: Host, other: Host, fault: Fault) => ({
  ...{ asn: 64512, routerId: own.address4, address4: own.address4, address6: own.address6 },
  announce: ['198.51.100.1/32', '198.51.100.2/32'],
  neighbours: [
    {
      ...{ neighbour: other.address4, localAddress: own.address4, remoteAsn: 64513, families: [4 as const] },
      ...fault.neighbour,
    },
  ],
})

/** A program that connects, says nothing and goes after a second: not every daemon closes a connection that it does not want. */
const connectFrom = (localAddress: string, host: string): string =>
  `const socket = require('net').connect(${JSON.stringify({ host, port: 179, localAddress })})
   socket.on('error', () => {}).setTimeout(1000, () => socket.destroy())`
