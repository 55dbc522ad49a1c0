// What is sent, and what counts as an answer to it. No time and no sockets here.
import { type Ip, sameIp } from '../../net/ip.ts'
import { BROADCAST_MAC, type Mac } from '../../net/mac.ts'
import { ANY_IPV4, ARP_OPERATION, decodeArp } from '../../wire/arp/arp.ts'
import { arpRequestFrame } from '../../wire/arp/frames.ts'
import { decodeEthernet, ETHER_TYPE, TAG_PROTOCOL, type TypedFrame } from '../../wire/ethernet/ethernet.ts'
import { decodeIpv6 } from '../../wire/ip/ipv6.ts'
import { IP_PROTOCOL } from '../../wire/ip/protocols.ts'
import { duplicateAddressProbeFrame, neighborSolicitationFrame } from '../../wire/ndp/frames.ts'
import { decodeNdp } from '../../wire/ndp/ndp.ts'
import { UNSPECIFIED } from '../../wire/ndp/solicited-node.ts'
import type { ProbeMethod } from '../facts/link-facts.ts'

/** Kind of the probes of a round. `sender` is an address of this host, or the unspecified one. */
export interface ProbeSpec {
  readonly method: ProbeMethod
  readonly interfaceName: string
  readonly mac: Mac
  readonly address: Ip
  readonly sender: Ip
  readonly unicastTo: Mac | undefined
  readonly vlanId: number | undefined
}

export const UNSPECIFIED_OF = { 4: ANY_IPV4, 6: UNSPECIFIED } as const

export function probeFrame({ method, mac, address, sender, unicastTo, vlanId }: ProbeSpec): Uint8Array {
  const tags =
    vlanId === undefined
      ? []
      : [{ protocolId: TAG_PROTOCOL.customer, priority: 0, dropEligible: false, vlanId }]
  switch (method) {
    case 'arp-probe':
    case 'arp-request':
      return arpRequestFrame({ mac, ip: sender }, address, { to: unicastTo ?? BROADCAST_MAC, tags })
    case 'ns-duplicate':
      return duplicateAddressProbeFrame(mac, address, { tags })
    case 'ns-link-local':
    case 'ns-global':
      return neighborSolicitationFrame({ mac, ip: sender }, address, {
        tags,
        ...(unicastTo === undefined ? {} : { unicastTo }),
      })
  }
}

export interface Claim {
  /** hardware address that the message names */
  readonly mac: Mac
  /** source of the frame */
  readonly frameMac: Mac
  /** `answer`: addressed to us, or to all when we asked from the unspecified address */
  readonly kind: 'answer' | 'claim'
}

/** Who says in this frame that the address is theirs; undefined when it says nothing of the kind. */
export function claimIn(bytes: Uint8Array, spec: Wanted & Pick<ProbeSpec, 'vlanId'>): Claim | undefined {
  const decoded = decodeEthernet(bytes)
  if (!decoded.ok || decoded.value.kind !== 'typed') return undefined
  const frame = decoded.value
  // A tag of VLAN 0 carries a priority only.
  const vlanId = frame.tags.find((tag) => tag.vlanId !== 0)?.vlanId
  if (vlanId !== spec.vlanId || frame.source === spec.mac) return undefined
  if (frame.etherType === ETHER_TYPE.arp) return claimInArp(frame, spec)
  return frame.etherType === ETHER_TYPE.ipv6 ? claimInNdp(frame, spec) : undefined
}

type Wanted = Pick<ProbeSpec, 'address' | 'mac' | 'method'>

function claimInArp(frame: TypedFrame, { address, mac }: Wanted): Claim | undefined {
  const arp = decodeArp(frame.payload)
  if (!arp.ok || !sameIp(arp.value.senderIp, address)) return undefined
  const { operation, senderMac, targetMac } = arp.value
  const isAnswer = operation === ARP_OPERATION.reply && (frame.destination === mac || targetMac === mac)
  return { mac: senderMac, frameMac: frame.source, kind: isAnswer ? 'answer' : 'claim' }
}

function claimInNdp(frame: TypedFrame, { address, mac, method }: Wanted): Claim | undefined {
  const packet = decodeIpv6(frame.payload)
  if (!packet.ok || packet.value.protocol !== IP_PROTOCOL.icmpv6) return undefined
  const { payload, hopLimit, source, destination } = packet.value
  const ndp = decodeNdp(payload, { hopLimit, source, destination })
  if (!ndp.ok || ndp.value.kind !== 'neighbor-advertisement' || !sameIp(ndp.value.target, address))
    return undefined
  const named = ndp.value.options.find((option) => option.kind === 'target-link-layer-address')
  // RFC 4861 §4.4: the option may be missing in the answer to a unicast question.
  const owner = named?.kind === 'target-link-layer-address' ? named.mac : frame.source
  // RFC 4861 §7.2.4: a question from :: is answered to all nodes and not as solicited, just like news.
  const isAnswer = ndp.value.solicited || frame.destination === mac || method === 'ns-duplicate'
  return { mac: owner, frameMac: frame.source, kind: isAnswer ? 'answer' : 'claim' }
}
