// IPv6 addresses whose owner is in the group that neighbours ask, or is not.
import type { HostFacts } from '../host-facts.ts'
import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import { readHosts, withCard } from './world-hosts.ts'

const ADDRESS = '2001:db8::102'

/** shop/web has an IPv6 address, on the link of every node. */
function announced6(world: World, change: (host: HostFacts) => HostFacts): void {
  object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = ['2001:db8::100-2001:db8::1ff']
  Object.assign(object(world, 'services', 'shop/web').spec, { ipFamilies: ['IPv6'], clusterIP: 'fd00::1' })
  object(world, 'services', 'shop/web').status.loadBalancer.ingress = [{ ip: ADDRESS }]
  readHosts(world, (host) =>
    change(
      withCard(host, {
        addresses: ['192.0.2.11/24', '2001:db8::11/64', 'fe80::11/64'].map((address) => ({
          address,
          flags: ['permanent'],
        })),
      }),
    ),
  )
}

const joined =
  (...interfaces: readonly string[]) =>
  (host: HostFacts): HostFacts => ({ ...host, solicitedNodes: [{ address: ADDRESS, interfaces }] })

export const GROUP_CASES: readonly FaultCase[] = [
  {
    name: 'the owner of an IPv6 address that has left its group',
    code: 'F27',
    check: 'group-joined',
    says: /node-\w is to announce 2001:db8::102, and is not in the group that neighbours ask for it on eth0/,
    fault: (world) => announced6(world, joined()),
    twin: (world) => announced6(world, joined('eth0')),
  },
  {
    name: 'a card that came up after the address was announced, and the group is joined on another one alone',
    code: 'F27',
    check: 'group-joined',
    says: /is not in the group that neighbours ask for it on eth0/,
    fault: (world) => announced6(world, joined('cni0')),
    // An older lbctl did not read it: nothing is known, and nothing is said.
    twin: (world) => announced6(world, (host) => ({ ...host, solicitedNodes: undefined })),
  },
]
