// `lbctl diagnose logs` and what real daemons write: bgpd of FRR and our own speaker, with routers that have faults.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LogScanner } from '../../src/diagnose/logs/log-scanner.ts'
import { bgpPeer, PEER_PROGRAMS } from '../support/bgp-peers/bgp-peers.ts'
import { cable } from '../support/bgp-peers/hosts.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { RouterProcess } from '../support/router-run.ts'
import { SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import { bgpAdvertisement, bgpPeerObject, pool, service } from '../support/speaker-lab/speaker-objects.ts'

const DEADLINE_MS = 45_000

interface Found {
  readonly signature: string
  readonly code?: string
  readonly severity: string
  readonly example: string
  readonly next: readonly string[]
}

function signatures(log: string): string[] {
  const scanner = new LogScanner({ year: 2026 })
  scanner.push(new TextEncoder().encode(log))
  return scanner.finish().incidents.map(({ signature }) => signature)
}

/** What the command tells of the log, as soon as the daemon has written such a line. */
async function diagnosed(log: () => string, signature: string): Promise<readonly Found[]> {
  await eventually(
    `a line that is ${signature}`,
    () => signatures(log()).includes(signature) || undefined,
    DEADLINE_MS,
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${signatures(log()).join('\n')}\n${log().slice(-4000)}`)
  })
  const { stdout } = await lbctl(['diagnose', 'logs', '-', '-o', 'json'], { stdin: log() })
  return (JSON.parse(stdout) as { incidents: readonly Found[] }).incidents
}

const find = (incidents: readonly Found[], signature: string): Found | undefined =>
  incidents.find((one) => one.signature === signature)

describeInterop('the log of frr', PEER_PROGRAMS.frr, () => {
  let lab: NetLab
  beforeAll(async () => {
    lab = await NetLab.create()
  })
  afterAll(() => lab.destroy())

  it.each<[name: string, router: readonly string[] | undefined, signature: string, code: string]>([
    ['no router', undefined, 'frr-connection-refused', 'F36'],
    ['another AS number', ['--fault', 'wrong-as'], 'bgp-notification-2-2', 'F37'],
    ['a neighbour that is not known', ['--neighbor', '192.0.2.99'], 'bgp-notification-6-5', 'F36'],
    ['a connection that is reset', ['--fault', 'reset-after-open'], 'frr-closed-after-connect', 'F36'],
    ['too many prefixes', ['--fault', 'max-prefix'], 'bgp-notification-6-1', 'F44'],
    ['a router that says nothing', ['--fault', 'silent'], 'bgp-notification-4-0', 'F41'],
    ['a router that is shut down', [], 'bgp-notification-6-2', 'F36'],
  ])('%s', async (_, args, signature, code) => {
    const [own, other] = cable(lab)
    const router =
      args === undefined
        ? undefined
        : await RouterProcess.start(['--listen', `${other.address4}:179`, ...args], other.namespace)
    const frr = bgpPeer('frr', lab, own.namespace, {
      ...{ asn: 64513, routerId: own.address4, address4: own.address4, address6: own.address6 },
      announce: ['198.51.100.1/32', '198.51.100.2/32'],
      neighbours: [
        {
          ...{ neighbour: other.address4, localAddress: own.address4, remoteAsn: 64512, families: [4, 6] },
          // Short where silence is the fault; elsewhere a busy machine must not look like it.
          ...(args?.includes('silent') === true ? { holdTimeSeconds: 3 } : {}),
        },
      ],
    })
    try {
      await frr.start()
      if (args?.length === 0) {
        await frr.established()
        const well = await diagnosed(() => frr.logs(), 'frr-adjacency-up')
        expect(well.filter(({ severity }) => severity !== 'info')).toEqual([])
        await router?.stop()
      }
      const incidents = await diagnosed(() => frr.logs(), signature)
      const found = find(incidents, signature)
      expect(found?.code).toBe(code)
      expect(found?.next.join('\n')).not.toContain('ROUTER')
      // Nothing that only a start looks like.
      if (args !== undefined && args.length > 0)
        expect(find(incidents, 'frr-connection-refused')).toBeUndefined()
      expect(find(incidents, 'frr-no-path')).toBeUndefined()
    } finally {
      router?.kill()
      await frr.kill()
    }
  })
})

describeInterop('the log of the speaker', ['sysctl'], () => {
  let lab: SpeakerLab
  beforeAll(async () => {
    lab = await SpeakerLab.create(['json', 'pretty'])
    lab.write([
      ...lab.nodeObjects(),
      ...[pool('far', '198.51.100.0/24'), bgpAdvertisement('all'), service('web', '198.51.100.1')],
      bgpPeerObject('tor', {
        ...{ myASN: 64513, peerASN: 64512, peerAddress: '192.0.2.1', connectTime: '1s' },
      }),
    ])
  })
  afterAll(() => lab?.destroy())

  it.each<[name: string, router: readonly string[] | undefined, signature: string, code: string]>([
    ['no router', undefined, 'bgp-connection-refused', 'F36'],
    ['a password on one side', ['--fault', 'md5'], 'bgp-connect-timeout', 'F34'],
    ['another AS number', ['--fault', 'wrong-as'], 'bgp-notification-2-2', 'F37'],
    ['a connection that is reset', ['--fault', 'reset-after-open'], 'bgp-closed-after-connect', 'F36'],
  ])('%s', async (_, args, signature, code) => {
    const router =
      args === undefined
        ? undefined
        : await RouterProcess.start(['--listen', '192.0.2.1:179', ...args], lab.router.namespace)
    try {
      for (const node of lab.nodes)
        node.spawn(['--ml-bindaddr', node.host.address4, '--log-format', node.name])
      for (const { running } of lab.nodes) {
        const found = find(await diagnosed(() => running.stdout, signature), signature)
        expect(found?.code).toBe(code)
        expect(found?.next.join('\n')).not.toContain('ROUTER')
        expect(found?.example).toContain('192.0.2.1:179')
      }
    } finally {
      for (const node of lab.nodes) await node.stop()
      router?.kill()
    }
  })
})
