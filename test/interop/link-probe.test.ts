// `controller run --probe-before-assign` with speakers on a segment where a host has addresses of the pool already.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RunningController } from '../support/controller-lab/running-controller.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { ClusterOfLab, type Live } from '../support/speaker-lab/cluster-of-lab.ts'
import { DEADLINE_MS } from '../support/speaker-lab/running-speaker.ts'
import { type LabHost, SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import {
  bgpAdvertisement,
  endpointSlice,
  layer2Advertisement,
  pool,
} from '../support/speaker-lab/speaker-objects.ts'
import { arpOwners } from '../support/speaker-lab/traffic.ts'

const PORT = 7475
const TEST_MS = 120_000
const SERVICES = '/api/v1/namespaces/shop/services'

/** A Pod of our own DaemonSet, as far as the controller looks at it. */
const speakerPod = (node: string, podIP: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `lbctl-speaker-${node}`,
    namespace: 'metallb-system',
    labels: { 'app.kubernetes.io/name': 'lbctl', 'app.kubernetes.io/component': 'speaker' },
  },
  spec: {
    nodeName: node,
    hostNetwork: true,
    containers: [
      {
        name: 'speaker',
        image: 'lbctl',
        ports: [{ name: 'link-probe', containerPort: PORT, protocol: 'TCP' }],
      },
    ],
  },
  status: { phase: 'Running', podIP },
})

const wanted = (
  name: string,
  ipFamilies: readonly ('IPv4' | 'IPv6')[] = ['IPv4'],
  annotations: Readonly<Record<string, string>> = {},
) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', annotations },
  spec: {
    type: 'LoadBalancer',
    ipFamilyPolicy: ipFamilies.length === 2 ? 'RequireDualStack' : 'SingleStack',
    ipFamilies,
    ports: [{ port: 80, protocol: 'TCP' }],
  },
})

describeInterop(
  'addresses are asked for on the link before a Service gets them',
  ['arping', 'sysctl'],
  () => {
    let lab: SpeakerLab
    let cluster: ClusterOfLab
    let squatter: LabHost
    let controller: RunningController

    beforeAll(async () => {
      lab = await SpeakerLab.create(['node1', 'node2'])
      cluster = await ClusterOfLab.start(lab)
      squatter = lab.host('squatter', 70)
      lab.net.ip(squatter.namespace, 'addr add 192.0.2.100/32 dev eth0')
      lab.net.ip(squatter.namespace, 'addr add 2001:db8::100/128 dev eth0')
      cluster.apply(
        ...lab.nodeObjects(),
        pool('lan', '192.0.2.100-192.0.2.104', '2001:db8::100-2001:db8::102'),
        pool('routed', '198.51.100.0/28'),
        layer2Advertisement('lan', { ipAddressPools: ['lan'] }),
        bgpAdvertisement('routed', { ipAddressPools: ['routed'] }),
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'memberlist', namespace: 'metallb-system' },
          data: { secretkey: Buffer.from('a key of the lab, long').toString('base64') },
        },
      )
      await Promise.all(
        lab.nodes.map((node) =>
          cluster.spawn(node, ['--probe-listen', `${node.host.address4}:${PORT}`]).started(),
        ),
      )
      await lab.allMembers()
      const host = lab.host('controller', 61)
      const kubeconfig = join(lab.folder, 'kubeconfig-of-admin')
      writeFileSync(kubeconfig, cluster.server.kubeconfig('admin'))
      controller = new RunningController(
        ['--kubeconfig', kubeconfig, '-n', 'metallb-system', '--probe-before-assign'],
        ['ip', 'netns', 'exec', host.namespace],
      )
      await controller.until('leading')
    }, TEST_MS)
    afterAll(async () => {
      await controller?.end()
      await lab?.destroy()
      await cluster?.kill()
    })

    const addressesOf = ({ status }: Live): readonly string[] => {
      const { ingress = [] } = (status?.['loadBalancer'] ?? {}) as { ingress?: readonly { ip: string }[] }
      return ingress.map(({ ip }) => ip)
    }
    const assigned = (name: string): Promise<readonly string[]> =>
      eventually(
        `${name} has an address; ${JSON.stringify(controller.lines.slice(-5))}`,
        async () => {
          const addresses = addressesOf(await cluster.request('GET', `${SERVICES}/${name}`))
          return addresses.length > 0 ? addresses : undefined
        },
        DEADLINE_MS,
      )
    const event = (service: string, reason: string): Promise<string> =>
      eventually(
        `the event ${reason} of ${service}`,
        async () => {
          const events = (await cluster.list('/api/v1/namespaces/shop/events')) as readonly (Live & {
            readonly reason?: string
            readonly message?: string
            readonly involvedObject?: { readonly name: string }
          })[]
          return events.find((each) => each.reason === reason && each.involvedObject?.name === service)
            ?.message
        },
        DEADLINE_MS,
      )
    const create = async (...args: Parameters<typeof wanted>): Promise<readonly string[]> => {
      await cluster.request('POST', SERVICES, wanted(...args))
      return assigned(args[0])
    }
    const remove = async (name: string): Promise<void> => {
      await cluster.request('DELETE', `${SERVICES}/${name}`)
    }

    it(
      'while no speaker listens they are handed out all the same, and the event says so',
      async () => {
        expect(await create('early')).toEqual(['192.0.2.100'])
        expect(await event('early', 'AddressNotProbed')).toBe(
          '192.0.2.100 handed out without a probe on the link: no speaker listens for such questions',
        )
        await remove('early')
        cluster.apply(...lab.nodes.map(({ name, host }) => speakerPod(name, host.address4)))
        await eventually(
          'the list of speakers is read anew',
          async () => {
            await create('try')
            const [first] = await assigned('try')
            await remove('try')
            return first === '192.0.2.101' || undefined
          },
          DEADLINE_MS,
        )
      },
      TEST_MS,
    )

    it(
      'an address that a host has is passed over, and the event names its hardware address; of both families',
      async () => {
        expect(await create('web', ['IPv4', 'IPv6'])).toEqual(['192.0.2.101', '2001:db8::101'])
        expect(await event('web', 'AddressInUse')).toBe(
          `"2001:db8::100" of pool "lan" is passed over: ${squatter.mac} answers for it on the link`,
        )
        expect(
          controller.lines.some(({ message }) => String(message).includes(`"192.0.2.100" of pool "lan"`)),
        ).toBe(true)
      },
      TEST_MS,
    )

    it(
      'what a speaker of ours has just given up is not taken for somebody else’s',
      async () => {
        cluster.apply(endpointSlice('web', 'node1', 'node2'))
        await eventually(
          'a speaker answers for it',
          async () => (await arpOwners(lab.net, lab.client, '192.0.2.101')).length === 1 || undefined,
          DEADLINE_MS,
        )
        await remove('web')
        expect(await create('next')).toEqual(['192.0.2.101'])
        const told = controller.lines.filter(
          ({ reason, message }) => reason === 'AddressInUse' && String(message).includes('192.0.2.101'),
        )
        expect(told).toEqual([])
      },
      TEST_MS,
    )

    it(
      'an address of a node is in use, and the event names the node',
      async () => {
        const { host } = lab.node('node1')
        lab.net.ip(host.namespace, 'addr add 192.0.2.102/32 dev eth0')
        await cluster.request('POST', SERVICES, wanted('last'))
        expect(await event('last', 'AddressInUse')).toBe(
          `"192.0.2.102" of pool "lan" is passed over: ${host.mac} (node node1) answers for it on the link`,
        )
        expect(await assigned('last')).toEqual(['192.0.2.103'])
        // A pool that nobody announces by layer 2 is on no link.
        const wish = { 'metallb.io/address-pool': 'routed' }
        expect(await create('routed', ['IPv4'], wish)).toEqual(['198.51.100.0'])
        await event('routed', 'IPAllocated')
        const told = controller.lines.filter(
          ({ reason, service }) => reason === 'AddressNotProbed' && service === 'shop/routed',
        )
        expect(told).toEqual([])
        await remove('last')
      },
      TEST_MS,
    )

    it('a speaker sends nothing for whoever has no key', async () => {
      const { host } = lab.node('node1')
      const status = await lab.net.inside(lab.client.namespace, async () => {
        const response = await fetch(`http://${host.address4}:${PORT}/v1/link-probe`, {
          method: 'POST',
          body: JSON.stringify({ addresses: ['192.0.2.101'] }),
          headers: { connection: 'close' },
        })
        return response.status
      })
      expect(status).toBe(401)
    })

    it(
      'speakers that stop answering hold nobody up for long',
      async () => {
        for (const { name } of lab.nodes)
          await cluster.request('DELETE', `/api/v1/namespaces/metallb-system/pods/lbctl-speaker-${name}`)
        await Promise.all(lab.nodes.map((node) => node.stop()))
        // The controller still knows the list, and has never asked for this address.
        const wish = { 'metallb.io/loadBalancerIPs': '192.0.2.104' }
        expect(await create('afterwards', ['IPv4'], wish)).toEqual(['192.0.2.104'])
        expect(await event('afterwards', 'AddressNotProbed')).toContain('192.0.2.104')
      },
      TEST_MS,
    )
  },
)
