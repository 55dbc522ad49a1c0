// Our decoding of the BGP messages in a frame in tshark's terms, so that the two can be compared field by field.
import { formatIp, ip } from '../../../src/net/ip.ts'
import type { Prefix } from '../../../src/net/prefix.ts'
import { attributeType } from '../../../src/wire/bgp/attributes.ts'
import type { Capability } from '../../../src/wire/bgp/capability.ts'
import { CAPABILITIES, writeCapability } from '../../../src/wire/bgp/capability-table.ts'
import type { BgpContext } from '../../../src/wire/bgp/context.ts'
import { BgpFramer } from '../../../src/wire/bgp/framer.ts'
import { type BgpMessage, decodeBgpMessage } from '../../../src/wire/bgp/message.ts'
import type { PathAttribute } from '../../../src/wire/bgp/path-attribute.ts'
import type { BgpRoute } from '../../../src/wire/bgp/route.ts'
import { formatDecodeError } from '../../../src/wire/decode-error.ts'
import { decodeEthernet } from '../../../src/wire/ethernet/ethernet.ts'
import { decodeIpv4 } from '../../../src/wire/ip/ipv4.ts'
import { decodeIpv6 } from '../../../src/wire/ip/ipv6.ts'
import { decodeTcp } from '../../../src/wire/ip/tcp.ts'
import { Writer } from '../../../src/wire/writer.ts'
import type { Fields } from '../../support/tshark.ts'

type Add = (key: string, value: string | number | boolean) => void

/** What TCP carries in a frame; empty when it carries nothing. */
export function tcpPayload(frame: Uint8Array): Uint8Array {
  const ethernet = decodeEthernet(frame)
  if (!ethernet.ok) throw new Error(ethernet.error.reason)
  const isIpv4 = ethernet.value.kind === 'typed' && ethernet.value.etherType === 0x0800
  const packet = isIpv4 ? decodeIpv4(ethernet.value.payload) : decodeIpv6(ethernet.value.payload)
  if (!packet.ok) throw new Error(packet.error.reason)
  const tcp = decodeTcp(packet.value.payload)
  if (!tcp.ok) throw new Error(tcp.error.reason)
  return tcp.value.payload
}

/** The whole messages in a frame, as bytes. Throws when the frame holds anything else. */
export function messagesIn(frame: Uint8Array): Uint8Array[] {
  const framer = new BgpFramer()
  framer.push(tcpPayload(frame))
  const messages: Uint8Array[] = []
  for (let framed = framer.next(true); framed !== undefined; framed = framer.next(true)) {
    if (!framed.ok) throw new Error(formatDecodeError(framed.error))
    messages.push(framed.value)
  }
  if (framer.heldBytes > 0) throw new Error(`${framer.heldBytes} bytes are left`)
  return messages
}

/** Throws when a message has an error: those given here are good ones. */
export function decodeGood(bytes: Uint8Array, context: BgpContext): BgpMessage {
  const decoded = decodeBgpMessage(bytes, context)
  const error = decoded.errors[0]
  if (error !== undefined) throw new Error(formatDecodeError(error))
  if (!decoded.ok) throw new Error(decoded.error.reason)
  return decoded.value
}

export function bgpFieldsOf(frame: Uint8Array, context: BgpContext): Fields {
  const fields: Fields = {}
  const add: Add = (key, value) => {
    fields[`bgp.${key}`] ??= []
    fields[`bgp.${key}`]?.push(typeof value === 'boolean' ? String(Number(value)) : String(value))
  }
  for (const bytes of messagesIn(frame)) {
    add('length', bytes.length)
    messageFields(decodeGood(bytes, context), context, add)
  }
  return fields
}

const colons = (bytes: Uint8Array) => (Buffer.from(bytes).toString('hex').match(/../g) ?? []).join(':')

function messageFields(message: BgpMessage, context: BgpContext, add: Add): void {
  switch (message.kind) {
    case 'open':
      add('type', 1)
      add('open.version', 4)
      add('open.myas', message.shortAsn)
      add('open.holdtime', message.holdTimeSeconds)
      add('open.identifier', formatIp(message.routerId))
      for (const capability of message.capabilities) capabilityFields(capability, add)
      break
    case 'update':
      add('type', 2)
      for (const route of message.withdrawn) routeFields(route, 'withdrawn_prefix', add)
      for (const attribute of message.attributes) attributeFields(attribute, context, add)
      for (const route of message.announced) routeFields(route, 'nlri_prefix', add)
      break
    case 'notification': {
      add('type', 3)
      add('notify.major_error', message.code)
      const names: Readonly<Record<number, string>> = {
        1: '',
        2: '_open',
        3: '_update',
        4: '_expired',
        6: '_cease',
      }
      const name = names[message.code]
      if (name !== undefined) add(`notify.minor_error${name}`, message.subcode)
      if (message.code === 6 && message.subcode === 2 && message.data.length > 0)
        add('notify.communication', Buffer.from(message.data.subarray(1)).toString())
      if (message.code === 2 && message.subcode === 2 && message.data.length === 2)
        add('notify.error_open.bad_peer_as', Buffer.from(message.data).readUInt16BE())
      break
    }
    case 'keepalive':
      add('type', 4)
      break
    case 'route-refresh':
      add('type', 5)
      add('route_refresh.afi', message.family.afi)
      add(
        'route_refresh.subtype',
        Number({ request: 0, begin: 1, end: 2 }[message.subtype] ?? message.subtype),
      )
      add('route_refresh.safi', message.family.safi)
      break
  }
}

function capabilityFields(capability: Capability, add: Add): void {
  add('cap.type', capability.kind === 'unknown' ? capability.code : CAPABILITIES[capability.kind].code)
  switch (capability.kind) {
    case 'multiprotocol':
      add('cap.mp.afi', capability.family.afi)
      add('cap.mp.safi', capability.family.safi)
      break
    case 'extended-next-hop':
      for (const { family, nextHopAfi } of capability.entries) {
        add('cap.enh.afi', family.afi)
        add('cap.enh.safi', family.safi)
        add('cap.enh.nhafi', nextHopAfi)
      }
      break
    case 'graceful-restart':
      add('cap.gr.timers.restart_flag', capability.restarting)
      add('cap.gr.timers.notification_flag', capability.notification)
      add('cap.gr.timers.restart_time', capability.restartSeconds)
      for (const { family, forwarding } of capability.families) {
        add('cap.gr.afi', family.afi)
        add('cap.gr.safi', family.safi)
        add('cap.gr.flag.pfs', forwarding)
      }
      break
    case 'four-octet-as':
      add('cap.4as', capability.asn)
      break
    case 'add-path':
      for (const { family, mode } of capability.families) {
        add('cap.ap.afi', family.afi)
        add('cap.ap.safi', family.safi)
        add('cap.ap.sendreceive', { receive: 1, send: 2, both: 3 }[mode])
      }
      break
    case 'fqdn':
      add('cap.orf.fqdn.hostname', capability.hostName)
      add('cap.orf.fqdn.domain_name', capability.domainName)
      break
    case 'role':
    case 'long-lived-graceful-restart': {
      // tshark 4.0 shows their bytes.
      const w = new Writer()
      writeCapability(w, capability)
      if (w.length > 2) add('cap.unknown', colons(w.finish().subarray(2)))
      break
    }
    case 'route-refresh':
    case 'enhanced-route-refresh':
    case 'extended-message':
    case 'unknown':
      break
  }
}

function routeFields({ prefix, pathId }: BgpRoute, name: string, add: Add): void {
  if (pathId !== undefined) add('nlri_path_id', pathId)
  add('prefix_length', prefix.length)
  add(name, baseOf(prefix))
}

const baseOf = ({ family, base }: Prefix) => formatIp(ip(family, base))

function attributeFields(attribute: PathAttribute, context: BgpContext, add: Add): void {
  const own = (name: string, value: string | number) => add(`update.path_attribute.${name}`, value)
  own('type_code', attributeType(attribute))
  if ('partial' in attribute) own('flags.partial', Number(attribute.partial))
  else own('flags.partial', 0)
  switch (attribute.kind) {
    case 'origin':
      own('origin', { igp: 0, egp: 1, incomplete: 2 }[attribute.origin])
      break
    case 'as-path':
    case 'as4-path':
      for (const { kind, asns } of attribute.segments) {
        own('as_path_segment.type', { set: 1, sequence: 2, 'confed-sequence': 3, 'confed-set': 4 }[kind])
        own('as_path_segment.length', asns.length)
        const wide = context.asn4 || attribute.kind === 'as4-path'
        for (const asn of asns) own(`as_path_segment.as${wide ? 4 : 2}`, asn)
      }
      break
    case 'next-hop':
      own('next_hop', formatIp(attribute.address))
      break
    case 'multi-exit-discriminator':
      own('multi_exit_disc', attribute.value)
      break
    case 'local-preference':
      own('local_pref', attribute.value)
      break
    case 'aggregator':
    case 'as4-aggregator':
      own('aggregator_as', attribute.asn)
      own('aggregator_origin', formatIp(attribute.address))
      break
    case 'originator-id':
      own('originator_id', formatIp(attribute.id))
      break
    case 'cluster-list':
      for (const id of attribute.ids) add('path_attribute.cluster_id', formatIp(id))
      break
    case 'mp-reach': {
      own('mp_reach_nlri.afi', attribute.family === 4 ? 1 : 2)
      own(`mp_reach_nlri.next_hop.ipv${attribute.nextHop.family}`, formatIp(attribute.nextHop))
      if (attribute.linkLocal !== undefined)
        own('mp_reach_nlri.next_hop.ipv6.link_local', formatIp(attribute.linkLocal))
      for (const route of attribute.routes)
        routeFields(route, `mp_reach_nlri_ipv${attribute.family}_prefix`, add)
      break
    }
    case 'mp-unreach':
      own('mp_unreach_nlri.afi', attribute.family === 4 ? 1 : 2)
      for (const route of attribute.routes)
        routeFields(route, `mp_unreach_nlri_ipv${attribute.family}_prefix`, add)
      break
    default:
      communityFields(attribute, add)
  }
}

function communityFields(attribute: PathAttribute, add: Add): void {
  if (attribute.kind === 'communities')
    for (const community of attribute.communities) {
      const isWellKnown = community >>> 16 === 0xffff
      if (isWellKnown) add('update.path_attribute.community_wellknown', `0x${community.toString(16)}`)
      else {
        add('update.path_attribute.community_as', community >>> 16)
        add('update.path_attribute.community_value', community & 0xffff)
      }
    }
  if (attribute.kind === 'extended-communities')
    for (const community of attribute.communities)
      if (community >> 56n === 0n) {
        add('ext_com.value_as2', Number((community >> 32n) & 0xffffn))
        add('ext_com.value_an4', Number(community & 0xffffffffn))
      }
  if (attribute.kind === 'large-communities')
    for (const { global, local1, local2 } of attribute.communities) {
      add('large_communities.ga', global)
      add('large_communities.ldp1', local1)
      add('large_communities.ldp2', local2)
    }
}
