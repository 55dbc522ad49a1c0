// The helper itself is tested with codecs that each break one promise.
import { describe, expect, it } from 'vitest'
import { type Codec, checkCodec, checkTotality, sameValue } from './codec-properties.ts'
import { decoding } from './decoding.ts'
import { Writer } from './writer.ts'

interface Named {
  readonly id: number
  readonly name: Uint8Array
}

const sound: Codec<Named> = {
  name: 'sound',
  decode: (bytes) =>
    decoding('sound', 'RFC 1', bytes, (r) => {
      const id = r.u16()
      const name = r.bytes(r.u8())
      r.finish()
      return { id, name }
    }),
  encode: ({ id, name }) => new Writer().u16(id).u8(name.length).bytes(name).finish(),
}

const sample: Named = { id: 0x1234, name: Uint8Array.of(9, 8, 7) }
const noise = Uint8Array.of(5, 1, 77, 200, 3, 0, 13, 255)

describe('checkCodec', () => {
  it('accepts a sound codec', () => {
    expect(() => checkCodec(sound, sample, noise)).not.toThrow()
  })

  it.each<[string, Partial<Codec<Named>>, RegExp]>([
    ['an encoder that loses a field', { encode: (v) => sound.encode({ ...v, id: 0 }) }, /round trip: gives/],
    [
      'an encoder that its decoder refuses',
      { encode: (v) => Uint8Array.of(...sound.encode(v), 0) },
      /round trip: own encoding refused/,
    ],
    [
      'a decoder that takes cut messages',
      {
        decode: (b) =>
          decoding('d', 'RFC 1', b, (r) => ({
            id: r.u16(),
            name: r.bytes(Math.min(r.remaining, r.u8(), r.remaining)),
          })),
      },
      /truncation: \d+ of 6 bytes/,
    ],
    [
      'a decoder that throws',
      { decode: (b) => (b.length < 3 ? sound.decode(undefined as never) : sound.decode(b)) },
      /./,
    ],
    [
      'a decoder that forgets the offset of its view',
      {
        decode: (b) =>
          sound.decode(
            b.byteOffset === 0 || b.buffer.byteLength === b.length
              ? b
              : new Uint8Array(b.buffer, 0, b.length),
          ),
      },
      /position independence/,
    ],
    [
      'a decoder that changes its input',
      {
        decode: (b) => {
          const decoded = sound.decode(b)
          if (!decoded.ok && b.length > 0) b[0] = (b[0] ?? 0) ^ 255
          return decoded
        },
      },
      /totality: the input was changed/,
    ],
    ['an encoder that is not canonical', { encode: stateful() }, /canonical re-encoding/],
  ])('refuses %s', (_, fault, message) => {
    expect(() => checkCodec({ ...sound, ...fault }, sample, noise)).toThrow(message)
  })

  it('refuses an error outside the bytes', () => {
    const decode: Codec<Named>['decode'] = () => ({
      ok: false,
      error: { protocol: 'x', at: 99, reason: 'odd', rfc: 'RFC 1' },
    })
    expect(() => checkTotality({ ...sound, decode }, noise)).toThrow(/bad error/)
  })

  it('refuses a decoder that accepts what its encoder cannot say', () => {
    const encode: Codec<Named>['encode'] = (v) => sound.encode({ ...v, id: Math.min(v.id, 0x7fff) })
    expect(() => checkTotality({ ...sound, encode }, Uint8Array.of(0x80, 0, 0))).toThrow(/stability/)
  })

  it('asks for indispensable bytes only', () => {
    const decode: Codec<Named>['decode'] = (b) =>
      decoding('open', 'RFC 1', b, (r) => ({ id: r.u16(), name: r.rest() }))
    const encode: Codec<Named>['encode'] = ({ id, name }) => new Writer().u16(id).bytes(name).finish()
    const open = { name: 'open', decode, encode }
    expect(() => checkCodec({ ...open, indispensableBytes: () => 2 }, sample, noise)).not.toThrow()
    expect(() => checkCodec(open, sample, noise)).toThrow(/truncation: 2 of 5/)
  })
})

function stateful(): Codec<Named>['encode'] {
  let calls = 0
  return (v) => {
    calls += 1
    return calls % 2 === 0 ? Uint8Array.of(...sound.encode(v), 1) : sound.encode(v)
  }
}

describe('sameValue', () => {
  it('compares by structure', () => {
    const value = { a: [1, { b: 2n }], c: Uint8Array.of(1, 2), d: undefined }
    expect(sameValue(value, { a: [1, { b: 2n }], c: Uint8Array.of(1, 2), d: undefined })).toBe(true)
    for (const other of [
      { a: [1, { b: 3n }], c: Uint8Array.of(1, 2), d: undefined },
      { a: [1, { b: 2n }], c: Uint8Array.of(1, 3), d: undefined },
      { a: [1, { b: 2n }], c: [1, 2], d: undefined },
      { a: [1, { b: 2n }], c: Uint8Array.of(1, 2) },
      { a: { 0: 1, 1: { b: 2n } }, c: Uint8Array.of(1, 2), d: undefined },
      undefined,
    ])
      expect(sameValue(value, other)).toBe(false)
  })
})
