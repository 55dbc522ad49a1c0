import { describe, expect, it } from 'vitest'
import { renderEnvironment } from '../../terminal/diagnose/environment.ts'
import {
  ENVIRONMENT_FACTS_FORMAT,
  type EnvironmentFacts,
  type EnvironmentLink,
  type HostEnvironment,
} from './environment-facts.ts'
import { judgeEnvironment } from './judge-environment.ts'
import { readEnvironmentFacts } from './read-environment-facts.ts'
import { cluster, crd, daemonSet, facts, host, link, node, object, proxy } from './testing/surroundings.ts'

const effects = (given: EnvironmentFacts): Record<string, string> =>
  Object.fromEntries(judgeEnvironment(given).modes.map(({ mode, effect }) => [mode, effect]))
describe('an environment', () => {
  it('with nothing special takes layer 2', () => {
    const verdict = judgeEnvironment(facts())
    expect(verdict).toMatchObject({ status: 'healthy', choose: 'layer 2' })
    expect(verdict.items.map(({ id }) => id)).toEqual(['kubernetes'])
    expect(effects(facts())).toEqual({ 'layer 2': 'works', BGP: 'works', 'BGP unnumbered': 'fails' })
  })

  // Each fault with its healthy twin: the thing is there, and harmless.
  it.each<[string, HostEnvironment, string, string, HostEnvironment]>([
    [
      'wireless',
      host({ links: [link({ wireless: true })] }),
      'change',
      'works',
      host({ links: [link(), link({ name: 'wlan0', wireless: true })] }),
    ],
    ['platform', host({ platform: 'OpenStack' }), 'change', 'works', host({ platform: 'QEMU/KVM' })],
    ['platform', host({ platform: 'Amazon EC2' }), 'fails', 'fails', host({ platform: 'VMware' })],
    [
      'tunnel',
      host({ uplink: 'wg0', links: [link({ name: 'wg0', kind: 'wireguard', hardwareType: 65534 })] }),
      'fails',
      'works',
      host({ links: [link(), link({ name: 'wg0', kind: 'wireguard', hardwareType: 65534 })] }),
    ],
    [
      'bond',
      host({ links: [link({ kind: 'bond', bondMode: 'balance-alb' })] }),
      'change',
      'works',
      host({ links: [link({ kind: 'bond', bondMode: '802.3ad' })] }),
    ],
  ])('of a host: %s', (id, bad, layer2, bgp, twin) => {
    expect(judgeEnvironment(facts(bad)).items.map((item) => item.id)).toContain(id)
    expect(effects(facts(bad))).toMatchObject({ 'layer 2': layer2, BGP: bgp })
    expect(judgeEnvironment(facts(twin)).items.map((item) => item.id)).toContain(id)
    expect(effects(facts(twin))).toMatchObject({ 'layer 2': 'works', BGP: 'works' })
  })

  it.each<[string, HostEnvironment]>([
    ['proxmox', host({ platform: 'QEMU/KVM', links: [link({ mac: 'bc:24:11:00:00:01' })] })],
    [
      'bridge',
      host({
        uplink: 'br0',
        links: [
          link({ master: 'br0', addresses: [] }),
          link({ name: 'br0', kind: 'bridge', vlanFiltering: true }),
        ],
      }),
    ],
    ['vlan', host({ links: [link({ name: 'eth0.7', kind: 'vlan' })] })],
  ])('is told of %s, which is no obstacle', (id, given) => {
    const found = judgeEnvironment(facts(given)).items.filter((item) => item.of === 'host')
    expect(found.map((item) => item.id)).toEqual([id])
    expect(effects(facts(given))['layer 2']).toBe('works')
    expect(judgeEnvironment(facts()).items.map((item) => item.id)).not.toContain(id)
  })

  const excluded = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
  it.each<[string, Parameters<typeof cluster>[0], string, string, Parameters<typeof cluster>[0]]>([
    [
      'provider',
      { nodes: [node({ spec: { providerID: 'aws:///eu/i-1' } })] },
      'fails',
      'fails',
      { nodes: [node({ spec: { providerID: 'vsphere://1' } })] },
    ],
    [
      'excluded-nodes',
      { nodes: [node({}, excluded)] },
      'change',
      'change',
      { nodes: [node({}, excluded), node()] },
    ],
    [
      'k3s',
      { daemonSets: [daemonSet('svclb-web-1')] },
      'change',
      'change',
      { nodes: [node({ status: { nodeInfo: { kubeletVersion: 'v1.33.1+k3s1' } } })] },
    ],
    [
      'kube-proxy',
      { configMaps: [proxy('ipvs', false)] },
      'change',
      'works',
      { configMaps: [proxy('ipvs', true)] },
    ],
  ])('of a cluster: %s', (id, bad, layer2, bgp, twin) => {
    const [broken, well] = [facts(host(), cluster(bad)), facts(host(), cluster(twin))]
    expect(judgeEnvironment(broken).items.map((item) => item.id)).toContain(id)
    expect(effects(broken)).toMatchObject({ 'layer 2': layer2, BGP: bgp })
    expect(judgeEnvironment(well).items.map((item) => item.id)).toContain(id)
    expect(effects(well)).toMatchObject({ 'layer 2': 'works', BGP: 'works' })
  })

  it.each<[string, Parameters<typeof cluster>[0], string, string]>([
    ['kind', { nodes: [node({ spec: { providerID: 'kind://docker/kind/a' } })] }, 'works', 'works'],
    ['talos', { nodes: [node({ status: { nodeInfo: { osImage: 'Talos (v1.9.0)' } } })] }, 'change', 'change'],
    ['openshift', { nodes: [node({}, { 'node.openshift.io/os_id': 'rhcos' })] }, 'change', 'change'],
    ['calico-bgp', { foreign: [crd('crd.projectcalico.org/v1', 'BGPPeer')] }, 'works', 'change'],
    ['cilium-bgp', { foreign: [crd('cilium.io/v2', 'CiliumBGPClusterConfig')] }, 'works', 'change'],
    ['kube-router', { daemonSets: [daemonSet('kube-router')] }, 'works', 'change'],
    ['network-plugin', { daemonSets: [daemonSet('kube-flannel-ds')] }, 'works', 'works'],
    [
      'cilium-load-balancer',
      { foreign: [crd('cilium.io/v2', 'CiliumLoadBalancerIPPool')] },
      'change',
      'change',
    ],
    ['kube-vip', { pods: [object('Pod', 'kube-vip-node-a')] }, 'change', 'change'],
    ['purelb', { daemonSets: [daemonSet('lbnodeagent')] }, 'change', 'change'],
    ['openelb', { daemonSets: [daemonSet('openelb-speaker')] }, 'change', 'change'],
    ['cloud-controller', { daemonSets: [daemonSet('hcloud-cloud-controller-manager')] }, 'change', 'change'],
    [
      'metallb',
      {
        daemonSets: [object('DaemonSet', 'speaker', { metadata: { labels: { app: 'metallb' } } }, 'apps/v1')],
      },
      'works',
      'works',
    ],
  ])('of a cluster: %s, and not without it', (id, planes, layer2, bgp) => {
    const given = facts(host(), cluster(planes))
    expect(judgeEnvironment(given).items.map((item) => item.id)).toContain(id)
    expect(judgeEnvironment(facts()).items.map((item) => item.id)).not.toContain(id)
    expect(effects(given)).toMatchObject({ 'layer 2': layer2, BGP: bgp })
  })

  const wireless = host({ links: [link({ wireless: true })] })
  it.each<[string, EnvironmentFacts, string]>([
    [
      'a laptop',
      facts(wireless),
      'Choose BGP if a router speaks it with every node; if none does, layer 2, and change first: wireless: eth0.',
    ],
    [
      'VirtualBox',
      facts(host({ platform: 'VirtualBox' })),
      'Choose layer 2: nothing that a virtual machine can see is against it. Attach the nodes to a bridged network, not to NAT; if the address stays silent, let the adapter be promiscuous (VBoxManage modifyvm NODE --nicpromisc1 allow-all).',
    ],
    ['a node with nothing special', facts(), 'Choose layer 2: nothing here is against it.'],
    [
      'OpenStack',
      facts(host({ vendor: 'OpenStack Foundation', product: 'Nova', platform: 'OpenStack' })),
      'Choose BGP if a router speaks it with every node; if none does, layer 2, and change first: virtual machine: OpenStack (OpenStack Foundation, Nova).',
    ],
    [
      'a tunnel',
      facts(host({ uplink: 'wg0', links: [link({ name: 'wg0', kind: 'wireguard', hardwareType: 65534 })] })),
      'Choose BGP: nothing here is against it. Layer 2 will not work: layer 3 tunnel: wg0 (wireguard).',
    ],
    [
      'k3s',
      facts(host(), cluster({ daemonSets: [daemonSet('svclb-web-1')] })),
      'Choose layer 2, and change first: k3s servicelb: DaemonSet kube-system/svclb-web-1.',
    ],
    [
      'Calico with BGP',
      facts(host(), cluster({ foreign: [crd('crd.projectcalico.org/v1', 'BGPPeer')] })),
      'Choose layer 2: nothing here is against it.',
    ],
    [
      'a tunnel, and Calico with BGP',
      facts(
        host({ uplink: 'wg0', links: [link({ name: 'wg0', kind: 'wireguard', hardwareType: 65534 })] }),
        cluster({ foreign: [crd('crd.projectcalico.org/v1', 'BGPPeer')] }),
      ),
      'Choose BGP, and change first: Calico speaks BGP: BGPPeer x. Layer 2 will not work: layer 3 tunnel: wg0 (wireguard).',
    ],
    [
      'a cloud',
      facts(host({ vendor: 'Amazon EC2', product: 'm7i', platform: 'Amazon EC2' }), 'none'),
      'No mode will work here as it is: virtual machine: Amazon EC2 (Amazon EC2, m7i). Use what the platform has.',
    ],
    [
      'no link',
      facts(host({ links: [link({ up: false })], uplink: undefined }), 'none'),
      'No mode will work here as it is: no interface is up: eth0.',
    ],
  ])('is summed up with the mode to choose, and why: %s', (_, given, summary) => {
    expect(judgeEnvironment(given).summary).toBe(summary)
  })

  it('of a laptop says nothing about nodes, and is told all the same', () => {
    const verdict = judgeEnvironment({
      ...facts(host({ links: [link({ wireless: true })] })),
      hostName: 'laptop',
    })
    expect(verdict).toMatchObject({ status: 'healthy', choose: 'layer 2' })
    expect(verdict.notKnown.join(' ')).toMatch(/laptop is no node of the cluster/)
  })

  it('with bare links to routers can have BGP unnumbered', () => {
    const verdict = judgeEnvironment(facts(host({ links: [link(), link({ name: 'eth1', addresses: [] })] })))
    expect(verdict.modes[2]).toMatchObject({
      effect: 'works',
      reasons: [expect.stringContaining('eth1 has') as string],
    })
  })

  it('of which nothing could be read is not judged', () => {
    const nothing = {
      ...facts(host(), 'none'),
      host: { status: 'not-read', reason: 'No kernel.' },
    } as const
    expect(judgeEnvironment(nothing)).toMatchObject({ status: 'undetermined', choose: undefined, modes: [] })
  })

  it('comes back from a file as it was', () => {
    const given = facts(host({ platform: 'VMware' }))
    expect(readEnvironmentFacts(JSON.parse(JSON.stringify(given)))).toEqual(given)
  })

  it.each([
    ['environment-healthy', facts(), 0],
    [
      'environment-change',
      facts(
        host({ links: [link({ wireless: true })] }),
        cluster({ daemonSets: [daemonSet('svclb-web-1')], configMaps: [proxy('ipvs', false)] }),
      ),
      0,
    ],
    [
      'environment-change-colour',
      facts(
        host({ links: [link({ wireless: true })] }),
        cluster({ daemonSets: [daemonSet('svclb-web-1')], configMaps: [proxy('ipvs', false)] }),
      ),
      1,
    ],
    [
      'environment-cloud',
      facts(host({ vendor: 'Amazon EC2', product: 'm7i', platform: 'Amazon EC2' }), 'none'),
      0,
    ],
    [
      'environment-wireguard',
      facts(
        host({ uplink: 'wg0', links: [link({ name: 'wg0', kind: 'wireguard', hardwareType: 65534 })] }),
        'none',
      ),
      0,
    ],
    ['environment-ipvs', facts(host(), cluster({ configMaps: [proxy('ipvs', false)] })), 0],
    ['environment-no-link', facts(host({ links: [link({ up: false })], uplink: undefined }), 'none'), 0],
  ] as const)('reads well: %s', async (golden, given, colorLevel) => {
    const text = renderEnvironment(judgeEnvironment(given), { colorLevel, width: 80, verbose: false })
    await expect(text).toMatchFileSnapshot(`../../../test/golden/diagnose/${golden}.txt`)
  })
})

describe('a host without a link', () => {
  const modesOf = (links: readonly EnvironmentLink[]) =>
    judgeEnvironment({
      format: ENVIRONMENT_FACTS_FORMAT,
      hostName: 'node-a',
      host: { status: 'read', value: host({ links, uplink: undefined }) },
      cluster: { status: 'not-read', reason: 'no kubeconfig' },
    } as EnvironmentFacts)

  it.each([
    [[], 'no interface but the loopback'],
    [[link({ name: 'lo', loopback: true })], 'no interface but the loopback'],
    [[link({ up: false })], 'no interface is up: eth0'],
  ])('is promised nothing (%#)', (links, title) => {
    const { modes, choose, items } = modesOf(links)
    expect(modes.map(({ effect }) => effect)).toEqual(['fails', 'fails', 'fails'])
    expect([choose, items[0]?.title]).toEqual([undefined, title])
  })

  it('and one with a link is', () => {
    expect(modesOf([link()]).choose).toBe('layer 2')
  })
})
