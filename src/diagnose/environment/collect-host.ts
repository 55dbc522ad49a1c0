// Reads this host: links, the default route, what its firmware says. Nothing is sent, to metadata addresses of clouds least of all.
import { formatIp } from '../../net/ip.ts'
import type { HostFactsReader } from '../ports/host.ts'
import type { NetworkTables } from '../ports/tables.ts'
import type { EnvironmentLink, HostEnvironment } from './environment-facts.ts'

export async function collectHost(tables: NetworkTables, facts: HostFactsReader): Promise<HostEnvironment> {
  const [links, addresses, routes, host] = await Promise.all([
    tables.links(),
    tables.addresses(),
    tables.routes(),
    facts.host(),
  ])
  const defaults = routes
    .filter(({ destination, type, table }) => destination.length === 0 && type === 'unicast' && table === 254)
    .sort((a, b) => a.metric - b.metric)
  const out = defaults[0]?.nextHops[0]?.interfaceIndex
  const read = links.map(async (link): Promise<EnvironmentLink> => {
    const about = await facts.interface(link.name)
    return {
      name: link.name,
      kind: link.kind,
      hardwareType: link.hardwareType,
      up: link.flags.up,
      loopback: link.flags.loopback,
      noArp: link.flags.noArp,
      wireless: about.wireless,
      mac: link.mac,
      master: links.find(({ index }) => index === link.masterIndex)?.name,
      bondMode: about.bond?.mode,
      vlanFiltering: about.bridgeVlanFiltering,
      addresses: addresses
        .filter(({ interfaceIndex, scope }) => interfaceIndex === link.index && scope !== 'link')
        .map(({ address }) => formatIp(address)),
    }
  })
  return {
    vendor: host.dmiVendor,
    product: host.dmiProduct,
    platform: host.virtualPlatform,
    links: await Promise.all(read),
    uplink: links.find(({ index }) => index === out)?.name,
  }
}
