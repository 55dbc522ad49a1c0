// Frames recorded from arping, ndisc6, rdisc6, radvd, nftables and the kernel (test/vectors/record.mjs) decode to what
// tshark said about them, and the encoders give the same bytes back. Runs everywhere: tshark spoke when they were recorded.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { differences, type Fields } from '../../test/support/tshark.ts'
import { fieldsOf } from '../../test/vectors/tshark-fields.ts'
import { decodeArp, encodeArp } from './arp/arp.ts'
import { describeFrame } from './describe/describe-frame.ts'
import { decodeEthernet, encodeEthernet } from './ethernet/ethernet.ts'
import { decodeIcmpv4, encodeIcmpv4 } from './ip/icmpv4.ts'
import { decodeIcmpv6, encodeIcmpv6 } from './ip/icmpv6.ts'
import { decodeIpv4, encodeIpv4 } from './ip/ipv4.ts'
import { decodeIpv6, encodeIpv6 } from './ip/ipv6.ts'
import { decodeTcp, encodeTcp } from './ip/tcp.ts'
import { decodeUdp, encodeUdp } from './ip/udp.ts'
import { decodeNdp, encodeNdp, isNdpType } from './ndp/ndp.ts'

const folder = join(import.meta.dirname, '../../test/vectors/wire')
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.hex'))
  .map((file) => file.slice(0, -4))
const frameOf = (name: string) =>
  Uint8Array.from(Buffer.from(readFileSync(join(folder, `${name}.hex`), 'utf8').trim(), 'hex'))

describe.each(names)('the recorded frame %s', (name) => {
  const frame = frameOf(name)

  it('decodes to what tshark says', () => {
    const theirs = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Fields
    const ours = fieldsOf(frame)
    expect(Object.keys(ours).length).toBeGreaterThan(2)
    expect(differences(ours, theirs)).toEqual([])
  })

  it('is encoded again to the same bytes', () => {
    expect(Buffer.from(reencode(frame)).toString('hex')).toBe(Buffer.from(frame).toString('hex'))
  })

  it('is described in one line', () => {
    expect(describeFrame(frame)).not.toContain('not decodable')
  })
})

it('has vectors for every kind of frame', () => {
  expect(names.length).toBeGreaterThan(30)
})

/** Each layer decoded and encoded again. */
function reencode(bytes: Uint8Array): Uint8Array {
  const frame = must(decodeEthernet(bytes))
  const payload = frame.kind === 'typed' ? reencodePayload(frame.etherType, frame.payload) : frame.payload
  return encodeEthernet({ ...frame, payload }, 0)
}

function reencodePayload(etherType: number, bytes: Uint8Array): Uint8Array {
  if (etherType === 0x0806) return encodeArp(must(decodeArp(bytes)))
  if (etherType === 0x0800) {
    const packet = must(decodeIpv4(bytes))
    const { payload } = packet
    if (packet.protocol === 1)
      return encodeIpv4({ ...packet, payload: encodeIcmpv4(must(decodeIcmpv4(payload))) })
    if (packet.protocol === 6)
      return encodeIpv4({ ...packet, payload: encodeTcp(must(decodeTcp(payload)), packet) })
    return encodeIpv4({ ...packet, payload: encodeUdp(must(decodeUdp(payload)), packet) })
  }
  const packet = must(decodeIpv6(bytes))
  const { payload } = packet
  if (packet.protocol === 6)
    return encodeIpv6({ ...packet, payload: encodeTcp(must(decodeTcp(payload)), packet) })
  if (isNdpType(payload[0]))
    return encodeIpv6({ ...packet, payload: encodeNdp(must(decodeNdp(payload, packet)), packet) })
  return encodeIpv6({ ...packet, payload: encodeIcmpv6(must(decodeIcmpv6(payload, packet)), packet) })
}

function must<T>(decoded: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error))
  return decoded.value
}
