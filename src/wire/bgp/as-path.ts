// The list of AS numbers that a route has come through, and the two ways to write it (RFC 6793).
import type { Reader } from '../reader.ts'
import type { Writer } from '../writer.ts'
import type { AsSegment, PathAttribute } from './path-attribute.ts'

/** RFC 6793 §9: stands for an AS number that does not fit two bytes. */
export const AS_TRANS = 23456

/** By wire value − 1. */
const SEGMENT_KINDS = ['set', 'sequence', 'confed-sequence', 'confed-set'] as const

/**
 * Reads segments until nothing is left (RFC 4271 §4.3, RFC 7606 §7.2).
 *
 *   | type (1) | how many (1) | AS numbers (2 or 4 bytes each) | …
 */
export function readSegments(r: Reader, asn4: boolean): AsSegment[] {
  return r.many(() => {
    const at = r.at
    const kind = SEGMENT_KINDS[r.u8() - 1]
    if (kind === undefined) throw r.reject('unknown-segment-type', 'RFC 7606 §7.2', { at })
    const count = r.u8()
    if (count === 0) throw r.reject('empty-segment', 'RFC 7606 §7.2', { at })
    const asns = Array.from({ length: count }, () => (asn4 ? r.u32() : r.u16()))
    if (asns.includes(0)) throw r.reject('as-number-is-0', 'RFC 7607 §2', { at })
    return { kind, asns }
  })
}

export function writeSegments(w: Writer, segments: readonly AsSegment[], asn4: boolean): void {
  for (const { kind, asns } of segments) {
    w.u8(SEGMENT_KINDS.indexOf(kind) + 1).u8(asns.length)
    for (const asn of asns)
      if (asn4) w.u32(asn)
      else w.u16(asn)
  }
}

export const isConfederation = ({ kind }: AsSegment): boolean =>
  kind === 'confed-sequence' || kind === 'confed-set'

/** How long a path is when routes are compared: a set counts once, confederations do not (RFC 4271 §9.1.2.2, RFC 5065 §5.3). */
export function pathLength(segments: readonly AsSegment[]): number {
  let length = 0
  for (const segment of segments)
    if (!isConfederation(segment)) length += segment.kind === 'set' ? 1 : segment.asns.length
  return length
}

/**
 * What a speaker with 4-byte AS numbers sends to one without (RFC 6793 §4.2.2): AS_TRANS for the numbers that do not fit,
 * and the true ones in AS4_PATH and AS4_AGGREGATOR.
 */
export function narrowAsns(attributes: readonly PathAttribute[]): PathAttribute[] {
  const narrow: PathAttribute[] = []
  const wide: PathAttribute[] = []
  const fits = (asn: number): boolean => asn <= 0xffff
  for (const attribute of attributes) {
    if (attribute.kind === 'as-path' && !attribute.segments.every(({ asns }) => asns.every(fits))) {
      const short = (asn: number): number => (fits(asn) ? asn : AS_TRANS)
      const segments = attribute.segments.map(({ kind, asns }) => ({ kind, asns: asns.map(short) }))
      narrow.push({ kind: 'as-path', segments })
      // RFC 6793 §4.2.2: the segments of a confederation stay out of AS4_PATH.
      const outer = attribute.segments.filter((segment) => !isConfederation(segment))
      if (outer.length > 0) wide.push({ kind: 'as4-path', segments: outer, partial: false })
    } else if (attribute.kind === 'aggregator' && !fits(attribute.asn)) {
      narrow.push({ ...attribute, asn: AS_TRANS })
      wide.push({ ...attribute, kind: 'as4-aggregator' })
    } else narrow.push(attribute)
  }
  return [...narrow, ...wide]
}

/** The reverse, at the receiver (RFC 6793 §4.2.3): the true numbers put back, AS4_PATH and AS4_AGGREGATOR gone. */
export function widenAsns(attributes: readonly PathAttribute[]): PathAttribute[] {
  const find = <K extends PathAttribute['kind']>(kind: K) =>
    attributes.find((a): a is Extract<PathAttribute, { kind: K }> => a.kind === kind)
  const aggregator = find('aggregator')
  const aggregator4 = find('as4-aggregator')
  const path4 = find('as4-path')
  // RFC 6793 §4.2.3: an AGGREGATOR that is not AS_TRANS was added behind the last one who knew, so neither can be trusted.
  const stale = aggregator4 !== undefined && aggregator !== undefined && aggregator.asn !== AS_TRANS
  return attributes.flatMap((attribute): PathAttribute[] => {
    if (attribute.kind === 'as4-path' || attribute.kind === 'as4-aggregator') return []
    if (stale) return [attribute]
    if (attribute.kind === 'as-path' && path4 !== undefined)
      return [{ kind: 'as-path', segments: mergePaths(attribute.segments, path4.segments) }]
    if (attribute.kind === 'aggregator' && aggregator4 !== undefined)
      return [{ ...attribute, asn: aggregator4.asn, address: aggregator4.address }]
    return [attribute]
  })
}

/** The leading part of `short` that `wide` does not cover, then `wide`. */
function mergePaths(short: readonly AsSegment[], wide: readonly AsSegment[]): AsSegment[] {
  let missing = pathLength(short) - pathLength(wide)
  // RFC 6793 §4.2.3: a shorter AS_PATH means that AS4_PATH is of another route.
  if (missing < 0) return [...short]
  const merged: AsSegment[] = []
  for (const segment of short) {
    // Segments of a confederation that lead, or that follow what is taken, are kept with it.
    if (isConfederation(segment)) merged.push(segment)
    else if (missing <= 0) break
    else if (segment.kind === 'set') {
      merged.push(segment)
      missing--
    } else {
      merged.push({ kind: segment.kind, asns: segment.asns.slice(0, missing) })
      missing -= segment.asns.length
    }
  }
  return [...merged, ...wide]
}
