// The list of path attributes in an UPDATE: flags, lengths, duplicates, and what RFC 7606 prescribes for each error.
import { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import type { AttributeEntry, AttributeScope } from './attribute-entry.ts'
import { ATTRIBUTES, attributeEntry } from './attribute-table.ts'
import { attempt, attributeData, type BgpError, BgpFault, updateError, why } from './bgp-error.ts'
import type { BgpContext } from './context.ts'
import { UPDATE_ERROR } from './notification-codes.ts'
import type { KnownAttribute, PathAttribute } from './path-attribute.ts'

const FLAG = { optional: 0x80, transitive: 0x40, partial: 0x20, extendedLength: 0x10 } as const
const FLAGS_OF = {
  'well-known': FLAG.transitive,
  optional: FLAG.optional,
  'optional-transitive': FLAG.optional | FLAG.transitive,
} as const

export interface AttributeList {
  /** the good ones, each type once, in the order of the message */
  readonly attributes: readonly PathAttribute[]
  readonly errors: readonly BgpError[]
  /** types that were there, good or not */
  readonly seen: ReadonlySet<number>
  /** the list broke off inside an attribute */
  readonly overrun: boolean
}

/** One attribute as it stands in the message. */
interface RawAttribute {
  readonly at: number
  readonly flags: number
  readonly type: number
  readonly value: Uint8Array
  /** with flags, type and length, for the NOTIFICATION */
  readonly whole: Uint8Array
}

/**
 * Reads the attributes of an UPDATE (RFC 4271 §4.3). `bytes` holds exactly the list, which begins at `base` in the message.
 *
 *   | optional, transitive, partial, extended length, 0 0 0 0 (1) | type (1) | length (1 or 2) | value | …
 */
export function readAttributes(bytes: Uint8Array, base: number, context: BgpContext): AttributeList {
  const r = new Reader('bgp', 'RFC 4271 §4.3', bytes, {}, base)
  const attributes: PathAttribute[] = []
  const errors: BgpError[] = []
  const seen = new Set<number>()
  while (r.remaining > 0) {
    const start = r.consumed
    const raw = attempt(() => readRaw(r, bytes))
    if (!raw.ok) {
      // RFC 7606 §4: an attribute that overruns the list ends it; the prefixes behind the list can still be found.
      const { subcode, action } = {
        subcode: UPDATE_ERROR.malformedAttributeList,
        action: 'treat-as-withdraw',
      } as const
      const reason = { ...raw.error, at: base + start, reason: 'attribute-overruns-list', rfc: 'RFC 7606 §4' }
      errors.push(updateError(reason, { subcode, action }))
      return { attributes, errors, seen, overrun: true }
    }
    const { type, at } = raw.value
    if (seen.has(type)) errors.push(duplicate(at, type))
    else {
      seen.add(type)
      const attribute = readValue(raw.value, context, errors)
      if (attribute !== undefined) attributes.push(attribute)
    }
  }
  return { attributes, errors, seen, overrun: false }
}

function readRaw(r: Reader, bytes: Uint8Array): RawAttribute {
  const { at, consumed: start } = r
  const flags = r.u8()
  const type = r.u8()
  const value = r.bytes((flags & FLAG.extendedLength) === 0 ? r.u8() : r.u16())
  return { at, flags, type, value, whole: bytes.subarray(start, r.consumed) }
}

/** RFC 7606 §3 (g): of most attributes the first counts; of those that hold routes there must be one. */
function duplicate(at: number, type: number): BgpError {
  const holdsRoutes = type === ATTRIBUTES['mp-reach'].type || type === ATTRIBUTES['mp-unreach'].type
  return updateError(why(at, 'duplicate-attribute', 'RFC 7606 §3 (g)', { have: type }), {
    subcode: UPDATE_ERROR.malformedAttributeList,
    action: holdsRoutes ? 'reset' : 'discard-attribute',
    attribute: type,
  })
}

/** The attribute, if it is to be kept; what is wrong with it goes into `errors`. */
function readValue(raw: RawAttribute, context: BgpContext, errors: BgpError[]): PathAttribute | undefined {
  const { at, flags, type, value, whole } = raw
  const entry = attributeEntry(type)
  const data = attributeData(whole)
  const isOptional = (flags & FLAG.optional) !== 0
  const transitive = (flags & FLAG.transitive) !== 0
  const partial = (flags & FLAG.partial) !== 0
  if (entry === undefined) {
    if (isOptional) return { kind: 'unknown', type, transitive, partial, bytes: value }
    // RFC 4271 §6.3: every speaker knows the well-known ones, so this one was not meant to be understood.
    const reason = why(at, 'unrecognized-well-known-attribute', 'RFC 4271 §6.3', { have: type })
    const { unrecognizedWellKnown: subcode } = UPDATE_ERROR
    errors.push(updateError(reason, { subcode, action: 'reset', data, attribute: type }))
    return undefined
  }
  const problem = problemOfForm(raw, entry, context)
  if (problem !== undefined) {
    errors.push(problem)
    if (!keptDespite(problem, entry)) return undefined
  }
  const scope: AttributeScope = {
    context,
    report: ({ at, reason, rfc }, treatment) =>
      errors.push(updateError(why(at, reason, rfc), { ...treatment, data, attribute: type })),
  }
  const headerBytes = whole.length - value.length
  const reader = new Reader('bgp', entry.rfc, value, {}, at + headerBytes)
  return decodeWith(entry, reader, scope, raw, errors)
}

/** Routes under wrong flags can be read all the same, and must be, to be withdrawn. */
const keptDespite = (problem: BgpError, entry: AttributeEntry<KnownAttribute>): boolean =>
  problem.notification.subcode === UPDATE_ERROR.attributeFlags && entry.action === 'reset'

/** What can be said without a look at the value. */
function problemOfForm(
  { at, flags, type, value, whole }: RawAttribute,
  entry: AttributeEntry<KnownAttribute>,
  context: BgpContext,
): BgpError | undefined {
  const common = { data: attributeData(whole), attribute: type }
  // RFC 7606 §7.5, §7.9, §7.10
  if (entry.internalOnly && context.peer === 'external')
    return updateError(why(at, 'attribute-from-external-peer', entry.rfc, { have: type }), {
      subcode: UPDATE_ERROR.optionalAttribute,
      action: 'discard-attribute',
      ...common,
    })
  // RFC 6793 §4.1: between speakers that both know 4-byte AS numbers these two are not sent, and are discarded.
  if (context.asn4 && (entry === ATTRIBUTES['as4-path'] || entry === ATTRIBUTES['as4-aggregator']))
    return updateError(why(at, 'as4-attribute-from-4-byte-speaker', 'RFC 6793 §6', { have: type }), {
      subcode: UPDATE_ERROR.optionalAttribute,
      action: 'discard-attribute',
      ...common,
    })
  const need = FLAGS_OF[entry.flags]
  const have = flags & (FLAG.optional | FLAG.transitive)
  // RFC 7606 §3 (c)
  if (have !== need)
    return updateError(why(at, 'attribute-flags', 'RFC 7606 §3 (c)', { need, have }), {
      subcode: UPDATE_ERROR.attributeFlags,
      action: 'treat-as-withdraw',
      ...common,
    })
  if (!entry.lengthIsRight(value.length, context))
    return updateError(why(at, 'attribute-length', entry.rfc, { have: value.length }), {
      subcode: UPDATE_ERROR.attributeLength,
      action: entry.action,
      ...common,
    })
  return undefined
}

function decodeWith(
  entry: AttributeEntry<KnownAttribute>,
  reader: Reader,
  scope: AttributeScope,
  { flags, type, value, whole }: RawAttribute,
  errors: BgpError[],
): PathAttribute | undefined {
  const partial = (flags & FLAG.partial) !== 0
  const data = attributeData(whole)
  try {
    const decoded = attempt(() => entry.decode(reader, scope, partial))
    if (decoded.ok) {
      const transitive = (flags & FLAG.transitive) !== 0
      return decoded.value ?? { kind: 'unknown', type, transitive, partial, bytes: value }
    }
    const { subcode, action } = entry
    errors.push(updateError(decoded.error, { subcode, action, data, attribute: type }))
  } catch (thrown) {
    if (!(thrown instanceof BgpFault)) throw thrown
    const { error } = thrown
    errors.push({ ...error, notification: { ...error.notification, data }, attribute: type })
  }
  return undefined
}

/** RFC 4271 §4.3: a second length byte is used only where one is too short. */
export function writeAttribute(w: Writer, attribute: PathAttribute, context: BgpContext): void {
  const value = new Writer()
  let type: number
  let flags: number
  if (attribute.kind === 'unknown') {
    type = attribute.type
    flags = FLAG.optional | (attribute.transitive ? FLAG.transitive : 0)
    value.bytes(attribute.bytes)
  } else {
    const entry = ATTRIBUTES[attribute.kind] as AttributeEntry<KnownAttribute>
    type = entry.type
    flags = FLAGS_OF[entry.flags]
    entry.encode(value, attribute, context)
  }
  if ('partial' in attribute && attribute.partial) flags |= FLAG.partial
  if (value.length > 255)
    w.u8(flags | FLAG.extendedLength)
      .u8(type)
      .u16(value.length)
  else w.u8(flags).u8(type).u8(value.length)
  w.bytes(value.finish())
}

export const attributeType = (attribute: PathAttribute): number =>
  attribute.kind === 'unknown' ? attribute.type : ATTRIBUTES[attribute.kind].type
