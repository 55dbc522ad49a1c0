// Objects that come as protobuf: four bytes `k8s\0`, then runtime.Unknown { typeMeta 1 { apiVersion 1, kind 2 }, raw 2 }.
// Only the messages of message-shapes.ts are known; fields that are not named there are passed over.
import type { JsonObject } from '../json-value.ts'
import { MESSAGES, type ProtoField, type ProtoShape } from './message-shapes.ts'

const MAGIC = [0x6b, 0x38, 0x73, 0x00]
const ENVELOPE: ProtoShape = {
  fields: {
    1: ['typeMeta', { fields: { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] } }],
    2: ['raw', 'bytes'],
  },
}

/** The object as JSON would have it, or undefined for what is no such message or of a kind that is not known. Total. */
export function decodeProtobuf(bytes: Uint8Array): JsonObject | undefined {
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) return undefined
  const envelope = decodeFields(bytes.subarray(MAGIC.length), ENVELOPE)
  const typeMeta = (envelope?.['typeMeta'] ?? {}) as JsonObject
  const shape = MESSAGES[String(typeMeta['kind'])]
  const raw = envelope?.['raw']
  if (shape === undefined) return undefined
  const message = decodeFields(Buffer.from(typeof raw === 'string' ? raw : '', 'base64'), shape)
  return message === undefined
    ? undefined
    : { ...message, kind: typeMeta['kind'], apiVersion: typeMeta['apiVersion'] }
}

type Raw = number | Uint8Array

function decodeFields(bytes: Uint8Array, shape: ProtoShape): JsonObject | undefined {
  const object: JsonObject = {}
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const field = reader.next()
    if (field === undefined) return undefined
    const known = shape.fields[field.number]
    if (known !== undefined && !keep(object, known[0], known[1], field.value)) return undefined
  }
  return object
}

/** False when the value cannot be what the shape says. */
function keep(object: JsonObject, name: string, shape: ProtoField, raw: Raw): boolean {
  if (typeof shape === 'object' && 'map' in shape) {
    const entry =
      typeof raw === 'number'
        ? undefined
        : decodeFields(raw, { fields: { 1: ['key', 'text'], 2: ['value', shape.map] } })
    if (entry === undefined) return false
    object[name] = {
      ...(object[name] as JsonObject | undefined),
      [String(entry['key'] ?? '')]: entry['value'] ?? '',
    }
    return true
  }
  if (typeof shape === 'object' && 'list' in shape) {
    const value = valueIn(shape.list, raw)
    object[name] = [...((object[name] as unknown[] | undefined) ?? []), value]
    return value !== undefined
  }
  const value = valueIn(shape, raw)
  // proto2 of Kubernetes writes empty texts too; JSON leaves them out.
  if (value !== '') object[name] = value
  return value !== undefined
}

function valueIn(shape: ProtoField, raw: Raw): unknown {
  if (shape === 'bool' || shape === 'int') {
    if (typeof raw !== 'number') return undefined
    return shape === 'bool' ? raw !== 0 : raw
  }
  if (typeof raw === 'number') return undefined
  if (shape === 'text') return Buffer.from(raw).toString('utf8')
  if (shape === 'bytes') return Buffer.from(raw).toString('base64')
  return 'fields' in shape ? decodeFields(raw, shape) : undefined
}

/** Tags, varints and lengths of the wire format. */
class WireReader {
  readonly #bytes: Uint8Array
  #at = 0
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** undefined: the bytes end too early, or a wire type that is not used. */
  next(): { number: number; value: Raw } | undefined {
    const tag = this.#varint()
    if (tag === undefined) return undefined
    const number = Math.floor(tag / 8)
    switch (tag % 8) {
      case 0: {
        const value = this.#varint()
        return value === undefined ? undefined : { number, value }
      }
      case 2: {
        const length = this.#varint()
        return length === undefined ? undefined : this.#take(number, length)
      }
      default:
        return tag % 8 === 1 ? this.#take(number, 8) : tag % 8 === 5 ? this.#take(number, 4) : undefined
    }
  }

  #take(number: number, length: number): { number: number; value: Uint8Array } | undefined {
    const end = this.#at + length
    if (end > this.#bytes.length) return undefined
    const value = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return { number, value }
  }

  /** Up to 2^53; larger ones are of no field that is read here. */
  #varint(): number | undefined {
    let value = 0
    for (let scale = 1; this.#at < this.#bytes.length && scale <= 2 ** 63; scale *= 128) {
      const byte = this.#bytes[this.#at] ?? 0
      this.#at += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    return undefined
  }
}
