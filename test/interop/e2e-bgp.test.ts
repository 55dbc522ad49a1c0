// The scenarios of MetalLB's own end-to-end tests of BGP, by name, with frr as the routers; those that need FRR inside of the speaker's
// Pod (BFD, FRR's own configuration, an AS of each node) are not ours.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CLUSTER_LAB_PROGRAMS, ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import { ListeningRouter, NODES_ASN, type RouterWishes } from '../support/cluster-lab/listening-router.ts'
import { exposed, NODES, requestedAddresses, shared } from '../support/cluster-lab/user-objects.ts'
import { describeInterop } from '../support/namespaces.ts'
import { DAEMON_PROGRAMS } from '../support/router-daemons.ts'
import type { LabHost } from '../support/speaker-lab/speaker-lab.ts'
import {
  bgpAdvertisement,
  bgpPeerObject,
  endpointSlice,
  type KubernetesObject,
  layer2Advertisement,
  pool,
} from '../support/speaker-lab/speaker-objects.ts'
import { simulationScenarios } from './e2e-simulate.ts'

type Spec = Readonly<Record<string, unknown>>

const FAR4 = '198.51.100.0/24'
const FAR6 = '2001:db8:1::/120'
const FIRST4 = '198.51.100.0/32'
const FIRST6 = '2001:db8:1::/128'
const TOR = 64500
const OTHER = 64501
const PASSWORD = 'correct-horse-battery'
const DUAL = { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'] }
const V6 = { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] }
const LOCAL = { externalTrafficPolicy: 'Local' }

const peerAt = (name: string, peerAddress: string, spec: Spec = {}): KubernetesObject =>
  bgpPeerObject(name, {
    myASN: NODES_ASN,
    peerASN: TOR,
    peerAddress,
    connectTime: '1s',
    holdTime: '9s',
    ...spec,
  })
const tor = (spec: Spec = {}) => peerAt('tor', '192.0.2.1', spec)
const tor6 = (spec: Spec = {}) => peerAt('tor6', '2001:db8::1', spec)
const other = (spec: Spec = {}) => peerAt('other', '192.0.2.2', { peerASN: OTHER, ...spec })
/** of the AS of the nodes */
const inner = (spec: Spec = {}) => peerAt('inner', '192.0.2.3', { peerASN: NODES_ASN, ...spec })
const onNode = (name: string) => [{ matchLabels: { 'kubernetes.io/hostname': name } }]

describeInterop('e2e: BGP', [...CLUSTER_LAB_PROGRAMS, ...DAEMON_PROGRAMS], () => {
  let lab: ClusterLab
  let router: ListeningRouter
  let second: ListeningRouter
  let third: ListeningRouter
  let spare: LabHost

  beforeAll(async () => {
    lab = await ClusterLab.create()
    const { hosts } = lab
    spare = hosts.host('spare', 4)
    const routes =
      ' address-family ipv4 unicast\n  network 203.0.113.128/25\n exit-address-family\n no bgp network import-check'
    router = await ListeningRouter.start(hosts, hosts.router, { asn: TOR, more: routes })
    second = await ListeningRouter.start(hosts, hosts.host('router2', 2), { asn: OTHER })
    third = await ListeningRouter.start(hosts, hosts.host('router3', 3), { asn: NODES_ASN })
  })
  afterAll(async () => {
    for (const one of [router, second, third]) await one?.stop()
    await lab?.destroy()
  })

  const announcedBy = async (
    prefix: string,
    nodes: readonly string[],
    by: () => ListeningRouter = () => router,
  ) => {
    const wanted = [...nodes].sort()
    await lab
      .until(
        `${prefix} comes from ${nodes.join(' ') || 'nobody'}`,
        () => String(by().from(prefix)) === String(wanted),
      )
      .catch((error: Error) => {
        const { daemon } = by()
        throw new Error(
          `${error.message}, but from ${by().from(prefix).join(' ')}\n${daemon.vtysh('show bgp summary')}`,
        )
      })
  }
  const everyPath = async (
    prefix: string,
    what: string,
    holds: (path: ReturnType<ListeningRouter['paths']>[number]) => boolean,
    by = () => router,
    count = NODES.length,
  ) =>
    lab
      .until(`${prefix} ${what}`, () => {
        const paths = by().paths(prefix)
        return paths.length === count && paths.every(holds)
      })
      .catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(by().paths(prefix))}`)
      })
  const far = (...more: readonly KubernetesObject[]) => [pool('far', FAR4, FAR6), tor(), tor6(), ...more]
  const all = bgpAdvertisement('all')
  const label = (...words: readonly string[]) => lab.cluster.kubectl(['label', ...words])
  const patch = (resource: string, name: string, spec: Spec) =>
    lab.cluster.kubectl([
      ...['patch', resource, name, '-n', 'metallb-system', '--type=merge', '-p', JSON.stringify({ spec })],
    ])
  const withRouter = async (wishes: RouterWishes, work: (one: ListeningRouter) => Promise<void>) => {
    const one = await ListeningRouter.start(lab.hosts, spare, wishes)
    try {
      await work(one)
    } finally {
      await one.stop()
    }
  }

  for (const [family, spec, prefixes] of [
    ['IPv4', {}, [FIRST4]],
    ['IPv6', V6, [FIRST6]],
    ['dual stack', DUAL, [FIRST4, FIRST6]],
  ] as const) {
    it(`ExternalTrafficPolicy=Cluster: ${family}`, () =>
      lab.scenario(far(all, ...exposed('web', ['node2'], { spec })), async () => {
        for (const prefix of prefixes) await announcedBy(prefix, NODES)
      }))

    it(`ExternalTrafficPolicy=Local: ${family}`, () =>
      lab.scenario(far(all, ...exposed('web', ['node2'], { spec: { ...spec, ...LOCAL } })), async () => {
        for (const prefix of prefixes) await announcedBy(prefix, ['node2'])
        await lab.cluster.apply(endpointSlice('web', 'node1', 'node3'))
        for (const prefix of prefixes) await announcedBy(prefix, ['node1', 'node3'])
      }))
  }

  it('an address that the annotation requests', () =>
    lab.scenario(
      far(all, ...exposed('web', NODES, { annotations: requestedAddresses('198.51.100.77'), spec: {} })),
      () => announcedBy('198.51.100.77/32', NODES),
    ))

  it('a node with NetworkUnavailable withdraws', () =>
    lab.scenario(far(all, ...exposed('web', NODES)), async () => {
      await announcedBy(FIRST4, NODES)
      const condition = (status: string) =>
        lab.cluster.kubectl([
          ...['patch', 'node', 'node2', '--subresource=status', '-p'],
          JSON.stringify({ status: { conditions: [{ type: 'NetworkUnavailable', status }] } }),
        ])
      await condition('True')
      await announcedBy(FIRST4, ['node1', 'node3'])
      await condition('False')
      await announcedBy(FIRST4, NODES)
    }))

  it('two Services share an address: it stays until the last is gone', () => {
    const sharing = (port: number) => ({
      annotations: { ...shared('one'), ...requestedAddresses('198.51.100.9') },
      ports: [[port, 'TCP'] as const],
    })
    const both = [...exposed('web', NODES, sharing(80)), ...exposed('mail', NODES, sharing(25))]
    return lab.scenario(far(all, ...both), async () => {
      await announcedBy('198.51.100.9/32', NODES)
      await lab.cluster.assigned('mail', '198.51.100.9')
      await lab.cluster.kubectl(['delete', 'service', 'web', '-n', 'shop'])
      await lab.until(
        'the speakers know one Service',
        async () => (await lab.speaker('node1').status()).services.length === 1,
      )
      expect(router.from('198.51.100.9/32')).toEqual(NODES)
      await lab.cluster.kubectl(['delete', 'service', 'mail', '-n', 'shop'])
      await announcedBy('198.51.100.9/32', [])
    })
  })

  for (const [name, addresses, spec, prefixes] of [
    ['range, IPv4', ['198.51.100.5-198.51.100.7'], {}, ['198.51.100.5/32']],
    ['range, IPv6', ['2001:db8:1::5-2001:db8:1::7'], V6, ['2001:db8:1::5/128']],
    [
      'range, dual stack',
      ['198.51.100.5-198.51.100.7', '2001:db8:1::5-2001:db8:1::7'],
      DUAL,
      ['198.51.100.5/32', '2001:db8:1::5/128'],
    ],
    ['prefix, IPv4', ['198.51.100.16/30'], {}, ['198.51.100.16/32']],
    ['prefix, IPv6', ['2001:db8:1::10/124'], V6, ['2001:db8:1::10/128']],
    [
      'prefix, dual stack',
      ['198.51.100.16/30', '2001:db8:1::10/124'],
      DUAL,
      ['198.51.100.16/32', '2001:db8:1::10/128'],
    ],
  ] as const)
    it(`a pool by ${name}`, () =>
      lab.scenario(
        [pool('far', ...addresses), tor(), tor6(), all, ...exposed('web', NODES, { spec })],
        async () => {
          for (const prefix of prefixes) await announcedBy(prefix, NODES)
        },
      ))

  it('routerID: the peer sees the one of the BGPPeer', () =>
    lab.scenario(
      [pool('far', FAR4), tor({ routerID: '10.20.30.40', nodeSelectors: onNode('node1') })],
      async () => {
        await lab.until('node1 has a session', () => router.established().includes('node1'))
        expect(router.neighbour('node1')?.['remoteRouterId']).toBe('10.20.30.40')
      },
    ))

  it('a password from a Secret', () =>
    withRouter({ asn: TOR, password: PASSWORD }, async (one) => {
      const secret = {
        ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/basic-auth' },
        metadata: { name: 'tor', namespace: 'metallb-system' },
        stringData: { password: PASSWORD },
      }
      const peer = peerAt('spare', spare.address4, { passwordSecret: { name: 'tor' } })
      try {
        await lab.scenario([secret, pool('far', FAR4), peer, all, ...exposed('web', NODES)], () =>
          announcedBy(FIRST4, NODES, () => one),
        )
      } finally {
        await lab.cluster.kubectl(['delete', 'secret', 'tor', '-n', 'metallb-system'])
      }
    }))

  it('two protocols at once: by layer 2 from one node, by BGP from all', () =>
    lab.scenario(
      [pool('link', '192.0.2.100/30'), layer2Advertisement('link'), tor(), all, ...exposed('web', NODES)],
      async () => {
        await announcedBy('192.0.2.100/32', NODES)
        expect(NODES).toContain(await lab.theOneWhoAnswers('192.0.2.100'))
      },
    ))

  it('the configuration is updated in sequence: peer, pool, advertisement, Service', () =>
    lab.scenario([tor()], async () => {
      await lab.until('all nodes have a session', () => String(router.established()) === String(NODES))
      await lab.cluster.apply(pool('far', FAR4))
      await lab.cluster.apply(...exposed('web', NODES))
      await lab.cluster.assigned('web', '198.51.100.0')
      expect(router.from(FIRST4)).toEqual([])
      await lab.cluster.apply(all)
      await announcedBy(FIRST4, NODES)
      await patch('ipaddresspool', 'far', { addresses: ['198.51.100.64/26'] })
      await announcedBy('198.51.100.64/32', NODES)
      await announcedBy(FIRST4, [])
    }))

  it('peers are added one by one', () =>
    lab.scenario([pool('far', FAR4), all, ...exposed('web', NODES)], async () => {
      await lab.cluster.apply(tor())
      await announcedBy(FIRST4, NODES)
      await lab.cluster.apply(other())
      await announcedBy(FIRST4, NODES, () => second)
      expect(router.from(FIRST4)).toEqual(NODES)
      await lab.cluster.kubectl(['delete', 'bgppeer', 'tor', '-n', 'metallb-system'])
      await announcedBy(FIRST4, [])
      expect(second.from(FIRST4)).toEqual(NODES)
    }))

  for (const [family, prefix, spec] of [
    ['IPv4', FIRST4, {}],
    ['IPv6', FIRST6, V6],
  ] as const) {
    const heard = (
      name: string,
      advertisement: Spec,
      what: string,
      holds: Parameters<typeof everyPath>[2],
      more: readonly KubernetesObject[] = [],
    ) =>
      it(`an advertisement with ${name}: ${family}`, () =>
        lab.scenario(
          far(
            ...more,
            bgpAdvertisement('own', { ipAddressPools: ['far'], ...advertisement }),
            ...exposed('web', NODES, { spec }),
          ),
          async () => {
            await everyPath(prefix, what, holds)
          },
        ))

    heard(
      'a community',
      { communities: ['64500:123'] },
      'has it',
      ({ communities }) => communities === '64500:123',
    )
    heard(
      'a large community',
      { communities: ['large:64500:1:2'] },
      'has it',
      ({ largeCommunities }) => largeCommunities === '64500:1:2',
    )
    heard(
      'the alias of a Community',
      { communities: ['NO_EXPORT'] },
      'has it',
      ({ communities }) => communities === 'no-export' || communities === '65535:65281',
      [
        {
          ...{ apiVersion: 'metallb.io/v1beta1', kind: 'Community' },
          metadata: { name: 'known', namespace: 'metallb-system' },
          spec: { communities: [{ name: 'NO_EXPORT', value: '65535:65281' }] },
        },
      ],
    )
  }

  it('an advertisement with localPref: a peer of the same AS gets it, another does not', () =>
    lab.scenario(
      [
        pool('far', FAR4),
        tor(),
        inner(),
        bgpAdvertisement('own', { localPref: 150 }),
        ...exposed('web', NODES),
      ],
      async () => {
        await everyPath(
          FIRST4,
          'has it',
          ({ localPreference, asPath }) => localPreference === 150 && asPath === 'Local',
          () => third,
        )
        await everyPath(FIRST4, 'has none', ({ localPreference }) => localPreference === undefined)
      },
    ))

  it('an advertisement that selects pools by labels', () => {
    const labelled = {
      ...pool('near', '198.51.100.0/28'),
      metadata: { name: 'near', namespace: 'metallb-system', labels: { zone: 'a' } },
    }
    const own = bgpAdvertisement('own', { ipAddressPoolSelectors: [{ matchLabels: { zone: 'a' } }] })
    const away = exposed('away', NODES, { annotations: { 'metallb.io/address-pool': 'wide' } })
    const web = exposed('web', NODES, { annotations: { 'metallb.io/address-pool': 'near' } })
    return lab.scenario(
      [labelled, pool('wide', '198.51.100.128/25'), tor(), own, ...away, ...web],
      async () => {
        await announcedBy(FIRST4, NODES)
        await lab.cluster.assigned('away', '198.51.100.128')
        expect(router.from('198.51.100.128/32')).toEqual([])
      },
    )
  })

  it('advertisements that overlap: a prefix has the communities of all', () =>
    lab.scenario(
      [
        ...[pool('far', FAR4), tor(), ...exposed('web', NODES)],
        bgpAdvertisement('one', { communities: ['64500:1'] }),
        bgpAdvertisement('two', { communities: ['64500:2'] }),
        bgpAdvertisement('sum', { communities: ['64500:3'], aggregationLength: 26 }),
      ],
      async () => {
        await everyPath(FIRST4, 'has both', ({ communities }) => communities === '64500:1 64500:2')
        await everyPath('198.51.100.0/26', 'has the third', ({ communities }) => communities === '64500:3')
      },
    ))

  it('communities, localPref and the aggregation length are updated', () =>
    lab.scenario(
      [
        pool('far', FAR4),
        tor(),
        inner(),
        bgpAdvertisement('own', { communities: ['64500:1'], localPref: 50 }),
        ...exposed('web', NODES),
      ],
      async () => {
        await everyPath(FIRST4, 'has the first', ({ communities }) => communities === '64500:1')
        await patch('bgpadvertisement', 'own', { communities: ['64500:2'], localPref: 60 })
        await everyPath(FIRST4, 'has the second', ({ communities }) => communities === '64500:2')
        await everyPath(
          FIRST4,
          'has the second',
          ({ localPreference }) => localPreference === 60,
          () => third,
        )
        await patch('bgpadvertisement', 'own', { aggregationLength: 27 })
        await announcedBy('198.51.100.0/27', NODES)
        await announcedBy(FIRST4, [])
      },
    ))

  it('routes that peers inject are rejected', () =>
    lab.scenario([pool('far', FAR4), tor(), all, ...exposed('web', NODES)], async () => {
      await announcedBy(FIRST4, NODES)
      const { address4 } = lab.hosts.node('node1').host
      const told = () => {
        const words = `show bgp ipv4 unicast neighbors ${address4} advertised-routes json`
        return JSON.parse(router.daemon.vtysh(words)) as { advertisedRoutes: object }
      }
      await lab.until('the router announces a route of its own to node1', () =>
        Object.keys(told().advertisedRoutes).includes('203.0.113.128/25'),
      )
      for (const { host } of lab.hosts.nodes)
        expect(lab.hosts.net.ip(host.namespace, 'route show 203.0.113.128/25').trim()).toBe('')
      expect(second.from('203.0.113.128/25')).toEqual([])
    }))

  it('ServiceBGPStatus follows the Service and its peers', () =>
    lab.scenario([pool('far', FAR4), tor(), all, ...exposed('web', ['node2'], { spec: LOCAL })], async () => {
      const said = () =>
        lab.cluster
          .objects('servicebgpstatuses.metallb.io')
          .map(({ status }) => `${status?.['node']} ${status?.['peers']}`)
      const says = (...wanted: readonly string[]) =>
        lab
          .until(`the statuses are ${wanted.join(', ')}`, () => String(said().sort()) === String(wanted))
          .catch((error: Error) => {
            throw new Error(`${error.message}: ${said().join(', ')}`)
          })
      await says('node2 tor')
      await lab.cluster.apply(other())
      await says('node2 other,tor')
      await lab.cluster.apply(endpointSlice('web', 'node1'))
      await says('node1 other,tor')
      await lab.cluster.kubectl(['delete', 'service', 'web', '-n', 'shop'])
      await says()
    }))

  it('localASN: the peer sees another AS than that of the nodes', () =>
    withRouter({ asn: TOR, nodesAsn: 64999 }, async (one) => {
      const peer = peerAt('spare', spare.address4, { localASN: 64999 })
      await lab.scenario([pool('far', FAR4), peer, all, ...exposed('web', NODES)], async () => {
        await everyPath(
          FIRST4,
          'comes from it',
          ({ asPath }) => asPath.startsWith('64999'),
          () => one,
        )
      })
    }))

  it('dynamicASN: external where the peer is of another AS', () =>
    lab.scenario(
      [
        pool('far', FAR4),
        bgpPeerObject('tor', {
          myASN: NODES_ASN,
          dynamicASN: 'external',
          peerAddress: '192.0.2.1',
          connectTime: '1s',
        }),
        all,
        ...exposed('web', NODES),
      ],
      () => announcedBy(FIRST4, NODES),
    ))

  it('dynamicASN: no session with the wrong mode', () =>
    lab.scenario(
      [
        pool('far', FAR4),
        bgpPeerObject('tor', {
          myASN: NODES_ASN,
          dynamicASN: 'internal',
          peerAddress: '192.0.2.1',
          connectTime: '1s',
        }),
        other(),
        all,
        ...exposed('web', NODES),
      ],
      async () => {
        await announcedBy(FIRST4, NODES, () => second)
        await lab.until('node1 was told of the wrong AS', async () => {
          const { peers } = await lab.speaker('node1').status()
          return peers.some(({ name, state }) => name === 'tor' && state !== 'established')
        })
        expect(router.from(FIRST4)).toEqual([])
        expect(router.established()).toEqual([])
      },
    ))

  it('timers: the hold time that is agreed on is that of the BGPPeer', () =>
    lab.scenario(
      [pool('far', FAR4), tor({ holdTime: '6s', keepaliveTime: '2s', nodeSelectors: onNode('node1') })],
      async () => {
        await lab.until('node1 has a session', () => router.established().includes('node1'))
        expect(router.neighbour('node1')?.['bgpTimerHoldTimeMsecs']).toBe(6000)
      },
    ))

  it('multiprotocol: both families through a session over IPv4 alone, and over IPv6 alone', () =>
    withRouter({ asn: TOR, families: () => [4, 6] }, async (one) => {
      const web = exposed('web', NODES, { spec: DUAL })
      for (const address of [spare.address4, spare.address6]) {
        const peer = peerAt('spare', address, { dualStackAddressFamily: true })
        await lab.scenario(
          [pool('far', FAR4, FAR6), peer, bgpAdvertisement('all', { communities: ['64500:7'] }), ...web],
          async () => {
            for (const prefix of [FIRST4, FIRST6])
              await everyPath(
                prefix,
                `has the community, over ${address}`,
                ({ communities }) => communities === '64500:7',
                () => one,
              )
          },
        )
      }
    }))

  it('peer selector: a prefix does not reach a peer that is not named', () =>
    lab.scenario(
      [
        pool('far', FAR4),
        tor(),
        other(),
        bgpAdvertisement('own', { peers: ['other'] }),
        ...exposed('web', NODES),
      ],
      async () => {
        await announcedBy(FIRST4, NODES, () => second)
        expect(router.from(FIRST4)).toEqual([])
        await patch('bgpadvertisement', 'own', { peers: ['tor'] })
        await announcedBy(FIRST4, NODES)
        await announcedBy(FIRST4, [], () => second)
      },
    ))

  it('peer selector: one Service by two advertisements to two peers', () =>
    lab.scenario(
      [
        ...[pool('far', FAR4), tor(), other(), ...exposed('web', NODES)],
        bgpAdvertisement('one', { peers: ['tor'], communities: ['64500:1'] }),
        bgpAdvertisement('two', { peers: ['other'], communities: ['64501:2'] }),
      ],
      async () => {
        await everyPath(FIRST4, 'has the first', ({ communities }) => communities === '64500:1')
        await everyPath(
          FIRST4,
          'has the second',
          ({ communities }) => communities === '64501:2',
          () => second,
        )
      },
    ))

  it('node selector: two Services, two advertisements with other nodes; updating one leaves the other as it is', () => {
    const of = (name: string, pools: readonly string[], node: string) =>
      bgpAdvertisement(name, { ipAddressPools: pools, nodeSelectors: onNode(node) })
    const asks = (name: string) => ({ annotations: { 'metallb.io/address-pool': name } })
    return lab.scenario(
      [
        ...[pool('low', '198.51.100.0/28'), pool('high', '198.51.100.128/28'), tor()],
        ...[of('low', ['low'], 'node1'), of('high', ['high'], 'node2')],
        ...[...exposed('web', NODES, asks('low')), ...exposed('mail', NODES, asks('high'))],
      ],
      async () => {
        await announcedBy(FIRST4, ['node1'])
        await announcedBy('198.51.100.128/32', ['node2'])
        await patch('bgpadvertisement', 'low', { nodeSelectors: onNode('node3') })
        await announcedBy(FIRST4, ['node3'])
        expect(router.from('198.51.100.128/32')).toEqual(['node2'])
      },
    )
  })

  it('node selector: one Service, two advertisements; a label of a node counts', () =>
    lab.scenario(
      [
        ...[pool('far', FAR4), tor(), ...exposed('web', NODES)],
        bgpAdvertisement('one', { nodeSelectors: onNode('node1') }),
        bgpAdvertisement('rack', { nodeSelectors: [{ matchLabels: { rack: 'b' } }] }),
      ],
      async () => {
        await announcedBy(FIRST4, ['node1'])
        await label('node', 'node3', 'rack=b')
        await announcedBy(FIRST4, ['node1', 'node3'])
        await label('node', 'node3', 'rack-')
        await announcedBy(FIRST4, ['node1'])
      },
    ))

  it('node selector of a peer: only these nodes have a session', () =>
    lab.scenario(
      [pool('far', FAR4), tor({ nodeSelectors: onNode('node2') }), all, ...exposed('web', NODES)],
      async () => {
        await announcedBy(FIRST4, ['node2'])
        expect(router.established()).toEqual(['node2'])
      },
    ))

  it('service selector: labels of the Service and of the advertisement, as they change', () =>
    lab.scenario(
      [
        ...[pool('far', FAR4), tor(), ...exposed('web', NODES, { labels: { tier: 'front' } })],
        bgpAdvertisement('front', {
          serviceSelectors: [{ matchLabels: { tier: 'front' } }, { matchLabels: { tier: 'edge' } }],
          communities: ['64500:1'],
        }),
      ],
      async () => {
        await everyPath(FIRST4, 'has its community', ({ communities }) => communities === '64500:1')
        await label('service', 'web', '-n', 'shop', 'tier=back', '--overwrite')
        await announcedBy(FIRST4, [])
        await label('service', 'web', '-n', 'shop', 'tier=edge', '--overwrite')
        await announcedBy(FIRST4, NODES)
        await patch('bgpadvertisement', 'front', { serviceSelectors: [{ matchLabels: { tier: 'front' } }] })
        await announcedBy(FIRST4, [])
      },
    ))

  it('service selector: advertisements that overlap add their communities, others do not', () =>
    lab.scenario(
      [
        ...[pool('far', FAR4), tor(), ...exposed('web', NODES, { labels: { tier: 'front' } })],
        ...exposed('mail', NODES, { labels: { tier: 'back' } }),
        bgpAdvertisement('front', {
          serviceSelectors: [{ matchLabels: { tier: 'front' } }],
          communities: ['64500:1'],
        }),
        bgpAdvertisement('back', {
          serviceSelectors: [{ matchLabels: { tier: 'back' } }],
          communities: ['64500:2'],
        }),
        bgpAdvertisement('every', { communities: ['64500:9'] }),
      ],
      async () => {
        await lab.cluster.assigned('web')
        await lab.cluster.assigned('mail')
        const [web, mail] = ['web', 'mail'].map((name) => `${lab.cluster.addressesOf(name)[0]}/32`)
        await everyPath(web ?? '', 'has two', ({ communities }) => communities === '64500:1 64500:9')
        await everyPath(mail ?? '', 'has two', ({ communities }) => communities === '64500:2 64500:9')
      },
    ))

  it('metrics: sessions and prefixes', () =>
    lab.scenario([pool('far', FAR4), tor(), all, ...exposed('web', NODES)], async () => {
      await announcedBy(FIRST4, NODES)
      const page = await lab.hosts.node('node1').metrics()
      expect(page).toContain('metallb_bgp_session_up{peer="192.0.2.1:179"} 1')
      expect(page).toContain('metallb_bgp_announced_prefixes_total{peer="192.0.2.1:179"} 1')
    }))

  simulationScenarios(
    () => lab,
    () => router,
    () => tor(),
  )
})
