// Which node announces where: node selectors, interface selectors, the label that excludes a node, interfaces that are left out by name.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { DEADLINE_MS } from '../support/speaker-lab/running-speaker.ts'
import { type LabHost, SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import { layer2Advertisement, pool, service } from '../support/speaker-lab/speaker-objects.ts'
import { arpOwners } from '../support/speaker-lab/traffic.ts'

const RACK = '192.0.2.100'
const ON_ETH1 = '192.0.2.110'
const ANYWHERE = '192.0.2.120'
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'

describeInterop('where a speaker announces', ['arping', 'sysctl'], () => {
  let lab: SpeakerLab
  /** on the second card of node1 */
  let second: LabHost
  /** on a card of node1 whose name is excluded by default */
  let excluded: LabHost

  const write = (excludedNodes: readonly string[]) =>
    lab.write([
      ...lab.nodeObjects(
        Object.fromEntries(
          lab.nodes.map(({ name }) => [
            name,
            {
              rack: name === 'node2' ? 'a' : 'b',
              ...(excludedNodes.includes(name) ? { [EXCLUDED]: '' } : {}),
            },
          ]),
        ),
      ),
      pool('rack', `${RACK}/32`),
      pool('card', `${ON_ETH1}/32`),
      pool('any', `${ANYWHERE}/32`),
      layer2Advertisement('rack', {
        ipAddressPools: ['rack'],
        nodeSelectors: [{ matchLabels: { rack: 'a' } }],
      }),
      layer2Advertisement('card', {
        ...{ ipAddressPools: ['card'], interfaces: ['eth1'] },
        nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'node1' } }],
      }),
      layer2Advertisement('any', { ipAddressPools: ['any'] }),
      service('rack', RACK),
      service('card', ON_ETH1),
      service('any', ANYWHERE),
    ])

  /** A client of its own at another card of node1. */
  function behind(card: string, number: number): LabHost {
    const { net } = lab
    const namespace = net.namespace()
    net.connect([lab.node('node1').host.namespace, card], [namespace, 'eth0'])
    net.ip(namespace, `addr add 192.0.2.${number}/24 dev eth0`)
    const [link] = net.ipJson<{ address: string }[]>(
      lab.node('node1').host.namespace,
      `link show dev ${card}`,
    )
    const address4 = `192.0.2.${number}`
    return {
      namespace,
      link: 'eth0',
      address4,
      address6: '',
      linkLocal: '',
      mac: link?.address ?? '',
      port: '',
    }
  }

  const ownersBecome = (name: string, owners: readonly string[]) =>
    eventually(
      `${name} is announced by ${owners.join(' ')}`,
      async () => String(await lab.owners(`shop/${name}`)) === String(owners) || undefined,
      DEADLINE_MS,
    )

  beforeAll(async () => {
    lab = await SpeakerLab.create()
    second = behind('eth1', 60)
    excluded = behind('veth7', 61)
    write([])
    await lab.startAll()
  })
  afterAll(() => lab?.destroy())

  it('is announced by nodes that a node selector selects, and by no other when they are gone', async () => {
    await ownersBecome('rack', ['node2'])
    expect(await arpOwners(lab.net, lab.client, RACK)).toEqual([lab.node('node2').host.mac])
    await lab.node('node2').stop()
    await lab.allMembers(2)
    expect(await lab.owners('shop/rack')).toEqual([])
    expect(await arpOwners(lab.net, lab.client, RACK)).toEqual([])
    await lab.node('node2').start()
    await ownersBecome('rack', ['node2'])
  })

  it('is answered on the interfaces that an interface selector names, and on no other', async () => {
    await ownersBecome('card', ['node1'])
    expect(await arpOwners(lab.net, second, ON_ETH1)).toEqual([second.mac])
    expect(await arpOwners(lab.net, lab.client, ON_ETH1)).toEqual([])
    const { services } = await lab.node('node1').running.status()
    expect(services.find((one) => one.service === 'shop/card')?.layer2.interfaces).toEqual(['eth1'])
  })

  it('is not answered on an interface whose name is excluded', async () => {
    // Everybody else is excluded, so that it is node1 that has it.
    write(['node2', 'node3'])
    await ownersBecome('any', ['node1'])
    for (const [host, mac] of [
      [lab.client, lab.node('node1').host.mac],
      [second, second.mac],
    ] as const)
      expect(await arpOwners(lab.net, host, ANYWHERE)).toEqual([mac])
    expect(await arpOwners(lab.net, excluded, ANYWHERE)).toEqual([])
  })

  it('leaves a node out that has the label which excludes it, and says so', async () => {
    write(['node1'])
    await eventually(
      'another node has it',
      async () => {
        const owners = await lab.owners('shop/any')
        return (owners.length === 1 && owners[0] !== 'node1') || undefined
      },
      DEADLINE_MS,
    )
    await ownersBecome('card', [])
    const [why] = await lab.node('node1').running.why(ANYWHERE)
    expect(why?.nodes.find(({ node }) => node === 'node1')?.layer2.why).toBe(
      'the node has the label that excludes it from load balancers',
    )
    expect(await arpOwners(lab.net, second, ON_ETH1)).toEqual([])
    write([])
    await ownersBecome('card', ['node1'])
  })

  it('begins on an interface that appears while it runs', async () => {
    const late = behind('eth2', 62)
    write(['node2', 'node3'])
    await ownersBecome('any', ['node1'])
    await eventually(
      'it is answered there',
      async () => (await arpOwners(lab.net, late, ANYWHERE)).includes(late.mac) || undefined,
      DEADLINE_MS,
    )
  })
})
