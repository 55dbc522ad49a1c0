import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ip, ip, parseIp } from '../../net/ip.ts'
import { type Mac, macFromBytes, parseMac } from '../../net/mac.ts'
import { decodeEthernet } from '../ethernet/ethernet.ts'
import { decodeIpv6, type Ipv6Packet } from '../ip/ipv6.ts'
import {
  duplicateAddressProbeFrame,
  ndpFrame,
  neighborAdvertisementFrame,
  neighborSolicitationFrame,
} from './frames.ts'
import { decodeNdp, type NeighborSolicitation } from './ndp.ts'
import type { NdpOption } from './options.ts'
import {
  fillNeighborAdvertisement,
  ipv6Words,
  isNeighborSolicitation,
  neighborAdvertisementBuffer,
  solicitedTargetWord,
} from './responder-frames.ts'
import { solicitedNodeAddress } from './solicited-node.ts'

const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((b) => macFromBytes(b)!)
const anyIp = fc.bigInt(0n, (1n << 128n) - 1n).map((value) => ip(6, value))
const unicast = fc.bigInt(1n, (0xffn << 120n) - 1n).map((value) => ip(6, value))
const nobody = fc.constant(ip(6, 0n))
const option: fc.Arbitrary<NdpOption> = fc.oneof(
  fc.record({ kind: fc.constant('source-link-layer-address' as const), mac }),
  fc.record({ kind: fc.constant('target-link-layer-address' as const), mac }),
  fc.record({ kind: fc.constant('nonce' as const), nonce: fc.uint8Array({ minLength: 6, maxLength: 6 }) }),
  // The type of the sender's address with a length that makes it something else.
  fc.record({
    kind: fc.constant('unknown' as const),
    type: fc.constantFrom(1, 200),
    body: fc.uint8Array({ minLength: 14, maxLength: 14 }),
  }),
)
const frame = fc
  .record({
    from: fc.oneof(unicast, unicast, nobody),
    to: anyIp,
    solicitedTo: fc.boolean(),
    mac,
    toMac: mac,
    target: fc.oneof(unicast, unicast, anyIp),
    options: fc.array(option, { maxLength: 3 }),
  })
  .map(({ from, to, solicitedTo, mac: own, toMac, target, options }) =>
    ndpFrame(
      {
        from: { mac: own, ip: from },
        to: { mac: toMac, ip: solicitedTo ? solicitedNodeAddress(target) : to },
      },
      { kind: 'neighbor-solicitation', target, options },
    ),
  )

interface Solicitation {
  readonly message: NeighborSolicitation
  readonly packet: Ipv6Packet
  readonly frameSource: Mac
}

/** What the full codecs say: the solicitation in the frame, if it is one. */
function solicitationOf(bytes: Uint8Array): Solicitation | undefined {
  const ethernet = decodeEthernet(bytes)
  if (!ethernet.ok || ethernet.value.kind !== 'typed' || ethernet.value.tags.length > 0) return undefined
  if (ethernet.value.etherType !== 0x86dd) return undefined
  const packet = decodeIpv6(ethernet.value.payload)
  if (!packet.ok || packet.value.protocol !== 58 || packet.value.extensions.length > 0) return undefined
  const message = decodeNdp(packet.value.payload, packet.value)
  if (!message.ok || message.value.kind !== 'neighbor-solicitation') return undefined
  return { message: message.value, packet: packet.value, frameSource: ethernet.value.source }
}

/** RFC 4861 §7.2.4 in terms of the full codecs. */
function answerTo(asked: Solicitation, own: Mac, override: boolean, source: Ip | undefined): Uint8Array {
  const { message, packet, frameSource } = asked
  const common = { mac: own, source: source ?? message.target, target: message.target, override }
  if (packet.source.value === 0n) return neighborAdvertisementFrame({ ...common, solicited: false })
  const told = message.options.find((o) => o.kind === 'source-link-layer-address')
  const to = { mac: told?.kind === 'source-link-layer-address' ? told.mac : frameSource, ip: packet.source }
  return neighborAdvertisementFrame({ ...common, to, solicited: true })
}

describe('the neighbour discovery responder', () => {
  it('agrees with the full codecs on every frame, whole, cut or damaged, anywhere in a buffer', () => {
    let solicitations = 0
    const damage = fc.option(fc.tuple(fc.nat(110), fc.nat(255), fc.boolean()), { nil: undefined })
    const property = fc.property(
      frame,
      damage,
      fc.option(fc.nat(110), { nil: undefined, freq: 6 }),
      fc.uint8Array({ maxLength: 9 }),
      fc.record({ own: mac, override: fc.boolean(), source: fc.option(unicast, { nil: undefined }) }),
      (whole, change, cut, around, { own, override, source }) => {
        const bytes = whole.slice(0, cut)
        if (change !== undefined && change[0] < bytes.length) {
          bytes[change[0]] = change[1]
          if (change[2]) repairChecksum(bytes)
        }
        const buffer = Uint8Array.of(...around, ...bytes, ...around)
        const at = around.length
        const asked = solicitationOf(bytes)
        expect(isNeighborSolicitation(buffer, at, bytes.length)).toBe(asked !== undefined)
        if (asked === undefined) return
        solicitations += 1
        const words = [0, 1, 2, 3].map((quarter) => solicitedTargetWord(buffer, at, quarter))
        expect(words).toEqual([...ipv6Words(asked.message.target)])
        const answer = neighborAdvertisementBuffer({ mac: own, override, source })
        fillNeighborAdvertisement(answer, buffer, at)
        expect(answer.frame).toEqual(answerTo(asked, own, override, source))
      },
    )
    fc.assert(property, { numRuns: 2000 })
    expect(solicitations).toBeGreaterThan(200)
  })

  it('reuses one buffer for probes and questions in any order', () => {
    const own = parseMac('02:00:00:00:00:05')!
    const answer = neighborAdvertisementBuffer({ mac: own, override: true, source: undefined })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), unicast, unicast, mac), { minLength: 2, maxLength: 6 }),
        (asked) => {
          for (const [isProbe, from, target, askerMac] of asked) {
            const question = isProbe
              ? duplicateAddressProbeFrame(askerMac, target)
              : neighborSolicitationFrame({ mac: askerMac, ip: from }, target)
            expect(isNeighborSolicitation(question, 0, question.length)).toBe(true)
            fillNeighborAdvertisement(answer, question, 0)
            expect(answer.frame).toEqual(answerTo(solicitationOf(question)!, own, true, undefined))
          }
        },
      ),
    )
  })

  it('refuses places outside the buffer', () => {
    const question = neighborSolicitationFrame(
      { mac: parseMac('02:00:00:00:00:01')!, ip: parseIp('fe80::1')! },
      parseIp('2001:db8::1')!,
    )
    expect(question.length).toBe(86)
    expect(isNeighborSolicitation(question, 0, 86)).toBe(true)
    expect(isNeighborSolicitation(question, 0, 85)).toBe(false)
    expect(isNeighborSolicitation(question, 0, 87)).toBe(false)
    expect(isNeighborSolicitation(question, -1, 86)).toBe(false)
    expect(isNeighborSolicitation(question, 1, 86)).toBe(false)
  })
})

/** Makes the checksum right again, so that the rules behind it are reached; written independently of the code tested. */
function repairChecksum(bytes: Uint8Array): void {
  if (bytes.length < 78) return
  const end = Math.min(bytes.length, 54 + bytes[18]! * 256 + bytes[19]!)
  bytes[56] = 0
  bytes[57] = 0
  let sum = end - 54 + 58
  for (let i = 22; i < end; i += 2) sum += bytes[i]! * 256 + (i + 1 < end ? bytes[i + 1]! : 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536)
  const checksum = 0xffff - sum
  bytes[56] = checksum >> 8
  bytes[57] = checksum & 255
}
