import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { decodeProcTcp } from './proc-net-tcp.ts'
import { socketOwners } from './socket-owners.ts'
import { decodeTcpCounters } from './tcp-counters.ts'
import { decodeTcpInfo, decodeTcpTraffic } from './tcp-info.ts'
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

describe('struct tcp_info', () => {
  const info = Buffer.alloc(232)
  info.writeUInt8(4, 0)
  info.writeUInt8(3, 2)
  info.writeUInt32LE(2, 24)
  info.writeUInt32LE(1500, 44)
  info.writeUInt32LE(90_000, 52)
  info.writeBigUInt64LE(4711n, 120)
  info.writeBigUInt64LE(2_314n, 128)

  it('is read where its fields are', () => {
    expect(decodeTcpInfo(info)).toEqual({ state: 4, unacknowledged: 2 })
    expect(decodeTcpTraffic(info)).toEqual({
      lastSentMs: 1500,
      lastReceivedMs: 90_000,
      retransmits: 3,
      acknowledgedBytes: 4711,
      receivedBytes: 2314,
    })
  })
  it('of an older kernel has no counts of bytes', () => {
    expect(decodeTcpTraffic(info.subarray(0, 104))).toBeUndefined()
    expect(decodeTcpInfo(info.subarray(0, 104))?.state).toBe(4)
    expect(decodeTcpInfo(info.subarray(0, 8))).toBeUndefined()
  })
})

describe('/proc', () => {
  it('lists sockets, IPv4 over IPv6 as IPv4', () => {
    const head =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
    const tail = '00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 20 4 30 10 -1'
    const v4 = decodeProcTcp(`${head}\n   0: 010200C0:9C40 020200C0:00B3 01 ${tail}\nrubbish\n`, 4)
    expect(v4).toMatchObject([
      {
        state: 'established',
        local: { address: parseIp('192.0.2.1'), port: 40_000 },
        inode: 4242,
        uid: 1000,
      },
    ])
    expect(v4[0]?.remote).toEqual({ address: parseIp('192.0.2.2'), port: 179 })
    const mapped = '0000000000000000FFFF0000010200C0'
    const real = 'B80D0120000000000000000001000000'
    const v6 = decodeProcTcp(`${head}\n 0: ${mapped}:00B3 ${real}:9C40 0A ${tail}\n`, 6)
    expect(v6).toMatchObject([
      {
        state: 'listen',
        local: { address: parseIp('192.0.2.1') },
        remote: { address: parseIp('2001:db8::1') },
      },
    ])
    expect(decodeProcTcp(`${head}\n   0: 01:9C40 02:00B3 01 ${tail}`, 4)).toEqual([])
  })

  it('names the owner of a socket, and leaves out who may not be looked into', () => {
    const links: Record<string, string> = { '/proc/7/fd/3': 'socket:[42]', '/proc/8/fd/9': 'socket:[42]' }
    const files = {
      list: (path: string) => {
        const lists: Record<string, string[]> = {
          '/proc': ['1', '7', '8', 'net'],
          '/proc/7/fd': ['0', '3'],
          '/proc/8/fd': ['9'],
        }
        const found = lists[path]
        if (found === undefined) throw new Error('EACCES')
        return found
      },
      link: (path: string) => links[path] ?? '/dev/null',
      read: () => 'bird\n',
    }
    expect([...socketOwners([42, 43, 0], files)]).toEqual([[42, { pid: 7, program: 'bird' }]])
  })
})
