// The speaker as a process: with few rights or none, its exit codes, its signals.

import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { bgpPeer, PEER_PROGRAMS } from '../support/bgp-peers/bgp-peers.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { type LabNode, SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import {
  bgpAdvertisement,
  bgpPeerObject,
  layer2Advertisement,
  pool,
  secret,
  service,
} from '../support/speaker-lab/speaker-objects.ts'
import { arpOwners } from '../support/speaker-lab/traffic.ts'

const NOBODY = 65534
const AS_NOBODY = ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups']
const ONLY_RAW = [...AS_NOBODY, '--inh-caps', '-all,+net_raw', '--ambient-caps', '-all,+net_raw']
const NOTHING = [...AS_NOBODY, '--inh-caps', '-all', '--ambient-caps', '-all']
const PASSWORD = 'correct-horse-battery'

describeInterop('the process of a speaker', [...PEER_PROGRAMS.bird, 'arping', 'setpriv', 'sysctl'], () => {
  let lab: SpeakerLab
  let node1: LabNode

  beforeAll(async () => {
    lab = await SpeakerLab.create(['node1'])
    node1 = lab.node('node1')
    chmodSync(lab.folder, 0o755)
    mkdirSync(node1.stateDirectory)
    node1.write([
      ...lab.nodeObjects(),
      pool('link', '192.0.2.100-192.0.2.199'),
      layer2Advertisement('link'),
      bgpAdvertisement('link'),
      bgpPeerObject('tor', {
        ...{ myASN: 64512, peerASN: 64500, peerAddress: lab.router.address4, connectTime: '1s' },
        passwordSecret: { name: 'tor' },
      }),
      secret('tor', PASSWORD),
      service('web', '192.0.2.100'),
    ])
    const { namespace, address4, address6 } = lab.router
    const bird = bgpPeer('bird', lab.net, namespace, {
      ...{ asn: 64_500, routerId: address4, address4, address6 },
      neighbours: [
        {
          ...{ neighbour: node1.host.address4, localAddress: address4, remoteAsn: 64_512, families: [4] },
          password: PASSWORD,
        },
      ],
    })
    await bird.start()
  })
  afterEach(async () => {
    await node1.stop()
    chownSync(node1.stateDirectory, 0, 0)
  })
  afterAll(() => lab?.destroy())

  const established = () =>
    node1.running.statusThat('the session is up', ({ peers }) =>
      peers.some(({ state }) => state === 'established'),
    )

  it('with CAP_NET_RAW alone everything works that is asked for here', async () => {
    chownSync(node1.stateDirectory, NOBODY, NOBODY)
    const speaker = await node1.spawn([], { prefix: ONLY_RAW }).started()
    const { limits } = await established()
    expect(limits).toEqual([])
    expect(await arpOwners(lab.net, lab.client, '192.0.2.100')).toEqual([node1.host.mac])
    expect((await speaker.stop()).code).toBe(143)
  })

  it('without any right BGP works, passwords too, and it says that layer 2 does not, and why', async () => {
    chownSync(node1.stateDirectory, NOBODY, NOBODY)
    const speaker = await node1.spawn([], { prefix: NOTHING }).started()
    const { limits } = await established()
    expect(limits).toEqual([expect.stringMatching(/^layer 2 \(ARP and neighbour discovery\): .*CAP_NET_RAW/)])
    expect(speaker.logged(({ level, caller }) => level === 'warn' && caller === 'layer2')).toMatchObject({
      error: expect.stringContaining('CAP_NET_RAW') as string,
    })
    expect(await arpOwners(lab.net, lab.client, '192.0.2.100')).toEqual([])
    const { stdout } = await lbctl(['speaker', 'status', '--state-dir', node1.stateDirectory])
    expect(stdout).toMatch(/Not possible here: layer 2 .*CAP_NET_RAW/)
    expect((await speaker.stop()).code).toBe(143)
  })

  it('without CAP_NET_RAW a peer without an address cannot be found, which it says once', async () => {
    chownSync(node1.stateDirectory, NOBODY, NOBODY)
    node1.write([bgpPeerObject('fabric', { myASN: 64512, peerASN: 64500, interface: 'eth0' })], 'fabric.yaml')
    const speaker = await node1.spawn([], { prefix: NOTHING }).started()
    const { limits, peers } = await speaker.statusThat(
      'both are told',
      (status) => status.limits.length === 2,
    )
    expect(limits[1]).toMatch(/^BGPPeers without an address, on eth0: .*CAP_NET_RAW/)
    expect(peers.find(({ name }) => name === 'fabric')?.state).toBe('no router seen')
    await established()
    for (const name of ['one', 'two']) {
      node1.write([service(name, '192.0.2.110')], 'more.yaml')
      await speaker.statusThat('the change is applied', ({ services }) =>
        services.some((one) => one.service === `shop/${name}`),
      )
    }
    expect(speaker.lines.filter(({ op }) => op === 'discover')).toHaveLength(1)
    for (const file of ['fabric.yaml', 'more.yaml']) rmSync(join(node1.directory, file))
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s: an orderly stop in less than two seconds', async (signal, code) => {
    const speaker = await node1.spawn(['--ml-bindaddr', node1.host.address4]).started()
    await established()
    const stopped = await speaker.stop(signal)
    expect(stopped).toMatchObject({ code, signal: null })
    // Two seconds is what is promised; a machine that does eight other things may take as long again.
    expect(stopped.tookMs).toBeLessThan(4000)
    console.info(`${signal}: stopped in ${stopped.tookMs.toFixed(0)} ms`)
    expect(speaker.stderr).toBe('')
  })

  it('a second signal ends it at once', async () => {
    const speaker = await node1.spawn(['--ml-bindaddr', node1.host.address4]).started()
    await established()
    speaker.signal('SIGTERM')
    speaker.signal('SIGINT')
    expect([130, 143]).toContain((await speaker.exited).code)
  })

  it('exit code 2 for files that are not valid, with and without --dry-run', async () => {
    const { directory } = node1
    node1.writeText(
      'kind: IPAddressPool\napiVersion: metallb.io/v1beta1\nmetadata: {name: x}\nspec: {addresses: [192.0.2.300/32]}\n',
      'bad.yaml',
    )
    for (const more of [[], ['--dry-run'], ['--dry-run', '-o', 'json']]) {
      const ended = await lbctl([
        'speaker',
        'run',
        '-f',
        directory,
        '--state-dir',
        node1.stateDirectory,
        '--metrics-addr',
        'none',
        ...more,
      ])
      expect(ended.code, ended.stderr).toBe(2)
      expect(ended.stdout + ended.stderr).toMatch(/bad\.yaml:4:\d+/)
    }
    rmSync(join(directory, 'bad.yaml'))
  })

  it('exit code 1 when a speaker of the same state directory runs, which goes on', async () => {
    const first = await node1.spawn().started()
    const second = node1.spawn()
    const exit = await second.exited
    expect(exit.code, second.output).toBe(1)
    expect(second.stderr).toContain('Another speaker is running')
    expect((await first.status()).node).toBe('node1')
    await first.stop()
  })

  it('exit code 1 when the port of the gossip is in use, and says which', async () => {
    const taken = createServer()
    await lab.net.inside(node1.host.namespace, async () => {
      taken.listen(7946, node1.host.address4)
      await once(taken, 'listening')
    })
    try {
      const speaker = node1.spawn(['--ml-bindaddr', node1.host.address4])
      expect((await speaker.exited).code, speaker.output).toBe(1)
      expect(speaker.stderr).toMatch(/7946/)
    } finally {
      taken.close()
    }
    await eventually('the port is free', () => !taken.listening || undefined)
  })
})
