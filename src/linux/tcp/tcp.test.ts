import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { decodeTcpCounters } from './tcp-counters.ts'
import { md5Option, socketOptions } from './tcp-options.ts'

const peer = parseIp('192.0.2.1')!

describe('socket options', () => {
  it('of a signed session with GTSM', () => {
    const options = socketOptions(4, {
      device: 'eth0',
      ttl: 255,
      minTtl: 254,
      trafficClass: 0xc0,
      md5Keys: [{ peer, password: 'pw' }],
    })
    expect(options.map((o) => [o.title, o.level, o.name])).toEqual([
      ['SO_BINDTODEVICE', 1, 25],
      ['IP_TTL', 0, 2],
      ['IP_MINTTL', 0, 21],
      ['IP_TOS', 0, 1],
      ['TCP_MD5SIG', 6, 14],
    ])
    expect(Buffer.from(options[0]!.value).toString()).toBe('eth0\0')
    expect([...options[1]!.value]).toEqual([255, 0, 0, 0])
  })

  it('have other names for IPv6, and none is set that was not asked for', () => {
    expect(socketOptions(6, { ttl: 1, minTtl: 2, trafficClass: 3 }).map((o) => [o.level, o.name])).toEqual([
      [41, 16],
      [41, 73],
      [41, 67],
    ])
    expect(socketOptions(4, {})).toEqual([])
  })

  it('lay out struct tcp_md5sig', () => {
    const { value } = md5Option({ peer, password: 'secret' })
    const bytes = Buffer.from(value)
    expect(bytes).toHaveLength(216)
    expect(bytes.toString('hex', 0, 8)).toBe('02000000c0000201')
    expect([bytes.readUInt16LE(130), bytes.toString('utf8', 136, 142), bytes[142]]).toEqual([6, 'secret', 0])
    const wide = md5Option({ peer, prefixLength: 24, password: 'x' })
    expect([wide.name, wide.value[128], wide.value[129]]).toEqual([32, 1, 24])
    expect(md5Option({ peer, prefixLength: 32, password: 'x' }).name).toBe(14)
    expect(Buffer.from(md5Option({ peer, password: undefined }).value).readUInt16LE(130)).toBe(0)
  })

  it('refuse a password that does not fit, without repeating it', () => {
    const password = 'hunter2'.repeat(20)
    expect(() => md5Option({ peer, password })).toThrow(/1 to 80 bytes/)
    expect(() => md5Option({ peer, password })).not.toThrow(/hunter2/)
    expect(() => md5Option({ peer, password: '' })).toThrow(/has 0/)
  })
})

it('counters are found by name', () => {
  const text = [
    'TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure',
    'TcpExt: 9 1 2 3',
    'IpExt: InNoRoutes',
    'IpExt: 5',
  ].join('\n')
  expect(decodeTcpCounters(text)).toEqual({
    md5NotFound: 1,
    md5Unexpected: 2,
    md5Failure: 3,
    minTtl: undefined,
  })
  expect(decodeTcpCounters('')).toEqual({
    md5NotFound: undefined,
    md5Unexpected: undefined,
    md5Failure: undefined,
    minTtl: undefined,
  })
})
