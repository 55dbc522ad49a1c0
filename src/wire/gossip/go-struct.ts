// Go structures as the protocol writes them: a map from the name of a field to its value, in any order. A field that is
// missing has its zero value, the last of two with one name counts, and an unknown one is left out: Go does the same.
import { type Ip, ipBytes, ipFromBytes } from '../../net/ip.ts'
import type { Reader } from '../reader.ts'
import { decodeUtf8 } from '../utf8.ts'
import type { Writer } from '../writer.ts'
import {
  readBoolean,
  readMapHeader,
  readRaw,
  readText,
  readUint,
  skipValue,
  writeBoolean,
  writeMapHeader,
  writeRawOrNil,
  writeText,
  writeUint,
} from './msgpack.ts'
import { LONGEST_META_BYTES, LONGEST_NAME_BYTES, MEMBERLIST } from './protocol.ts'

export interface GoField<T> {
  /** the value when the field is missing */
  readonly zero: T
  read(r: Reader): T
  write(w: Writer, value: T): void
  /** leave the field out when it has its zero value */
  readonly omitZero?: boolean
}

type Fields = Readonly<Record<string, GoField<unknown>>>

/** What a structure with these fields holds. */
export type GoStruct<F> = { -readonly [K in keyof F]: F[K] extends GoField<infer T> ? T : never }

export function readStruct<F extends Fields>(r: Reader, fields: F): GoStruct<F> {
  const values: Record<string, unknown> = {}
  for (const name in fields) values[name] = fields[name]?.zero
  for (let left = readMapHeader(r); left > 0; left--) {
    const name = readText(r)
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field === undefined) skipValue(r)
    else values[name] = field.read(r)
  }
  return values as GoStruct<F>
}

export function writeStruct<F extends Fields>(w: Writer, fields: F, values: GoStruct<F>): void {
  const entries = Object.entries(fields).filter(
    ([name, { omitZero, zero }]) => omitZero !== true || values[name as keyof F] !== zero,
  )
  writeMapHeader(w, entries.length)
  for (const [name, field] of entries) {
    writeText(w, name)
    field.write(w, values[name as keyof F])
  }
}

const integer = (max: number): GoField<number> => ({
  zero: 0,
  read: (r) => readUint(r, max),
  write: writeUint,
})

export const uint8 = integer(0xff)
export const uint16 = integer(0xffff)
export const uint32 = integer(0xffff_ffff)
/** Counts and lengths, which are signed in Go. */
export const int32 = integer(0x7fff_ffff)
export const boolean: GoField<boolean> = { zero: false, read: readBoolean, write: writeBoolean }
export const text: GoField<string> = { zero: '', read: readText, write: writeText }

/** The name of a member. */
export const memberName: GoField<string> = { ...text, read: (r) => decodeUtf8(short(r, LONGEST_NAME_BYTES)) }

/** Opaque data of a member. A copy. */
export const meta: GoField<Uint8Array> = {
  zero: new Uint8Array(0),
  read: (r) => short(r, LONGEST_META_BYTES).slice(),
  write: writeRawOrNil,
}

function short(r: Reader, longest: number): Uint8Array {
  const at = r.at
  const raw = readRaw(r)
  if (raw.length > longest)
    throw r.reject('string-too-long', MEMBERLIST, { at, need: longest, have: raw.length })
  return raw
}

const NOTHING = new Uint8Array(0)

/** A copy, so that it may be kept longer than the packet. */
export const bytes: GoField<Uint8Array> = {
  zero: NOTHING,
  read: (r) => readRaw(r).slice(),
  write: writeRawOrNil,
}

/** 4 or 16 bytes, or none. IPv4-mapped addresses stay as they are, because members are compared by these bytes. */
export const address: GoField<Ip | undefined> = {
  zero: undefined,
  read: (r) => {
    const at = r.at
    const raw = readRaw(r)
    const value = ipFromBytes(raw)
    if (value === undefined && raw.length > 0)
      throw r.reject('address-of-odd-length', MEMBERLIST, { at, have: raw.length })
    return value
  },
  write: (w, value) => writeRawOrNil(w, value === undefined ? NOTHING : ipBytes(value)),
}

export const omitZero = <T>(field: GoField<T>): GoField<T> => ({ ...field, omitZero: true })
