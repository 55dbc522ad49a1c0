import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyPushPull, closedMessage, testCipher } from '../../../test/support/gossip-values.ts'
import { parseIp } from '../../net/ip.ts'
import { type Codec, checkCodec, checkTotality } from '../codec-properties.ts'
import type { Decoded } from '../decode-error.ts'
import { encodeGossipMessage } from './message.ts'
import { type PacketSettings, PLAIN_PACKETS } from './packet.ts'
import { encodePushPull, type NodeState } from './push-pull.ts'
import { encodeStream, type StreamMessage, StreamReader } from './stream.ts'

const settings: fc.Arbitrary<PacketSettings> = fc.record({
  label: fc.constantFrom('', 'blue'),
  cipher: fc.constantFrom(undefined, testCipher('a'), testCipher('a', 'b')),
  ...{ verifyIncoming: fc.constant(true), verifyOutgoing: fc.constant(true), compression: fc.boolean() },
})
const message: fc.Arbitrary<StreamMessage> = fc.oneof(anyPushPull, closedMessage)
const encode = (value: StreamMessage) =>
  value.kind === 'push-pull' ? encodePushPull(value) : encodeGossipMessage(value)

/** Reads a stream in one piece; what is still missing counts as truncated. */
function readWhole(bytes: Uint8Array, how: PacketSettings): Decoded<StreamMessage> {
  const reader = new StreamReader(how)
  reader.push(bytes)
  return (
    reader.read() ?? {
      ok: false,
      error: { protocol: 'gossip', at: bytes.length, reason: 'truncated', rfc: 'memberlist 0.5.1' },
    }
  )
}

const codec = (how: PacketSettings): Codec<StreamMessage> => ({
  name: 'gossip stream',
  decode: (bytes) => {
    const result = readWhole(bytes, how)
    // User messages have a length over TCP, and we never send one.
    return result.ok && result.value.kind === 'user' ? readWhole(new Uint8Array(0), how) : result
  },
  encode: (value) => encodeStream(encode(value), how),
})

describe('streams', () => {
  it('keep the promises of a codec in every combination of layers', () => {
    fc.assert(
      fc.property(settings, message, fc.uint8Array({ maxLength: 24 }), (how, value, noise) =>
        checkCodec(codec(how), value, noise),
      ),
      { numRuns: 60 },
    )
  })

  it('survive any bytes', () => {
    fc.assert(
      fc.property(settings, fc.uint8Array({ maxLength: 80 }), (how, bytes) => {
        checkTotality(codec(how), bytes)
        for (const type of [6, 8, 9, 10, 244]) checkTotality(codec(how), Uint8Array.of(type, ...bytes))
      }),
      { numRuns: 500 },
    )
  })

  it('give the same message however they are cut', () => {
    fc.assert(
      fc.property(settings, message, fc.array(fc.integer({ min: 1, max: 60 })), (how, value, cuts) => {
        const bytes = encodeStream(encode(value), how)
        const reader = new StreamReader(how)
        let at = 0
        for (const cut of [...cuts, bytes.length]) {
          expect(reader.read()).toBeUndefined()
          reader.push(bytes.subarray(at, at + cut))
          at += cut
          if (at >= bytes.length) break
        }
        expect(reader.read()).toEqual({ ok: true, value })
      }),
    )
  })

  it('read a user message by its length', () => {
    const header = Buffer.concat([Buffer.from([8, 0x81, 0xaa]), Buffer.from('UserMsgLen'), Buffer.from([3])])
    expect(readWhole(Buffer.concat([header, Buffer.from('abc')]), PLAIN_PACKETS)).toEqual({
      ok: true,
      value: { kind: 'user', payload: Uint8Array.from(Buffer.from('abc')) },
    })
    expect(readWhole(Buffer.concat([header, Buffer.from('ab')]), PLAIN_PACKETS)).toMatchObject({ ok: false })
  })
})

/** What an agent of serf 0.9.4 says first when it joins (`serf agent -node alpha -bind 127.0.0.1:17946 -tag role=web`). */
const SERF_JOINS = [
  '0982a4416c676f00a3427566da00d6000d0c22a5e44d1a37c34a397943a6cc9c00acaacc2923670a9d3074ca3029e3a69980268748052143460ea93f',
  '0000045895c4cd983072dc604cf3c64d00524dca5c5cf52f1029396fd8941975a78c18524ec2b429532a0c1b3868c29082f2460e9d66463494b288b1',
  '0c805156e6b83115a080000105cc1a5255c40e473a4ca8a4591ac054dbb773b8090000acafdfbf80030b1e4cb8b0e1c388132b5eccb8b1e3c790234b',
  '9e4cb9b2e5cb98336b5e5c2aeedc322b379aa193b38d188a7320a98a5287621ecf745971a553670e6c87819a3e8d0a2020',
].join('')

it('reads what Go wrote and compressed', () => {
  const result = readWhole(Uint8Array.from(Buffer.from(SERF_JOINS, 'hex')), PLAIN_PACKETS)
  expect(result).toMatchObject({
    value: {
      ...{ kind: 'push-pull', join: true },
      nodes: [
        {
          ...{ name: 'alpha', address: parseIp('127.0.0.1'), port: 17946, incarnation: 1, state: 'alive' },
          versions: {
            ...{ protocolMin: 1, protocolMax: 5, protocol: 2 },
            ...{ delegateMin: 2, delegateMax: 5, delegate: 5 },
          },
        },
      ],
    },
  })
  expect(result.ok && result.value.kind === 'push-pull' && result.value.userState.length).toBe(589)
  const meta = result.ok && result.value.kind === 'push-pull' ? result.value.nodes[0]?.meta : undefined
  // serf writes its tags as a byte and a map.
  expect(Buffer.from(meta ?? []).toString('latin1')).toBe('\xff\x81\xa4role\xa3web')
})

describe('what is refused of streams', () => {
  const keyed = { ...PLAIN_PACKETS, cipher: testCipher('right') }
  const push = encodePushPull({ join: true, nodes: [], userState: new Uint8Array(0) })
  const reason = (bytes: Uint8Array, how: PacketSettings) => {
    const result = readWhole(bytes, how)
    return result.ok ? 'ok' : result.error.reason
  }

  it('other keys and labels', () => {
    const other = { ...PLAIN_PACKETS, cipher: testCipher('wrong') }
    expect(reason(encodeStream(push, other), keyed)).toBe('no-key-opens-it')
    expect(reason(encodeStream(push, other), PLAIN_PACKETS)).toBe('encrypted-without-our-key')
    expect(reason(encodeStream(push, PLAIN_PACKETS), keyed)).toBe('not-encrypted')
    expect(reason(encodeStream(push, PLAIN_PACKETS), { ...keyed, verifyIncoming: false })).toBe('ok')
    expect(reason(encodeStream(push, { ...PLAIN_PACKETS, label: 'x' }), PLAIN_PACKETS)).toBe('other-label')
  })

  it('a length beyond the limit before anything of it has come', () => {
    expect(reason(Uint8Array.of(10, 0xff, 0, 0, 0), keyed)).toBe('stream-too-long')
  })

  it('a stream that never ends, and it holds no more than the limit', () => {
    const chunk = new Uint8Array(1024 * 1024)
    const endless = Buffer.concat([
      Buffer.from([6, 0x82, 0xa5]),
      Buffer.from('Nodes'),
      Buffer.from([0, 0xac]),
      Buffer.from('UserStateLen'),
      Buffer.from([0xce, 0x7f, 0xff, 0xff, 0xff]),
    ])
    const reader = new StreamReader(PLAIN_PACKETS)
    reader.push(endless)
    for (let i = 0; i < 20; i++) {
      expect(reader.read()).toBeUndefined()
      reader.push(chunk)
    }
    expect(reader.read()).toMatchObject({ error: { reason: 'stream-too-long' } })
    expect(reader.heldBytes).toBeLessThanOrEqual(20 * 1024 * 1024 + 1)
  })

  it('a state that no member can have', () => {
    const nodes: NodeState[] = [
      {
        ...{ name: 'n', address: parseIp('10.0.0.1')!, port: 1, meta: new Uint8Array(0) },
        ...{ incarnation: 1, state: 'left', versions: undefined },
      },
    ]
    const bytes = encodePushPull({ join: false, nodes, userState: new Uint8Array(0) })
    const at = Buffer.from(bytes).indexOf('State\x03', 0, 'latin1')
    expect(reason(bytes, PLAIN_PACKETS)).toBe('ok')
    bytes[at + 5] = 4
    expect(reason(bytes, PLAIN_PACKETS)).toBe('unknown-member-state')
  })
})
