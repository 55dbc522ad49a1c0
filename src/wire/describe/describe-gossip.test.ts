import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { encodeGossipMessage, type GossipMessage } from '../gossip/message.ts'
import { encodePacket, PLAIN_PACKETS } from '../gossip/packet.ts'
import { describeGossipPacket } from './describe-gossip.ts'

const address = parseIp('192.0.2.13')!
const packet = (...messages: GossipMessage[]): Uint8Array =>
  encodePacket(messages.map(encodeGossipMessage), PLAIN_PACKETS, true)
const ping = (node: string): GossipMessage => ({ kind: 'ping', sequence: 7, node, source: undefined })

describe('a packet of gossip', () => {
  it.each<[string, GossipMessage[]]>([
    ['ping of node-b', [ping('node-b')]],
    ['answer to ping 7', [{ kind: 'ack', sequence: 7, payload: new Uint8Array(0) }]],
    [
      'ping of b; c is alive at 192.0.2.13:7946',
      [
        ping('b'),
        {
          kind: 'alive',
          incarnation: 1,
          node: 'c',
          address,
          port: 7946,
          meta: new Uint8Array(0),
          versions: undefined,
        },
      ],
    ],
    ['a suspects b to be dead', [{ kind: 'suspect', incarnation: 1, node: 'b', from: 'a' }]],
    ['a says that b is dead', [{ kind: 'dead', incarnation: 1, node: 'b', from: 'a' }]],
    ['b leaves', [{ kind: 'dead', incarnation: 1, node: 'b', from: 'b' }]],
    ['ping of "a\\u001b[2J"', [ping('a\u001b[2J')]],
    ['ping of a; ping of a; ping of a; ping of a; and 2 more', Array.from({ length: 6 }, () => ping('a'))],
  ])('%s', (line, messages) => expect(describeGossipPacket(packet(...messages))).toBe(line))

  it('that is encrypted says so', () => {
    expect(describeGossipPacket(new Uint8Array(60).fill(0x91).with(0, 1))).toBe('encrypted, 60 bytes')
  })

  it('is told whatever it holds, in one line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(describeGossipPacket(bytes)).not.toMatch(/\p{Cc}/u)
      }),
    )
  })
})
