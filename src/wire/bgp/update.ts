// UPDATE: routes withdrawn, routes announced, and the attributes that all announced ones share.
// Standards: RFC 4271 §4.3, §6.3, §9; RFC 7606 (what to do about errors); RFC 4760.
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import { ATTRIBUTES, attributeName } from './attribute-table.ts'
import { type AttributeList, readAttributes, writeAttribute } from './attributes.ts'
import {
  attempt,
  type BgpDecoded,
  type BgpError,
  BgpFault,
  resetError,
  strongestFirst,
  updateError,
  why,
} from './bgp-error.ts'
import type { BgpContext } from './context.ts'
import { BGP_HEADER_BYTES } from './framer.ts'
import { BGP_ERROR, UPDATE_ERROR } from './notification-codes.ts'
import type { PathAttribute } from './path-attribute.ts'
import { type BgpRoute, readRoutes, writeRoutes } from './route.ts'

export interface UpdateMessage {
  readonly kind: 'update'
  /** IPv4 unicast; other families are in MP_UNREACH_NLRI */
  readonly withdrawn: readonly BgpRoute[]
  /** each type once */
  readonly attributes: readonly PathAttribute[]
  /** IPv4 unicast, reached by NEXT_HOP; other families are in MP_REACH_NLRI */
  readonly announced: readonly BgpRoute[]
}

/**
 * Reads an UPDATE behind its header. `bytes` is the whole message, of which `r` has read the header. The value holds what
 * is well formed; `errors` say what must be done about the rest. When the session must be reset there is no value.
 *
 *   | length (2) | withdrawn routes … | length (2) | path attributes … | announced routes, up to the end |
 */
export function readUpdate(r: Reader, bytes: Uint8Array, context: BgpContext): BgpDecoded<UpdateMessage> {
  const addPath = context.addPath.includes(4)
  const withdrawnBytes = r.u16()
  // RFC 4271 §6.3: both lengths must fit the message before anything else is looked at.
  if (withdrawnBytes + 2 > r.remaining) throw lengthFault(BGP_HEADER_BYTES, withdrawnBytes + 2, r.remaining)
  const withdrawnReader = r.sub(withdrawnBytes)
  const listAt = r.at
  const listBytes = r.u16()
  if (listBytes > r.remaining) throw lengthFault(listAt, listBytes, r.remaining)
  const withdrawn = readField(withdrawnReader, addPath)
  const list = readAttributes(bytes.subarray(r.consumed, r.consumed + listBytes), r.at, context)
  r.skip(listBytes)
  const announced = readField(r, addPath)
  const errors = strongestFirst([...list.errors, ...missing(list, announced)])
  // RFC 7606 §5.2: without a prefix in sight, nobody knows that all of them were seen.
  const escalate =
    errors.some(({ action }) => action !== 'discard-attribute') && seesNoRoutes(list, announced)
  const final = escalate
    ? errors.map(
        (error): BgpError => (error.action === 'discard-attribute' ? error : { ...error, action: 'reset' }),
      )
    : errors
  const worst = final[0]
  if (worst?.action === 'reset') return { ok: false, error: worst, errors: final }
  const value: UpdateMessage = { kind: 'update', withdrawn, attributes: list.attributes, announced }
  return { ok: true, value, errors: final }
}

const lengthFault = (at: number, need: number, have: number): BgpFault =>
  new BgpFault(
    resetError(why(at, 'lengths-exceed-message', 'RFC 4271 §6.3', { need, have }), [
      BGP_ERROR.update,
      UPDATE_ERROR.malformedAttributeList,
    ]),
  )

/** RFC 7606 §3 (i), (j): prefixes that cannot be read cannot be withdrawn, so the session is reset. */
function readField(r: Reader, addPath: boolean): BgpRoute[] {
  const routes = attempt(() => readRoutes(r, 4, addPath))
  if (routes.ok) return routes.value
  throw new BgpFault(resetError(routes.error, [BGP_ERROR.update, UPDATE_ERROR.invalidNetworkField]))
}

/** RFC 4271 §5, RFC 4760 §3: what an announcement cannot be without; RFC 7606 §3 (d) for the treatment. */
function missing({ attributes, seen }: AttributeList, announced: readonly BgpRoute[]): BgpError[] {
  const reach = attributes.some((attribute) => attribute.kind === 'mp-reach' && attribute.routes.length > 0)
  if (announced.length === 0 && !reach) return []
  const needed = [ATTRIBUTES.origin.type, ATTRIBUTES['as-path'].type]
  if (announced.length > 0) needed.push(ATTRIBUTES['next-hop'].type)
  return needed
    .filter((type) => !seen.has(type))
    .map((type) =>
      updateError(
        why(BGP_HEADER_BYTES, `missing-${attributeName(type).toLowerCase()}`, 'RFC 7606 §3 (d)', {
          need: type,
        }),
        {
          subcode: UPDATE_ERROR.missingWellKnown,
          action: 'treat-as-withdraw',
          data: Uint8Array.of(type),
          attribute: type,
        },
      ),
    )
}

/** RFC 7606 §5.2: attributes other than MP_UNREACH_NLRI, and neither a prefix nor an MP_REACH_NLRI with one. */
function seesNoRoutes({ attributes, seen, overrun }: AttributeList, announced: readonly BgpRoute[]): boolean {
  if (announced.length > 0) return false
  if (!overrun && [...seen].every((type) => type === ATTRIBUTES['mp-unreach'].type)) return false
  const reach = attributes.find((attribute) => attribute.kind === 'mp-reach')
  return reach === undefined ? !seen.has(ATTRIBUTES['mp-reach'].type) : reach.routes.length === 0
}

export function writeUpdate(w: Writer, update: UpdateMessage, context: BgpContext): void {
  const addPath = context.addPath.includes(4)
  const withdrawn = new Writer()
  writeRoutes(withdrawn, update.withdrawn, addPath)
  const attributes = new Writer()
  for (const attribute of update.attributes) writeAttribute(attributes, attribute, context)
  w.u16(withdrawn.length).bytes(withdrawn.finish())
  w.u16(attributes.length).bytes(attributes.finish())
  writeRoutes(w, update.announced, addPath)
}
