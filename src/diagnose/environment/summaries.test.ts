// What the first line says in every surrounding that is known, all in one text to be read.
import { expect, it } from 'vitest'
import type { EnvironmentFacts } from './environment-facts.ts'
import { judgeEnvironment } from './judge-environment.ts'
import { cluster, crd, daemonSet, facts, host, link, node, object, proxy } from './testing/surroundings.ts'

const machine = (platform: string, vendor: string, product: string): EnvironmentFacts =>
  facts(host({ platform, vendor, product }), 'none')
const wireguard = link({ name: 'wg0', kind: 'wireguard', hardwareType: 65534 })
const excluded = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
const kubelet = (version: string) => node({ status: { nodeInfo: { kubeletVersion: version } } })

const SURROUNDINGS: Readonly<Record<string, EnvironmentFacts>> = {
  'a machine with one card': facts(host(), 'none'),
  WiFi: facts(host({ links: [link({ name: 'wlan0', wireless: true })], uplink: 'wlan0' }), 'none'),
  'WiFi beside a cable': facts(host({ links: [link(), link({ name: 'wlan0', wireless: true })] }), 'none'),
  VMware: machine('VMware', 'VMware, Inc.', 'VMware Virtual Platform'),
  VirtualBox: machine('VirtualBox', 'innotek GmbH', 'VirtualBox'),
  KVM: machine('QEMU/KVM', 'QEMU', 'Standard PC (Q35 + ICH9, 2009)'),
  Proxmox: facts(host({ platform: 'QEMU/KVM', links: [link({ mac: 'bc:24:11:00:00:01' })] }), 'none'),
  OpenStack: machine('OpenStack', 'OpenStack Foundation', 'OpenStack Nova'),
  'Hyper-V': machine('Hyper-V or Azure', 'Microsoft Corporation', 'Virtual Machine'),
  Xen: machine('Xen', 'Xen', 'HVM domU'),
  'Nutanix AHV': machine('Nutanix AHV', 'Nutanix', 'AHV'),
  oVirt: machine('oVirt', 'oVirt', 'RHEL'),
  AWS: machine('Amazon EC2', 'Amazon EC2', 'm7i.large'),
  'Google Cloud': machine('Google Compute Engine', 'Google', 'Google Compute Engine'),
  'Hetzner Cloud': machine('Hetzner Cloud', 'Hetzner', 'vServer'),
  'Oracle Cloud': machine('Oracle Cloud', 'OracleCloud.com', 'VM.Standard'),
  Vultr: machine('Vultr', 'Vultr', 'VHF'),
  'a platform that nobody listed': machine('Bochs', 'Bochs', 'Bochs'),
  'WireGuard alone': facts(host({ uplink: 'wg0', links: [wireguard] }), 'none'),
  'WireGuard beside a card': facts(host({ links: [link(), wireguard] }), 'none'),
  'a VLAN': facts(
    host({ uplink: 'eth0.7', links: [link(), link({ name: 'eth0.7', kind: 'vlan' })] }),
    'none',
  ),
  'a bond with LACP': facts(host({ links: [link({ kind: 'bond', bondMode: '802.3ad' })] }), 'none'),
  'a bond that balances by hardware addresses': facts(
    host({ links: [link({ kind: 'bond', bondMode: 'balance-alb' })] }),
    'none',
  ),
  'k3s with servicelb': facts(host(), cluster({ daemonSets: [daemonSet('svclb-web-1')] })),
  'k3s without servicelb': facts(host(), cluster({ nodes: [kubelet('v1.33.1+k3s1')] })),
  kind: facts(host(), cluster({ nodes: [node({ spec: { providerID: 'kind://docker/kind/a' } })] })),
  Talos: facts(host(), cluster({ nodes: [node({ status: { nodeInfo: { osImage: 'Talos (v1.9.0)' } } })] })),
  'kubeadm, and the control plane alone': facts(host(), cluster({ nodes: [node({}, excluded)] })),
  'IPVS without strictARP': facts(host(), cluster({ configMaps: [proxy('ipvs', false)] })),
  'IPVS with strictARP': facts(host(), cluster({ configMaps: [proxy('ipvs', true)] })),
  'Calico with BGP': facts(host(), cluster({ foreign: [crd('crd.projectcalico.org/v1', 'BGPPeer')] })),
  'Cilium with BGP': facts(host(), cluster({ foreign: [crd('cilium.io/v2', 'CiliumBGPClusterConfig')] })),
  'Cilium with pools': facts(host(), cluster({ foreign: [crd('cilium.io/v2', 'CiliumLoadBalancerIPPool')] })),
  'kube-router': facts(host(), cluster({ daemonSets: [daemonSet('kube-router')] })),
  'kube-vip': facts(host(), cluster({ pods: [object('Pod', 'kube-vip-node-a')] })),
  PureLB: facts(host(), cluster({ daemonSets: [daemonSet('lbnodeagent')] })),
  OpenELB: facts(host(), cluster({ daemonSets: [daemonSet('openelb-speaker')] })),
  'k3s with servicelb, in Proxmox': facts(
    host({ platform: 'QEMU/KVM', links: [link({ mac: 'bc:24:11:00:00:01' })] }),
    cluster({ daemonSets: [daemonSet('svclb-web-1')] }),
  ),
}

it('says in every surrounding which way to choose, what is against it, and what to look at', async () => {
  const lines = Object.entries(SURROUNDINGS).map(
    ([name, given]) => `${name}\n  ${judgeEnvironment(given).summary}\n`,
  )
  await expect(lines.join('\n')).toMatchFileSnapshot('../../../test/golden/diagnose/pre-summaries.txt')
})
