// `lbctl speaker run` in a cluster: the facts come from an API server, the statuses go there, and while it is away nothing changes.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SPEAKER_RIGHTS } from '../../src/install/rights.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { DAEMON_PROGRAMS } from '../support/router-daemons.ts'
import { assigned, ClusterOfLab, speakerPod } from '../support/speaker-lab/cluster-of-lab.ts'
import { RouterOfLab } from '../support/speaker-lab/router-of-lab.ts'
import { DEADLINE_MS, type RunningSpeaker } from '../support/speaker-lab/running-speaker.ts'
import { SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import {
  bgpAdvertisement,
  bgpPeerObject,
  endpointSlice,
  type KubernetesObject,
  layer2Advertisement,
  pool,
  secret,
  service,
} from '../support/speaker-lab/speaker-objects.ts'
import { arpOwners } from '../support/speaker-lab/traffic.ts'

const LINK = '192.0.2.100'
const FAR = '198.51.100.10'
/** The whole minute is in e2e-outage.test.ts. */
const AWAY_MS = 4_000

describeInterop('the speaker in a cluster', [...DAEMON_PROGRAMS, 'arping', 'sysctl'], () => {
  let lab: SpeakerLab
  let cluster: ClusterOfLab
  let router: RouterOfLab

  const peer = () =>
    bgpPeerObject('tor', {
      myASN: 64512,
      peerASN: 64500,
      peerAddress: '192.0.2.1',
      holdTime: '9s',
      connectTime: '1s',
    })
  const configuration = (): KubernetesObject[] => [
    pool('link', '192.0.2.100-192.0.2.110'),
    pool('far', '198.51.100.0/24'),
    layer2Advertisement('link', { ipAddressPools: ['link'] }),
    bgpAdvertisement('far', { ipAddressPools: ['far'] }),
    peer(),
  ]
  const speaker = (name = 'node1'): RunningSpeaker => lab.node(name).running
  const answers = (address: string, mac: string | undefined): Promise<true> =>
    eventually(
      `${address} is answered for by ${mac ?? 'nobody'}`,
      async () => String(await arpOwners(lab.net, lab.client, address)) === (mac ?? '') || undefined,
      DEADLINE_MS,
    )
  const routed = (prefix: string, ...nodes: string[]): Promise<true> =>
    eventually(
      `the router sends ${prefix} to ${nodes.join(' ')}`,
      () => String(router.nextHops(prefix)) === String(nodes) || undefined,
      DEADLINE_MS,
    )

  beforeAll(async () => {
    lab = await SpeakerLab.create(['node1', 'node2'])
    cluster = await ClusterOfLab.start(lab)
    router = await RouterOfLab.start('frr', lab, [...lab.nodeObjects(), ...configuration()], ['tor'])
    cluster.apply(
      ...lab.nodeObjects(),
      ...configuration(),
      assigned(service('link', LINK)),
      endpointSlice('link', 'node1'),
      assigned(service('far', FAR)),
      endpointSlice('far', 'node1'),
    )
    await cluster.spawn(lab.node('node1')).started()
  })
  afterAll(async () => {
    await router?.stop()
    await lab?.destroy()
    await cluster?.kill()
  })

  it('announces what the cluster says, and says so in the cluster', async () => {
    await answers(LINK, lab.node('node1').host.mac)
    await routed(`${FAR}/32`, 'node1')
    const l2 = await eventually(
      'the status of layer 2 is filled in',
      async () =>
        (await cluster.metallb('servicel2statuses')).find(({ status }) => status?.['node'] === 'node1'),
      DEADLINE_MS,
    )
    expect(l2.status).toEqual({ node: 'node1', serviceName: 'link', serviceNamespace: 'shop' })
    expect(l2.metadata.name).toMatch(/^l2-/)
    expect(l2.metadata.labels).toEqual({
      'metallb.io/node': 'node1',
      'metallb.io/service-name': 'link',
      'metallb.io/service-namespace': 'shop',
    })
    expect(l2.metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'lbctl-speaker-node1' }])
    const bgp = await eventually(
      'the status of BGP is filled in',
      async () =>
        (await cluster.metallb('servicebgpstatuses')).find(({ status }) => status?.['node'] === 'node1'),
      DEADLINE_MS,
    )
    expect(bgp.status).toEqual({
      node: 'node1',
      serviceName: 'far',
      serviceNamespace: 'shop',
      peers: ['tor'],
    })
    const state = await eventually(
      'the state of the configuration',
      async () =>
        (await cluster.metallb('configurationstates')).find(({ status }) => status?.['result'] === 'Valid'),
      DEADLINE_MS,
    )
    expect(state.metadata.name).toBe('speaker-node1')
    const reasons = async () =>
      (await cluster.list('/api/v1/namespaces/shop/events')).map((event) => [
        (event['involvedObject'] as { name: string }).name,
        event['reason'],
        event['message'],
      ])
    await eventually(
      'both events are there',
      async () => (await reasons()).length === 2 || undefined,
      DEADLINE_MS,
    )
    expect(await reasons()).toEqual(
      expect.arrayContaining([
        ['link', 'nodeAssigned', 'announcing from node "node1" with protocol "layer2"'],
        ['far', 'nodeAssigned', 'announcing from node "node1" with protocol "bgp"'],
      ]),
    )
  })

  it('a change in the cluster counts, and so does the password of a Secret', async () => {
    cluster.apply(assigned(service('more', '198.51.100.11')), endpointSlice('more', 'node1'))
    await routed('198.51.100.11/32', 'node1')
    // Lost and found again: the same event is counted, and not written a second time.
    cluster.apply(endpointSlice('more'))
    await routed('198.51.100.11/32')
    cluster.apply(endpointSlice('more', 'node1'))
    await routed('198.51.100.11/32', 'node1')
    await eventually(
      'an event that was there twice',
      async () =>
        (await cluster.list('/api/v1/namespaces/shop/events')).some(({ count }) => count === 2) || undefined,
      DEADLINE_MS,
    )
    await cluster.request('DELETE', '/api/v1/namespaces/shop/services/more')
    await routed('198.51.100.11/32')
    cluster.apply(
      secret('tor', 'hush'),
      bgpPeerObject('second', {
        myASN: 64512,
        peerASN: 64500,
        peerAddress: '192.0.2.2',
        passwordSecret: { name: 'tor' },
      }),
    )
    try {
      await speaker().statusThat('there is a second peer', ({ peers }) =>
        peers.some(({ name }) => name === 'second'),
      )
      expect(speaker().output).not.toContain('hush')
    } finally {
      await cluster.request('DELETE', '/apis/metallb.io/v1beta2/namespaces/metallb-system/bgppeers/second')
    }
  })

  it('a configuration that is wrong leaves the last good one, and is reported', async () => {
    cluster.apply(
      layer2Advertisement('broken', {
        nodeSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }],
      }),
    )
    try {
      const invalid = await eventually(
        'the configuration is said to be invalid',
        async () =>
          (await cluster.metallb('configurationstates')).find(
            ({ status }) => status?.['result'] === 'Invalid',
          ),
        DEADLINE_MS,
      )
      expect(invalid.status?.['errorSummary']).toContain('configuration error:')
      await answers(LINK, lab.node('node1').host.mac)
    } finally {
      await cluster.request(
        'DELETE',
        '/apis/metallb.io/v1beta1/namespaces/metallb-system/l2advertisements/broken',
      )
    }
    await eventually(
      'the configuration is valid again',
      async () =>
        (await cluster.metallb('configurationstates')).some(({ status }) => status?.['result'] === 'Valid') ||
        undefined,
      DEADLINE_MS,
    )
  })

  it('a status that somebody deletes comes back', async () => {
    const [before] = await cluster.metallb('servicel2statuses')
    await cluster.request(
      'DELETE',
      `/apis/metallb.io/v1beta1/namespaces/metallb-system/servicel2statuses/${before?.metadata.name}`,
    )
    await speaker().until(
      'there is one of another name',
      async () =>
        (await cluster.metallb('servicel2statuses')).some(
          ({ metadata, status }) => metadata.name !== before?.metadata.name && status?.['node'] === 'node1',
        ) || undefined,
    )
  })

  it('the API server is away: nothing changes, and afterwards only what is different', async () => {
    const mac = lab.node('node1').host.mac
    const sinceOf = async (): Promise<unknown> =>
      (await speaker().status()).peers
        .map((one) => ({ ...one }) as Record<string, unknown>)
        .map(({ name, state, since, flaps }) => ({ name, state, since, flaps }))
    const sessions = await sinceOf()
    const from = speaker().lines.length
    await cluster.kill()
    const end = Date.now() + AWAY_MS
    while (Date.now() < end) {
      expect(await arpOwners(lab.net, lab.client, LINK)).toEqual([mac])
      expect(router.nextHops(`${FAR}/32`)).toEqual(['node1'])
    }
    expect(await sinceOf()).toEqual(sessions)
    const { limits } = await speaker().status()
    expect(limits.join(' ')).toContain('what was known before goes on counting')
    await cluster.up()
    // Nobody heard of these.
    cluster.apply(assigned(service('late', '198.51.100.12')), endpointSlice('late', 'node1'))
    await cluster.request('DELETE', '/api/v1/namespaces/shop/services/link')
    await routed('198.51.100.12/32', 'node1')
    await answers(LINK, undefined)
    await routed(`${FAR}/32`, 'node1')
    await speaker().statusThat('the cluster is heard of again', (status) =>
      status.limits.every((text) => !text.includes('Nothing new is heard')),
    )
    expect(await sinceOf()).toEqual(sessions)
    const withdrawn = speaker()
      .lines.slice(from)
      .filter(({ event }) => event === 'serviceWithdrawn')
    expect(
      new Set(withdrawn.map(({ ips, pool, reason }) => JSON.stringify([ips, pool, reason]))).size,
    ).toBeGreaterThan(0)
    expect(withdrawn.every((line) => JSON.stringify(line).includes('link'))).toBe(true)
    await eventually(
      'the status of what is gone is gone',
      async () => (await cluster.metallb('servicel2statuses')).length === 0 || undefined,
      DEADLINE_MS,
    )
  })

  it('follows the release of MetalLB’s speakers, and does not start beside one', async () => {
    cluster.apply(speakerPod('speaker-x', 'elsewhere', 'quay.io/metallb/speaker:v0.14.8'))
    const second = await cluster.spawn(lab.node('node2')).started()
    expect(second.logged(({ event }) => event === 'release')).toMatchObject({ release: '0.14.8' })
    await second.stop()
    cluster.apply(speakerPod('speaker-y', 'node2', 'quay.io/metallb/speaker:v0.14.8'))
    const refused = cluster.spawn(lab.node('node2'))
    expect((await refused.exited).code).toBe(1)
    expect(refused.stderr).toContain("MetalLB's own speaker runs on node node2")
    expect(refused.stderr).toContain('kubectl label node node2')
    const forced = await cluster.spawn(lab.node('node2'), ['--force']).started()
    await forced.stop()
    for (const pod of ['speaker-x', 'speaker-y'])
      await cluster.request('DELETE', `/api/v1/namespaces/metallb-system/pods/${pod}`)
  })

  it('a start without API server waits, says so, and ends when it is told to', async () => {
    await cluster.kill()
    try {
      const waiting = cluster.spawn(lab.node('node2'))
      await waiting.until('it says that it waits', () =>
        waiting.logged(({ msg }) => String(msg).startsWith('Waiting')),
      )
      expect((await waiting.stop()).code).toBe(143)
      const later = cluster.spawn(lab.node('node2'))
      await later.until('it says that it waits', () =>
        later.logged(({ msg }) => String(msg).startsWith('Waiting')),
      )
      await cluster.up()
      await later.started()
      await later.stop()
    } finally {
      await cluster.kill()
      await cluster.up()
    }
  })

  it('an orderly stop removes what was said of this node', async () => {
    await speaker().stop()
    expect(await cluster.metallb('servicebgpstatuses')).toEqual([])
    // What belongs to the Pod goes with it.
    await cluster.request(
      'DELETE',
      '/api/v1/namespaces/metallb-system/pods/lbctl-speaker-node1?gracePeriodSeconds=0',
    )
    await eventually(
      'the state of the configuration is gone',
      async () =>
        (await cluster.metallb('configurationstates')).every(
          ({ metadata }) => metadata.name !== 'speaker-node1',
        ) || undefined,
      DEADLINE_MS,
    )
  })

  it('used every right that an installation gives it in all this, and asked for no other', () => {
    expect(cluster.ledger.refused()).toEqual([])
    expect(cluster.ledger.unused(SPEAKER_RIGHTS)).toEqual([])
  })
})
