import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyMessage } from '../../../test/support/gossip-values.ts'
import { parseIp } from '../../net/ip.ts'
import { type Codec, checkCodec, checkTotality } from '../codec-properties.ts'
import { decodeGossipMessage, encodeGossipMessage, type GossipMessage } from './message.ts'

const codec: Codec<GossipMessage> = {
  name: 'gossip message',
  decode: decodeGossipMessage,
  encode: encodeGossipMessage,
  indispensableBytes: (value, encoded) => (value.kind === 'user' ? 1 : encoded.length),
}
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const text = (word: string) => Buffer.from(word).toString('hex')
const decoded = (...words: readonly string[]) => decodeGossipMessage(hex(words.join('')))
const reasonOf = (...words: readonly string[]) => {
  const result = decoded(...words)
  return result.ok ? result.value : result.error.reason
}

describe('messages', () => {
  it('keep the promises of a codec', () => {
    fc.assert(
      fc.property(anyMessage, fc.uint8Array({ maxLength: 24 }), (value, noise) =>
        checkCodec(codec, value, noise),
      ),
    )
  })

  it('survive any bytes behind any type', () => {
    fc.assert(
      fc.property(fc.nat(14), fc.uint8Array({ maxLength: 60 }), (type, rest) => {
        checkTotality(codec, Uint8Array.of(type, ...rest))
      }),
      { numRuns: 2000 },
    )
  })

  it('are written as Go writes them', () => {
    const alive: GossipMessage = {
      ...{ kind: 'alive', incarnation: 300, node: 'n1', address: parseIp('10.0.0.1')!, port: 7946 },
      meta: new Uint8Array(0),
      versions: {
        ...{ protocolMin: 1, protocolMax: 5, protocol: 2, delegateMin: 0, delegateMax: 0, delegate: 0 },
      },
    }
    expect(Buffer.from(encodeGossipMessage(alive)).toString('hex')).toBe(
      [
        '0486',
        `ab${text('Incarnation')}cd012c`,
        `a4${text('Node')}a2${text('n1')}`,
        `a4${text('Addr')}a40a000001`,
        `a4${text('Port')}cd1f0a`,
        `a4${text('Meta')}c0`,
        `a3${text('Vsn')}a6010502000000`,
      ].join(''),
    )
  })

  it('leave the source of a ping out when there is none', () => {
    const ping: GossipMessage = { kind: 'ping', sequence: 1, node: 'b', source: undefined }
    expect(Buffer.from(encodeGossipMessage(ping)).toString('hex')).toBe(
      `0082a5${text('SeqNo')}01a4${text('Node')}a1${text('b')}`,
    )
  })
})

describe('what others may write', () => {
  const ack = { kind: 'ack', sequence: 7, payload: new Uint8Array(0) }
  const SEQ = `a5${text('SeqNo')}`

  it.each([
    ['the new string types', `0281d905${text('SeqNo')}07`],
    ['a map of 16 bits', `02de0001${SEQ}07`],
    ['a map of 32 bits', `02df00000001${SEQ}07`],
    ['the number as uint8', `0281${SEQ}cc07`],
    ['the number as uint64', `0281${SEQ}cf0000000000000007`],
    ['the number as int16', `0281${SEQ}d10007`],
    ['the number as int64', `0281${SEQ}d30000000000000007`],
    [
      'a field that we do not know',
      `0282a1${text('X')}93c0dc0001c382a101cb0000000000000000a102d60011223344${SEQ}07`,
    ],
    ['a field twice: the last one counts', `0282${SEQ}01${SEQ}07`],
    ['bytes as bin', `0282a7${text('Payload')}c400${SEQ}07`],
    ['bytes behind the map', `0281${SEQ}07ffff`],
  ])('%s', (_, bytes) => {
    expect(decoded(bytes)).toEqual({ ok: true, value: ack })
  })

  it('takes nil for the value of nothing', () => {
    expect(decoded('02c0')).toEqual({ ok: true, value: { ...ack, sequence: 0 } })
    expect(decoded(`0281${SEQ}c0`)).toEqual({ ok: true, value: { ...ack, sequence: 0 } })
  })
})

describe('what is refused', () => {
  const SEQ = `a5${text('SeqNo')}`

  it.each([
    ['no bytes', '', 'truncated'],
    ['a type that nobody knows', '0f80', 'unknown-message-type'],
    ['no map', '0207', 'not-a-map'],
    ['text for a number', `0281${SEQ}a161`, 'not-a-number'],
    ['a negative number', `0281${SEQ}ff`, 'number-out-of-range'],
    ['a negative number of 8 bits', `0281${SEQ}d080`, 'number-out-of-range'],
    ['a number that does not fit', `0281${SEQ}cf0000000100000000`, 'number-out-of-range'],
    ['a number beyond all numbers', `0281${SEQ}cfffffffffffffffff`, 'number-out-of-range'],
    ['a number for text', `0081a4${text('Node')}07`, 'not-a-string'],
    ['a number for a boolean', `0181a4${text('Nack')}01`, 'not-a-boolean'],
    ['an address of five bytes', `0481a4${text('Addr')}a50102030405`, 'address-of-odd-length'],
    ['an alive message without an address', `0481a4${text('Node')}a161`, 'no-address'],
    ['an indirect ping without a target', `0180`, 'no-address'],
    ['three versions', `0481a3${text('Vsn')}a3010502`, 'too-few-versions'],
    ['a type that MessagePack reserves', `0281a1${text('X')}c1`, 'reserved-type'],
    ['a string longer than the packet', `0281${SEQ}dbffffffff`, 'not-a-number'],
    ['an unknown field longer than the packet', `0281a1${text('X')}dbffffffff`, 'truncated'],
    ['an unknown array of four milliards', `0281a1${text('X')}ddffffffff`, 'truncated'],
    ['more fields than anybody writes', '02de0041', 'too-many-fields'],
    ['a name of 513 bytes', `0081a4${text('Node')}da0201${'61'.repeat(513)}`, 'string-too-long'],
    ['metadata of 513 bytes', `0481a4${text('Meta')}da0201${'61'.repeat(513)}`, 'string-too-long'],
  ])('%s', (_, bytes, reason) => {
    expect(reasonOf(bytes)).toBe(reason)
  })

  it('a million arrays in each other, without a stack and soon', () => {
    const nested = new Uint8Array(1_000_000).fill(0x91)
    nested.set(hex(`0281a1${text('X')}`))
    expect(decodeGossipMessage(nested)).toMatchObject({ ok: false, error: { reason: 'too-many-values' } })
  })
})
