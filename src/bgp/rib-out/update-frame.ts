// UPDATEs without their prefixes: what is the same in all UPDATEs of a group, encoded once.
import type { IpFamily } from '../../net/ip.ts'
import { narrowAsns } from '../../wire/bgp/as-path.ts'
import { ATTRIBUTES } from '../../wire/bgp/attribute-table.ts'
import { attributeType, writeAttribute } from '../../wire/bgp/attributes.ts'
import { type BgpContext, PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import { encodeBgpMessage } from '../../wire/bgp/message.ts'
import { writeMpReach, writeMpUnreach } from '../../wire/bgp/mp-attributes.ts'
import type { MpReach, MpUnreach, PathAttribute } from '../../wire/bgp/path-attribute.ts'
import { endOfRibUpdate } from '../../wire/bgp/route-changes.ts'
import { Writer } from '../../wire/writer.ts'
import type { ExportContext } from '../outbound.ts'
import type { AttributeGroup } from './attribute-group.ts'

export interface UpdateFrame {
  readonly withdraws: boolean
  /** the message up to its prefixes, and behind them */
  readonly head: Uint8Array
  readonly tail: Uint8Array
  /** where a length stands that counts from behind itself to the end of the prefixes */
  readonly lengthOfRoutesAt: number | undefined
  /** where a length stands that counts from behind itself to the end of the message */
  readonly lengthOfRestAt: number | undefined
  readonly longestBytes: number
  /** prefixes have a path identifier in front (RFC 7911 §3) */
  readonly pathId: boolean
}

const LENGTH_OF_WITHDRAWN_AT = 19
const LENGTH_OF_ATTRIBUTES_AT = 21
const FIRST_ATTRIBUTE_AT = 23
const LONGEST_BYTES = 4096
const LONGEST_EXTENDED_BYTES = 65_535
/** Below this, attributes would be most of what is sent. */
const ROOM_BYTES = 1024
const LONGEST_PREFIX_BYTES = 4 + 17
const OPTIONAL_EXTENDED_LENGTH = 0x90

const EMPTY_FRAME: UpdateFrame = {
  withdraws: false,
  head: new Uint8Array(0),
  tail: new Uint8Array(0),
  lengthOfRoutesAt: undefined,
  lengthOfRestAt: undefined,
  longestBytes: LONGEST_BYTES,
  pathId: false,
}

/** The UPDATEs that announce a group; undefined when the peer cannot be told of it: no next hop, or no room for its attributes. */
export function announcementFrame(
  group: AttributeGroup,
  context: ExportContext,
  localPreference: number,
): UpdateFrame | undefined {
  if (!context.families.includes(group.family)) return undefined
  const common = commonAttributes(group, context, localPreference)
  if (group.family === 4 && context.nextHop4 !== undefined) {
    const attributes = [...common, { kind: 'next-hop', address: context.nextHop4 } as const]
    return fitting(plainFrame(attributes, context.wire), context.wire)
  }
  const hops = ipv6NextHops(context)
  // RFC 8950 §4: not without the peer's consent.
  if (hops === undefined || (group.family === 4 && !context.wire.extendedNextHop)) return undefined
  const reach = { kind: 'mp-reach', family: group.family, ...hops, routes: [] } as const
  const value = new Writer()
  writeMpReach(value, reach, context.wire)
  return fitting(multiprotocolFrame(reach, value, common, context.wire), context.wire)
}

/** The UPDATEs that withdraw. */
export function withdrawalFrame(family: IpFamily, context: ExportContext): UpdateFrame {
  const { wire } = context
  if (family === 4 && (context.nextHop4 !== undefined || !wire.extendedNextHop))
    return {
      ...EMPTY_FRAME,
      withdraws: true,
      head: emptyUpdate().subarray(0, LENGTH_OF_ATTRIBUTES_AT),
      tail: emptyUpdate().subarray(LENGTH_OF_ATTRIBUTES_AT),
      lengthOfRoutesAt: LENGTH_OF_WITHDRAWN_AT,
      pathId: wire.addPath.includes(4),
    }
  const unreach = { kind: 'mp-unreach', family, routes: [] } as const
  const value = new Writer()
  writeMpUnreach(value, unreach, wire)
  return { ...multiprotocolFrame(unreach, value, [], wire), withdraws: true }
}

/** What our routes carry beside the next hop, by type. */
function commonAttributes(
  { communities, largeCommunities, localPreference }: AttributeGroup,
  { internal, localAsn, wire }: ExportContext,
  defaultLocalPreference: number,
): PathAttribute[] {
  const attributes: PathAttribute[] = [
    { kind: 'origin', origin: 'igp' },
    // RFC 4271 §5.1.2
    { kind: 'as-path', segments: internal ? [] : [{ kind: 'sequence', asns: [localAsn] }] },
  ]
  // RFC 4271 §5.1.5: always to internal peers, never to external ones.
  if (internal)
    attributes.push({ kind: 'local-preference', value: localPreference ?? defaultLocalPreference })
  if (communities.length > 0) attributes.push({ kind: 'communities', communities, partial: false })
  if (largeCommunities.length > 0)
    attributes.push({ kind: 'large-communities', communities: largeCommunities, partial: false })
  return wire.asn4 ? attributes : narrowAsns(attributes)
}

/**
 * RFC 2545 §3: the global address, with the link-local one behind it. Where there is only a link-local one it goes into both
 * places, as FRR sends and expects it: FRR refuses `::` in the first.
 */
function ipv6NextHops({
  nextHop6,
  linkLocal,
}: ExportContext): Pick<MpReach, 'nextHop' | 'linkLocal'> | undefined {
  const nextHop = nextHop6 ?? linkLocal
  if (nextHop === undefined) return undefined
  return linkLocal === undefined ? { nextHop } : { nextHop, linkLocal }
}

/** IPv4 prefixes stand at the very end. */
function plainFrame(attributes: readonly PathAttribute[], wire: BgpContext): UpdateFrame {
  const list = encodeAttributes(attributes, wire)
  const head = new Writer()
    .bytes(emptyUpdate().subarray(0, LENGTH_OF_ATTRIBUTES_AT))
    .u16(list.length)
    .bytes(list)
  return { ...EMPTY_FRAME, head: head.finish(), pathId: wire.addPath.includes(4) }
}

/** RFC 7606 §5.1: the attribute with the prefixes is the first. Here its length always takes two bytes. */
function multiprotocolFrame(
  { kind, family }: Pick<MpReach | MpUnreach, 'kind' | 'family'>,
  value: Writer,
  others: readonly PathAttribute[],
  wire: BgpContext,
): UpdateFrame {
  const head = new Writer().bytes(emptyUpdate())
  head.u8(OPTIONAL_EXTENDED_LENGTH).u8(ATTRIBUTES[kind].type).u16(0).bytes(value.finish())
  return {
    ...EMPTY_FRAME,
    head: head.finish(),
    tail: encodeAttributes(others, wire),
    lengthOfRoutesAt: FIRST_ATTRIBUTE_AT + 2,
    lengthOfRestAt: LENGTH_OF_ATTRIBUTES_AT,
    pathId: wire.addPath.includes(family),
  }
}

const emptyUpdate = (): Uint8Array => encodeBgpMessage(endOfRibUpdate(4), PLAIN_CONTEXT)

/** RFC 4271 §5: by type, as receivers like it. */
function encodeAttributes(attributes: readonly PathAttribute[], wire: BgpContext): Uint8Array {
  const w = new Writer()
  for (const attribute of [...attributes].sort((a, b) => attributeType(a) - attributeType(b)))
    writeAttribute(w, attribute, wire)
  return w.finish()
}

/**
 * Messages stay at 4096 bytes although the peer may take 65,535 (RFC 8654): attributes are a hundredth of them either way, and a
 * receiver can use the first prefix only when it has the whole message. Longer ones are for attributes that need them.
 */
function fitting(frame: UpdateFrame, wire: BgpContext): UpdateFrame | undefined {
  const fixedBytes = frame.head.length + frame.tail.length
  if (fixedBytes + ROOM_BYTES <= LONGEST_BYTES) return frame
  const longestBytes = wire.extendedMessage ? LONGEST_EXTENDED_BYTES : LONGEST_BYTES
  // RFC 4271 §9.2: a route that fits no message is not advertised.
  return fixedBytes + LONGEST_PREFIX_BYTES <= longestBytes ? { ...frame, longestBytes } : undefined
}

/** Equal for frames that put the same bytes around prefixes. */
export const frameKey = ({ head, tail }: UpdateFrame): string =>
  [head, tail].map((bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).join('|')
