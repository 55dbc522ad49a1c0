// Values of the protocol for property tests, and the AES-GCM of Node as a cipher.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import fc from 'fast-check'
import { type Ip, ip } from '../../src/net/ip.ts'
import type { GossipCipher } from '../../src/wire/gossip/encryption.ts'
import type { GossipMessage, PingSource } from '../../src/wire/gossip/message.ts'
import { MEMBER_STATES } from '../../src/wire/gossip/protocol.ts'
import type { NodeState, PushPullMessage } from '../../src/wire/gossip/push-pull.ts'
import type { Versions } from '../../src/wire/gossip/versions.ts'

const u8 = fc.nat(0xff)
const u16 = fc.nat(0xffff)
const u32 = fc.oneof(fc.nat(300), fc.nat(0xffff_ffff))
const someBytes = (maxLength: number) => fc.uint8Array({ maxLength })
const name = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
)
export const anyAddress: fc.Arbitrary<Ip> = fc.oneof(
  fc.nat(0xffff_ffff).map((value) => ip(4, BigInt(value))),
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => ip(6, value)),
)
const source: fc.Arbitrary<PingSource | undefined> = fc.option(
  fc.record({ address: anyAddress, port: fc.integer({ min: 1, max: 0xffff }), node: name }),
  { nil: undefined },
)
export const anyVersions: fc.Arbitrary<Versions | undefined> = fc.option(
  fc.record({
    ...{ protocolMin: u8, protocolMax: u8, protocol: u8 },
    ...{ delegateMin: u8, delegateMax: u8, delegate: u8 },
  }),
  { nil: undefined },
)
const kind = <K extends string>(...kinds: readonly K[]) => fc.constantFrom(...kinds)

/** Everything but user messages, whose end is the end of the packet. */
export const closedMessage: fc.Arbitrary<GossipMessage> = fc.oneof(
  fc.record({ kind: kind('ping'), sequence: u32, node: name, source }),
  fc.record({
    ...{ kind: kind('indirect-ping'), sequence: u32, target: anyAddress, port: u16, node: name },
    ...{ nack: fc.boolean(), source },
  }),
  fc.record({ kind: kind('ack'), sequence: u32, payload: someBytes(40) }),
  fc.record({ kind: kind('nack'), sequence: u32 }),
  fc.record({ kind: kind('suspect', 'dead'), incarnation: u32, node: name, from: name }),
  fc.record({
    ...{ kind: kind('alive'), incarnation: u32, node: name, address: anyAddress, port: u16 },
    ...{ meta: someBytes(300), versions: anyVersions },
  }),
  fc.record({ kind: kind('error'), text: name }),
)

export const anyMessage: fc.Arbitrary<GossipMessage> = fc.oneof(
  { weight: 9, arbitrary: closedMessage },
  fc.record({ kind: kind('user'), payload: someBytes(40) }),
)

const nodeState: fc.Arbitrary<NodeState> = fc.record({
  ...{ name, address: anyAddress, port: u16, meta: someBytes(40), incarnation: u32 },
  ...{ state: fc.constantFrom(...MEMBER_STATES), versions: anyVersions },
})

export const anyPushPull: fc.Arbitrary<PushPullMessage> = fc.record({
  kind: kind('push-pull'),
  join: fc.boolean(),
  nodes: fc.array(nodeState, { maxLength: 6 }),
  userState: someBytes(60),
})

/**
 * AES-GCM with keys made from words. The nonce comes from the plain bytes, so that encodings can be compared: never do that
 * outside of a test.
 */
export function testCipher(...words: readonly [string, ...string[]]): GossipCipher {
  const keys = words.map((word) => createHash('sha256').update(word).digest())
  return {
    seal: (plain, authenticated) => {
      const nonce = createHash('sha256').update(plain).digest().subarray(0, 12)
      const aes = createCipheriv('aes-256-gcm', keys[0] ?? '', nonce).setAAD(authenticated)
      return { nonce, sealed: Buffer.concat([aes.update(plain), aes.final(), aes.getAuthTag()]) }
    },
    open: (nonce, sealed, authenticated) => {
      for (const key of keys)
        try {
          const aes = createDecipheriv('aes-256-gcm', key, nonce).setAAD(authenticated)
          aes.setAuthTag(sealed.subarray(-16))
          return Uint8Array.from(Buffer.concat([aes.update(sealed.subarray(0, -16)), aes.final()]))
        } catch {
          // the next key may open it
        }
      return undefined
    },
  }
}
