import type { ExaminedInterface } from '../facts/link-facts.ts'
import type { HostFactsReader } from '../ports/host.ts'
import type { Link } from '../ports/tables.ts'
import { ownAddressFact, type Tables } from './examine-route.ts'

/** Tables and sysfs about one interface, put together. */
export async function examineInterface(
  facts: HostFactsReader,
  read: Tables,
  link: Link,
): Promise<ExaminedInterface> {
  const [system, host] = await Promise.all([facts.interface(link.name), facts.host()])
  const master = read.links.find(({ index }) => index === link.masterIndex)
  const { flags } = link
  // The kernel uses the larger of the interface's value and that of `all`.
  const larger = (key: 'arpIgnore' | 'arpAnnounce' | 'rpFilter'): number | undefined => {
    const values = [system.sysctl[key], host.all[key]].filter((value) => value !== undefined)
    return values.length === 0 ? undefined : Math.max(...values)
  }
  return {
    name: link.name,
    kind: link.kind,
    hardwareType: link.hardwareType,
    up: flags.up,
    carrier: link.carrier,
    broadcast: flags.broadcast,
    loopback: flags.loopback,
    pointToPoint: flags.pointToPoint,
    noArp: flags.noArp,
    promiscuous: flags.promiscuous,
    mac: link.mac,
    mtu: link.mtu,
    master:
      link.masterIndex === undefined
        ? undefined
        : { name: master?.name ?? `interface ${link.masterIndex}`, kind: master?.kind ?? link.slaveKind },
    vlanId: link.vlanId,
    bondMode: link.bond?.mode ?? system.bond?.mode,
    wireless: system.wireless,
    virtualDriver: system.virtualDriver ? system.driver : undefined,
    arpIgnore: larger('arpIgnore'),
    arpAnnounce: larger('arpAnnounce'),
    rpFilter: larger('rpFilter'),
    addresses: read.addresses
      .filter(({ interfaceIndex }) => interfaceIndex === link.index)
      .map((own) => ownAddressFact(read, own)),
  }
}
