import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../net/ip.ts'
import { decodeControlMessages, decodeTimespec } from './message-header.ts'
import { decodeAuxdataTag, withTag } from './packet/frame-socket.ts'
import { decodeExtendedError } from './reach/extended-error.ts'
import { decodeInetAddress, decodeLinkAddress, inetAddress, linkAddress } from './socket-address.ts'

function controlMessage(level: number, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(16)
  head.writeBigUInt64LE(BigInt(16 + data.length), 0)
  head.writeInt32LE(level, 8)
  head.writeInt32LE(type, 12)
  return Buffer.concat([head, data, Buffer.alloc((8 - (data.length % 8)) % 8)])
}

describe('control messages', () => {
  it('come one after another, padded', () => {
    const time = Buffer.alloc(16)
    time.writeBigInt64LE(1_700_000_000n, 0)
    time.writeBigInt64LE(123_456_789n, 8)
    const bytes = Buffer.concat([controlMessage(1, 35, time), controlMessage(263, 8, Buffer.alloc(20, 1))])
    const [first, second] = decodeControlMessages(bytes)
    expect([first?.level, first?.type, decodeTimespec(first!.data)]).toEqual([
      1,
      35,
      1_700_000_000_123_456_789n,
    ])
    expect([second?.level, second?.type, second?.data.length]).toEqual([263, 8, 20])
    expect(decodeTimespec(Buffer.alloc(15))).toBeUndefined()
  })

  it('are decoded from any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        for (const message of decodeControlMessages(Buffer.from(bytes)))
          decodeExtendedError({ ...message, level: 0, type: 11 })
      }),
    )
  })

  it('carry ICMP errors with their sender', () => {
    const error = Buffer.alloc(16)
    error.writeUInt32LE(113, 0)
    error.set([2, 3, 10], 4)
    const sender = parseIp('192.0.2.254')!
    const data = Buffer.concat([error, inetAddress(sender, 0)])
    expect(decodeExtendedError({ level: 0, type: 11, data })).toEqual({
      family: 4,
      type: 3,
      code: 10,
      sender,
    })
    expect(decodeExtendedError({ level: 0, type: 12, data })).toBeUndefined()
    const local = Buffer.from(data)
    local[4] = 1
    expect(decodeExtendedError({ level: 0, type: 11, data: local })).toBeUndefined()
    expect(decodeExtendedError({ level: 41, type: 25, data: data.subarray(0, 16) })?.sender).toBeUndefined()
    expect(decodeExtendedError({ level: 0, type: 11, data: data.subarray(0, 15) })).toBeUndefined()
  })

  it('carry the VLAN tag, which is put back', () => {
    const aux = Buffer.alloc(20)
    aux.writeUInt32LE(1 | 0x10, 0)
    aux.writeUInt16LE(0x600a, 16)
    expect(decodeAuxdataTag(aux)).toEqual({ protocolId: 0x8100, control: 0x600a })
    aux.writeUInt32LE(1 | 0x10 | 0x40, 0)
    aux.writeUInt16LE(0x88a8, 18)
    expect(decodeAuxdataTag(aux)).toEqual({ protocolId: 0x88a8, control: 0x600a })
    aux.writeUInt32LE(1, 0)
    expect(decodeAuxdataTag(aux)).toBeUndefined()
    const frame = Buffer.from('ffffffffffff02000000000a0806aabb', 'hex')
    expect(Buffer.from(withTag(frame, { protocolId: 0x8100, control: 0x600a })).toString('hex')).toBe(
      'ffffffffffff02000000000a8100600a0806aabb',
    )
  })
})

describe('socket addresses', () => {
  it('of IPv4 and IPv6', () => {
    const v4 = inetAddress(parseIp('192.0.2.1')!, 179)
    expect(Buffer.from(v4).toString('hex')).toBe('020000b3c00002010000000000000000')
    const v6 = inetAddress(parseIp('fe80::1')!, 179, 7)
    expect(Buffer.from(v6).toString('hex')).toBe('0a0000b300000000fe80000000000000000000000000000107000000')
    expect(decodeInetAddress(v4)).toEqual({ address: parseIp('192.0.2.1'), port: 179 })
    expect(decodeInetAddress(v6)).toEqual({ address: parseIp('fe80::1'), port: 179 })
    expect(decodeInetAddress(Buffer.from('1100000000000000', 'hex'))).toBeUndefined()
    expect(decodeInetAddress(v6.subarray(0, 20))).toBeUndefined()
  })

  it('of packet sockets', () => {
    expect(Buffer.from(linkAddress(3, 0x0806)).toString('hex', 0, 8)).toBe('1100080603000000')
    const received = Buffer.from('11000806030000000100040602000000000a0000', 'hex')
    expect(decodeLinkAddress(received)).toEqual({
      etherType: 0x0806,
      interfaceIndex: 3,
      hardwareType: 1,
      packetType: 4,
      mac: '02:00:00:00:00:0a',
    })
    expect(decodeLinkAddress(received.subarray(0, 11))).toBeUndefined()
    expect(decodeLinkAddress(linkAddress(3, 1))?.mac).toBeUndefined()
  })
})
