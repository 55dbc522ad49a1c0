// The few types of ASN.1 that a certificate needs, in DER (ITU-T X.690). Encoding only: node reads certificates itself.

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Tag, length, content (X.690 §8.1). The length is in the shortest form, as DER demands (§10.1). */
function tagged(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content
  if (length < 0x80) return concat([Uint8Array.of(tag, length), content])
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return concat([Uint8Array.of(tag, 0x80 | digits.length, ...digits), content])
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (sign) => sign.charCodeAt(0))

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => tagged(TAG.sequence, concat(parts))
/** Of one member: the order that DER demands of several is not made here. */
export const setOf = (member: Uint8Array): Uint8Array => tagged(TAG.set, member)
export const boolean = (value: boolean): Uint8Array => tagged(TAG.boolean, Uint8Array.of(value ? 0xff : 0))
export const octetString = (content: Uint8Array): Uint8Array => tagged(TAG.octetString, content)
export const bitString = (content: Uint8Array, unusedBits = 0): Uint8Array =>
  tagged(TAG.bitString, concat([Uint8Array.of(unusedBits), content]))
/** @param text ASCII: names here are made by us */
export const utf8String = (text: string): Uint8Array => tagged(TAG.utf8String, ascii(text))

/** A number that is not negative, from its bytes, the highest first. */
export function unsignedInteger(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first)
  // A set highest bit would mean a negative number (X.690 §8.3).
  const positive = (digits[0] ?? 0) >= 0x80 ? concat([Uint8Array.of(0), digits]) : digits
  return tagged(TAG.integer, positive)
}

/** @param dotted `2.5.29.17` */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(TAG.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** Seven bits a byte, the highest first; all but the last have the top bit set (X.690 §8.19). */
function base128(value: number): number[] {
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift((rest % 128) | 0x80)
  return digits
}

/**
 * RFC 5280 §4.1.2.5: two digits of the year up to 2049, four from then on; always in UTC and with seconds.
 * @param iso `2026-11-27T21:19:00.000Z`, or without the fraction
 */
export function time(iso: string): Uint8Array {
  const digits = iso.slice(0, 19).replaceAll(/[-:T]/g, '')
  return Number(digits.slice(0, 4)) < 2050
    ? tagged(TAG.utcTime, ascii(`${digits.slice(2)}Z`))
    : tagged(TAG.generalizedTime, ascii(`${digits}Z`))
}

/** `[number] EXPLICIT`: the content keeps its own tag. */
export const explicit = (number: number, content: Uint8Array): Uint8Array => tagged(0xa0 | number, content)
/** `[number] IMPLICIT` of a primitive type: the tag takes the place of the own one. */
export const implicit = (number: number, content: Uint8Array): Uint8Array => tagged(0x80 | number, content)
export const implicitAscii = (number: number, text: string): Uint8Array => implicit(number, ascii(text))
