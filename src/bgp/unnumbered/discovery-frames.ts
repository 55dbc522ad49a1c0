// The frames of router discovery: what we send, and what one that came in says.
import type { Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import { decodeEthernet, ETHER_TYPE } from '../../wire/ethernet/ethernet.ts'
import { decodeIpv6 } from '../../wire/ip/ipv6.ts'
import { IP_PROTOCOL } from '../../wire/ip/protocols.ts'
import { ndpFrame, routerSolicitationFrame } from '../../wire/ndp/frames.ts'
import { decodeNdp } from '../../wire/ndp/ndp.ts'
import { ALL_NODES, isLinkLocalIpv6, multicastMac } from '../../wire/ndp/solicited-node.ts'
import type { DiscoveryEffect, DiscoveryEvent } from './machine.ts'

export interface OwnEnd {
  readonly mac: Mac
  readonly ip: Ip
}

export const discoveryFrame = (effect: DiscoveryEffect, from: OwnEnd): Uint8Array =>
  effect.kind === 'advertise' ? advertisementFrame(from) : routerSolicitationFrame(from)

/** We are here, and a router for nobody: lifetime 0, nothing else said (RFC 4861 §4.2). */
function advertisementFrame(from: OwnEnd): Uint8Array {
  const to = { mac: multicastMac(ALL_NODES), ip: ALL_NODES }
  return ndpFrame(
    { from, to },
    {
      ...{ kind: 'router-advertisement', currentHopLimit: 0 },
      ...{ managedAddresses: false, otherConfiguration: false, homeAgent: false, proxy: false },
      ...{ preference: 'medium', routerLifetimeSeconds: 0, reachableTimeMs: 0, retransTimerMs: 0 },
      options: [{ kind: 'source-link-layer-address', mac: from.mac }],
    },
  )
}

/** undefined: not about routers, of another VLAN, or not valid (RFC 4861 §6.1). */
export function hear(frame: Uint8Array): (DiscoveryEvent & { kind: 'heard' }) | undefined {
  const ethernet = decodeEthernet(frame)
  if (!ethernet.ok || ethernet.value.kind !== 'typed' || ethernet.value.etherType !== ETHER_TYPE.ipv6)
    return undefined
  // A tag with VLAN 0 gives a priority only (IEEE 802.1Q §9.6); any other is another link.
  if (ethernet.value.tags.some(({ vlanId }) => vlanId !== 0)) return undefined
  const packet = decodeIpv6(ethernet.value.payload)
  if (!packet.ok || packet.value.protocol !== IP_PROTOCOL.icmpv6) return undefined
  const message = decodeNdp(packet.value.payload, packet.value)
  if (!message.ok) return undefined
  const { kind } = message.value
  if (kind !== 'router-advertisement' && kind !== 'router-solicitation') return undefined
  // A session needs the address; a solicitation may come from nobody, and is answered all the same.
  if (kind === 'router-advertisement' && !isLinkLocalIpv6(packet.value.source)) return undefined
  return { kind: 'heard', message: kind, source: packet.value.source }
}
