// One line in plain words for neighbour discovery.
import { formatIp } from '../../net/ip.ts'
import type { IpEnds } from '../checksum.ts'
import type { EthernetFrame } from '../ethernet/ethernet.ts'
import type {
  NdpMessage,
  NeighborAdvertisement,
  NeighborSolicitation,
  RouterAdvertisement,
} from '../ndp/ndp.ts'
import type { NdpOption } from '../ndp/options.ts'
import { isMulticastIpv6 } from '../ndp/solicited-node.ts'

/** `NA 2001:db8::1 is-at 02:00:00:00:00:01 solicited override` */
export function describeNdp(message: NdpMessage, ends: IpEnds, frame: EthernetFrame): string {
  switch (message.kind) {
    case 'neighbor-solicitation':
      return describeSolicitation(message, ends, frame)
    case 'neighbor-advertisement':
      return describeAdvertisement(message, ends, frame)
    case 'router-solicitation':
      return `RS from ${formatIp(ends.source)} (${linkAddress(message.options, 'source-link-layer-address') ?? frame.source})`
    case 'router-advertisement':
      return describeRouter(message, ends, frame)
  }
}

function describeSolicitation(
  message: NeighborSolicitation,
  { source, destination }: IpEnds,
  frame: EthernetFrame,
): string {
  const target = formatIp(message.target)
  const own = linkAddress(message.options, 'source-link-layer-address')
  const unicast = isMulticastIpv6(destination) ? '' : `, asked of ${frame.destination}`
  if (source.value === 0n) return `NS probe who-has ${target} (${frame.source})${unicast}`
  return `NS who-has ${target} tell ${formatIp(source)} (${own ?? frame.source})${unicast}${carrier(own, frame)}`
}

function describeAdvertisement(message: NeighborAdvertisement, ends: IpEnds, frame: EthernetFrame): string {
  const own = linkAddress(message.options, 'target-link-layer-address')
  const words = [`NA ${formatIp(message.target)} is-at ${own ?? frame.source}`]
  if (message.router) words.push('router')
  words.push(message.solicited ? 'solicited' : 'unsolicited')
  if (message.override) words.push('override')
  const asker = isMulticastIpv6(ends.destination) ? '' : `, told to ${formatIp(ends.destination)}`
  return `${words.join(' ')}${asker}${carrier(own, frame)}`
}

function describeRouter(message: RouterAdvertisement, { source }: IpEnds, frame: EthernetFrame): string {
  const own = linkAddress(message.options, 'source-link-layer-address')
  const details = [
    message.routerLifetimeSeconds === 0
      ? 'not a default router'
      : `router for ${message.routerLifetimeSeconds} s`,
  ]
  if (message.preference !== 'medium') details.push(`preference ${message.preference}`)
  if (message.managedAddresses) details.push('managed addresses')
  if (message.otherConfiguration) details.push('other configuration')
  for (const option of message.options) {
    if (option.kind === 'prefix-information')
      details.push(`prefix ${formatIp(option.prefix)}/${option.prefixLength}`)
    if (option.kind === 'mtu') details.push(`MTU ${option.mtu}`)
    if (option.kind === 'recursive-dns-server')
      details.push(`DNS ${option.addresses.map(formatIp).join(' ')}`)
  }
  return `RA from ${formatIp(source)} (${own ?? frame.source}), ${details.join(', ')}`
}

function linkAddress(
  options: readonly NdpOption[],
  kind: 'source-link-layer-address' | 'target-link-layer-address',
): string | undefined {
  for (const option of options) if (option.kind === kind) return option.mac
  return undefined
}

/** An address in the message that is not the frame's source is what proxies and forgers show. */
const carrier = (own: string | undefined, frame: EthernetFrame): string =>
  own === undefined || own === frame.source ? '' : `, frame from ${frame.source}`
