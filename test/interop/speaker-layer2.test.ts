// `lbctl speaker run` on three nodes of one segment, and a client that asks with its own kernel: ARP, neighbour discovery, TCP.
import type { Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { DEADLINE_MS } from '../support/speaker-lab/running-speaker.ts'
import { SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import {
  endpointSlice,
  type KubernetesObject,
  layer2Advertisement,
  pool,
  service,
} from '../support/speaker-lab/speaker-objects.ts'
import { arpOwners, connectTo, nameServer, neighbourOf, OwnerWatch } from '../support/speaker-lab/traffic.ts'

const PORT = 8080
const MANY = Array.from({ length: 12 }, (_, i) => `192.0.2.${100 + i}`)
const ADDRESS6 = '2001:db8::100'
const DUAL = ['192.0.2.120', '2001:db8::120'] as const
const SHARED = '192.0.2.121'

describeInterop('the speaker on a link', ['arping', 'sysctl'], () => {
  let lab: SpeakerLab
  const servers: Server[] = []

  const base = (): KubernetesObject[] => [
    ...lab.nodeObjects(),
    pool('link', '192.0.2.100-192.0.2.199', '2001:db8::100-2001:db8::1ff'),
    layer2Advertisement('link'),
  ]
  const services = [
    ...MANY.map((address, i) => service(`many${i}`, address)),
    service('six', ADDRESS6),
    service('dual', DUAL),
    service('http', SHARED, { sharing: 'web', port: 80 }),
    service('https', SHARED, { sharing: 'web', port: 443 }),
    service('local', '192.0.2.130', { policy: 'Local' }),
    endpointSlice('local', 'node2'),
  ]

  /** Name of the one node that announces it, when all say the same. */
  const ownerOf = (name: string): Promise<string> =>
    eventually(
      `all nodes agree on the owner of ${name}`,
      async () => {
        const owners = await lab.owners(`shop/${name}`)
        return owners.length === 1 ? owners[0] : undefined
      },
      DEADLINE_MS,
    )

  beforeAll(async () => {
    lab = await SpeakerLab.create()
    lab.write([...base(), ...services])
    // As kube-proxy does: the addresses are local to every node, and no node tells of its own about them.
    for (const { name, host } of lab.nodes) {
      for (const scope of ['all', 'eth0']) {
        lab.net.run(host.namespace, 'sysctl', '-qw', `net.ipv4.conf.${scope}.arp_ignore=1`)
        lab.net.run(host.namespace, 'sysctl', '-qw', `net.ipv4.conf.${scope}.arp_announce=2`)
      }
      for (const address of [...MANY, DUAL[0], SHARED, '192.0.2.130'])
        lab.net.ip(host.namespace, `addr add ${address}/32 dev lo`)
      for (const address of [ADDRESS6, DUAL[1]]) lab.net.ip(host.namespace, `addr add ${address}/128 dev lo`)
      servers.push(await nameServer(lab.net, host, PORT, name))
    }
    await lab.startAll()
  })
  afterAll(async () => {
    for (const server of servers) server.close()
    await lab?.destroy()
  })

  it('has one owner for each address, and the client reaches that node over TCP', async () => {
    const found: string[] = []
    for (const [i, address] of MANY.entries()) {
      const owner = await ownerOf(`many${i}`)
      found.push(owner)
      expect(await arpOwners(lab.net, lab.client, address), address).toEqual([lab.node(owner).host.mac])
      expect(await connectTo(lab.net, lab.client, address, PORT), address).toBe(owner)
      expect(neighbourOf(lab.net, lab.client, address), address).toBe(lab.node(owner).host.mac)
    }
    // By a hash that does not vary: with these names and addresses every node has some.
    expect(new Set(found)).toEqual(new Set(['node1', 'node2', 'node3']))
  })

  it('tells on every node who the owner is, in the same words', async () => {
    for (const [i, address] of MANY.slice(0, 4).entries()) {
      const owner = await ownerOf(`many${i}`)
      for (const { running } of lab.nodes) {
        const [why] = await running.why(address)
        expect(why?.succession[0]).toBe(owner)
        expect(why?.nodes.filter(({ layer2 }) => layer2.announces).map(({ node }) => node)).toEqual([owner])
      }
    }
  })

  it('has one owner for an IPv6 address, found by neighbour discovery', async () => {
    const owner = await ownerOf('six')
    expect(await connectTo(lab.net, lab.client, ADDRESS6, PORT)).toBe(owner)
    expect(neighbourOf(lab.net, lab.client, ADDRESS6)).toBe(lab.node(owner).host.mac)
    const { output } = await lab.net.start(
      lab.client.namespace,
      'ndisc6',
      '-m',
      '-r',
      '1',
      '-w',
      '400',
      ADDRESS6,
      'eth0',
    )
    expect(output.toLowerCase().match(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g)).toEqual([lab.node(owner).host.mac])
  })

  it('announces both addresses of a Service with two families from one node', async () => {
    const owner = await ownerOf('dual')
    for (const address of DUAL) expect(await connectTo(lab.net, lab.client, address, PORT)).toBe(owner)
  })

  it('announces an address that two Services share from one node, and keeps it while one of them needs it', async () => {
    const owner = await ownerOf('http')
    expect(await ownerOf('https')).toBe(owner)
    lab.write([...base(), ...services.filter(({ metadata }) => metadata.name !== 'http')])
    for (const { running } of lab.nodes)
      await running.statusThat('http is gone', (status) =>
        status.services.every((one) => one.service !== 'shop/http'),
      )
    expect(await ownerOf('https')).toBe(owner)
    expect(await arpOwners(lab.net, lab.client, SHARED)).toEqual([lab.node(owner).host.mac])
    lab.write([...base(), ...services])
    for (const { running } of lab.nodes)
      await running.statusThat('http is back', (status) =>
        status.services.some((one) => one.service === 'shop/http'),
      )
  })

  it('follows the endpoints of a Service with the policy Local', async () => {
    expect(await ownerOf('local')).toBe('node2')
    const others = services.filter(({ kind }) => kind !== 'EndpointSlice')
    lab.write([...base(), ...others, endpointSlice('local', 'node3')])
    await eventually(
      'node3 has it',
      async () => (await ownerOf('local')) === 'node3' || undefined,
      DEADLINE_MS,
    )
    expect(await arpOwners(lab.net, lab.client, '192.0.2.130')).toEqual([lab.node('node3').host.mac])
    const [why] = await lab.node('node1').running.why('192.0.2.130')
    expect(why?.nodes.find(({ node }) => node === 'node1')?.layer2).toMatchObject({
      announces: false,
      why: 'no endpoint that can serve is on this node',
    })
    lab.write([...base(), ...services])
  })

  it('is what speaker status and diagnose arp say, as a user types them', async () => {
    const owner = await ownerOf('many0')
    const at = ['--state-dir', lab.node(owner).stateDirectory]
    const status = await lbctl(['speaker', 'status', ...at])
    expect(status.stderr).toBe('')
    expect(status.stdout).toMatch(new RegExp(`^shop/many0 +${MANY[0]} +here, all interfaces`, 'm'))
    const why = await lbctl(['speaker', 'status', '--why', MANY[0]!, ...at])
    expect(why.stdout).toMatch(new RegExp(`^${owner} \\(this one\\) +announces`, 'm'))
    const watch = new OwnerWatch(lab.net, lab.client, MANY[0]!, ['--interval', '20ms'])
    await watch.begun()
    const summary = await watch.stop()
    expect(summary.severalAtOnce).toBe(false)
    expect(summary.owners.map(({ mac }) => lab.nameOf(mac))).toEqual([owner])
  })

  it('tells of another host that claims an address, with its hardware address', async () => {
    const owner = await ownerOf('many1')
    const { running } = lab.node(owner)
    const rogue = lab.host('rogue', 66)
    lab.net.ip(rogue.namespace, `addr add ${MANY[1]}/32 dev eth0`)
    await eventually('the other host was heard', async () => {
      await lab.net.start(
        rogue.namespace,
        'arping',
        '-c',
        '1',
        '-w',
        '0.3',
        '-i',
        'eth0',
        '-S',
        MANY[1]!,
        '-U',
        MANY[1]!,
      )
      const { conflicts } = await running.status()
      return conflicts.find(({ address }) => address === MANY[1])
    })
    expect((await running.status()).conflicts).toMatchObject([
      { address: MANY[1], interface: 'eth0', mac: rogue.mac },
    ])
    expect(running.logged(({ event, ip }) => event === 'addressConflict' && ip === MANY[1])).toMatchObject({
      level: 'warn',
      ip: MANY[1],
      mac: rogue.mac,
    })
    const metrics = await lab.node(owner).metrics()
    expect(metrics).toMatch(/^lbctl_layer2_conflicts_total\{[^}]*\} [1-9]/m)
    // The others hold other addresses, and nothing of theirs was claimed.
    for (const one of lab.nodes)
      if (one.name !== owner) expect((await one.running.status()).conflicts).toEqual([])
  })
})
