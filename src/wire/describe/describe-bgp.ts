// One line in plain words for the messages of BGP in a TCP segment. What the two speakers agreed on was said in another
// segment, so it is guessed from what makes sense of the bytes.
import { formatPrefix } from '../../net/prefix.ts'
import type { BgpDecoded, BgpError } from '../bgp/bgp-error.ts'
import type { BgpContext } from '../bgp/context.ts'
import { familyName } from '../bgp/families.ts'
import { BGP_HEADER_BYTES, BGP_TYPE, readBgpHeader } from '../bgp/framer.ts'
import { type BgpMessage, decodeBgpMessage, type RouteRefreshMessage } from '../bgp/message.ts'
import type { BgpRoute } from '../bgp/route.ts'
import { formatDecodeError } from '../decode-error.ts'
import { describeNotification } from './describe-bgp-notification.ts'
import { describeOpen } from './describe-bgp-open.ts'
import { describeUpdate } from './describe-bgp-update.ts'

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [BGP_TYPE.open]: 'OPEN',
  [BGP_TYPE.update]: 'UPDATE',
  [BGP_TYPE.notification]: 'NOTIFICATION',
  [BGP_TYPE.keepalive]: 'KEEPALIVE',
  [BGP_TYPE.routeRefresh]: 'ROUTE-REFRESH',
}

/** A line with a hundred UPDATEs helps nobody. */
const MOST_MESSAGES = 4

/** `OPEN AS 64512, hold time 90 s, …; KEEPALIVE`. Total. */
export function describeBgpStream(payload: Uint8Array): string {
  const parts: string[] = []
  let at = 0
  while (at < payload.length) {
    const rest = payload.subarray(at)
    const header = rest.length < BGP_HEADER_BYTES ? undefined : readBgpHeader(rest, true)
    if (header === undefined || 'reason' in header || header.lengthBytes > rest.length) {
      parts.push(incomplete(rest, header, at))
      break
    }
    parts.push(describeMessage(rest.subarray(0, header.lengthBytes)))
    at += header.lengthBytes
  }
  if (parts.length <= MOST_MESSAGES) return parts.join('; ')
  return `${parts.slice(0, MOST_MESSAGES).join('; ')}; and ${parts.length - MOST_MESSAGES} more`
}

/** What stands where no whole message does. */
function incomplete(
  rest: Uint8Array,
  header: ReturnType<typeof readBgpHeader> | undefined,
  at: number,
): string {
  if (header !== undefined && 'lengthBytes' in header)
    return `the first ${rest.length} of ${header.lengthBytes} bytes of ${TYPE_NAMES[header.type]}`
  const marked = rest.subarray(0, 16).every((byte) => byte === 0xff)
  if (header !== undefined && marked) return `not decodable: ${formatDecodeError(header)}`
  if (marked) return `the first ${rest.length} bytes of a message`
  return at === 0 ? `part of the stream, ${rest.length} bytes` : `${rest.length} bytes without a header`
}

function describeMessage(bytes: Uint8Array): string {
  const decoded = guess(bytes)
  if (!decoded.ok) return `${TYPE_NAMES[bytes[18] ?? 0]} not decodable: ${formatDecodeError(decoded.error)}`
  const message = decoded.value
  switch (message.kind) {
    case 'open':
      return describeOpen(message)
    case 'update':
      return `${describeUpdate(message)}${describeErrors(decoded.errors)}`
    case 'notification':
      return describeNotification(message)
    case 'keepalive':
      return 'KEEPALIVE'
    case 'route-refresh':
      return describeRouteRefresh(message)
  }
}

const CONTEXTS: readonly BgpContext[] = [
  { asn4: true, addPath: [] },
  { asn4: false, addPath: [] },
  { asn4: true, addPath: [4, 6] as const },
  { asn4: false, addPath: [4, 6] as const },
].map((agreed) => ({ ...agreed, extendedMessage: true, extendedNextHop: true, peer: 'unknown' }))

/** By the first agreement under which nothing is wrong; by the first of all when something always is. */
function guess(bytes: Uint8Array): BgpDecoded<BgpMessage> {
  const readings = CONTEXTS.map((context) => decodeBgpMessage(bytes, context))
  const first = readings[0] as BgpDecoded<BgpMessage>
  return (
    readings.find((reading) => reading.ok && reading.errors.length === 0 && isPlausible(reading.value)) ??
    first
  )
}

/** Path identifiers that are read as prefixes give the default route, again and again. */
function isPlausible(message: BgpMessage): boolean {
  if (message.kind !== 'update') return true
  const lists: (readonly BgpRoute[])[] = [message.withdrawn, message.announced]
  for (const attribute of message.attributes)
    if (attribute.kind === 'mp-reach' || attribute.kind === 'mp-unreach') lists.push(attribute.routes)
  return lists.every((routes) => {
    const names = routes.map(({ prefix, pathId }) => `${formatPrefix(prefix)} ${pathId}`)
    return new Set(names).size === names.length
  })
}

function describeErrors(errors: readonly BgpError[]): string {
  return errors.map((error) => `; ${error.action.replaceAll('-', ' ')}: ${formatDecodeError(error)}`).join('')
}

function describeRouteRefresh({ family, subtype }: RouteRefreshMessage): string {
  const name = familyName(family)
  switch (subtype) {
    case 'request':
      return `ROUTE-REFRESH asks for all routes of ${name}`
    case 'begin':
      return `ROUTE-REFRESH begins to send all routes of ${name}`
    case 'end':
      return `ROUTE-REFRESH has sent all routes of ${name}`
    default:
      return `ROUTE-REFRESH of subtype ${subtype} for ${name}`
  }
}
