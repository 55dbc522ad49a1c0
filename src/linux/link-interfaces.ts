// The interfaces as the layer 2 speaker needs them, from the kernel's tables.
import type { InterfaceAddress, Link, NetworkTables } from '../diagnose/ports/tables.ts'
import type { LinkInterface, LinkInterfaces } from '../layer2/ports.ts'
import { isLinkLocalIpv6 } from '../wire/ndp/solicited-node.ts'

export function linkInterfaces(tables: NetworkTables): LinkInterfaces {
  return {
    list: async () => describeInterfaces(await tables.links(), await tables.addresses()),
    watch: (onChange) =>
      tables.watch((changes) => {
        if (changes.has('links') || changes.has('addresses') || changes.has('everything')) onChange()
      }),
  }
}

export function describeInterfaces(
  links: readonly Link[],
  addresses: readonly InterfaceAddress[],
): LinkInterface[] {
  const linkLocal = new Map(
    addresses
      .filter((entry) => isLinkLocalIpv6(entry.address) && !entry.tentative && !entry.dadFailed)
      .map((entry) => [entry.interfaceIndex, entry.address]),
  )
  return links.map(({ index, name, mac, flags, carrier, masterIndex }) => ({
    index,
    name,
    mac,
    up: flags.up,
    carrier: carrier ?? true,
    broadcast: flags.broadcast,
    noArp: flags.noArp,
    enslaved: masterIndex !== undefined || flags.slave,
    linkLocal: linkLocal.get(index),
  }))
}
