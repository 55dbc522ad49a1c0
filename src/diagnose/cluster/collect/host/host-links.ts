// Links of this machine, in the words of `ip link` and `ip address`.
import { formatIp } from '../../../../net/ip.ts'
import type { HostFactsReader, InterfaceFacts } from '../../../ports/host.ts'
import type { InterfaceAddress, Link } from '../../../ports/tables.ts'
import type { HostAddress, HostLink } from '../../host-facts.ts'

export async function hostLinks(
  links: readonly Link[],
  addresses: readonly InterfaceAddress[],
  facts: HostFactsReader,
): Promise<HostLink[]> {
  const read = links.map(async (link) => hostLink(link, links, addresses, await facts.interface(link.name)))
  return Promise.all(read)
}

function hostLink(
  link: Link,
  links: readonly Link[],
  addresses: readonly InterfaceAddress[],
  facts: InterfaceFacts,
): HostLink {
  const named = (index: number | undefined) => links.find((each) => each.index === index)?.name
  return {
    name: link.name,
    mac: link.mac,
    flags: flagsOf(link),
    mtu: link.mtu,
    type: link.hardwareType,
    kind: link.kind,
    master: link.masterIndex === undefined ? undefined : named(link.masterIndex),
    wireless: facts.wireless,
    driver: facts.driver,
    carrier: link.carrier === true,
    bondMode: link.bond?.mode ?? facts.bond?.mode,
    // The other end of a veth is in another namespace, where its index means another link.
    parent: link.kind === 'veth' || link.parentIndex === undefined ? undefined : named(link.parentIndex),
    vlanId: link.vlanId,
    vrfTable: link.vrfTable,
    addresses: addresses.filter(({ interfaceIndex }) => interfaceIndex === link.index).map(hostAddress),
  }
}

const hostAddress = (own: InterfaceAddress): HostAddress => ({
  address: `${formatIp(own.address)}/${own.prefixLength}`,
  flags: [
    ...(own.tentative ? ['tentative'] : []),
    ...(own.dadFailed ? ['dadfailed'] : []),
    ...(own.deprecated ? ['deprecated'] : []),
    ...(own.permanent ? ['permanent'] : []),
  ],
})

/** Words as `ip link` prints them. */
const flagsOf = ({ flags }: Link): string[] =>
  [
    flags.loopback ? 'LOOPBACK' : '',
    flags.broadcast ? 'BROADCAST' : '',
    flags.multicast ? 'MULTICAST' : '',
    flags.pointToPoint ? 'POINTOPOINT' : '',
    flags.noArp ? 'NOARP' : '',
    flags.promiscuous ? 'PROMISC' : '',
    flags.slave ? 'SLAVE' : '',
    flags.up ? 'UP' : '',
    flags.running ? 'LOWER_UP' : '',
  ].filter((word) => word !== '')
