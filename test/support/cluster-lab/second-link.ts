// A second card on every node, all of them on one more switch, and a client there.
import type { LabHost } from '../speaker-lab/speaker-lab.ts'
import type { ClusterLab } from './cluster-lab.ts'

export interface SecondLink {
  readonly client: LabHost
  /** hardware address of `eth1` of a node */
  mac(node: string): string
}

export function addSecondLink({ hosts }: ClusterLab): SecondLink {
  const { net } = hosts
  const macs = new Map<string, string>()
  const namespace = net.namespace()
  net.bridge(hosts.switch, 'br1', [])
  const plug = (into: string, name: string, link: string): string => {
    net.connect([into, link], [hosts.switch, `q-${name}`])
    net.ip(hosts.switch, `link set q-${name} master br1`)
    return net.ipJson<{ address: string }[]>(into, `link show dev ${link}`)[0]?.address ?? ''
  }
  for (const { name, host } of hosts.nodes) macs.set(name, plug(host.namespace, name, 'eth1'))
  const mac = plug(namespace, 'client', 'eth0')
  // In the same network as the addresses, as a second wire to the same hosts.
  net.ip(namespace, 'addr add 192.0.2.51/24 dev eth0')
  const client: LabHost = {
    ...{
      namespace,
      link: 'eth0',
      address4: '192.0.2.51',
      address6: '',
      linkLocal: '',
      mac,
      port: 'q-client',
    },
  }
  return { client, mac: (node) => macs.get(node) ?? '' }
}
