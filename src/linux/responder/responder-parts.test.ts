import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ForeignClaim } from '../../layer2/ports.ts'
import { formatIp, type Ip, ip, parseIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'
import { arpProbeFrame, arpReplyFrame, arpRequestFrame, gratuitousArpFrames } from '../../wire/arp/frames.ts'
import {
  duplicateAddressProbeFrame,
  neighborAdvertisementFrame,
  neighborSolicitationFrame,
} from '../../wire/ndp/frames.ts'
import type { Libc } from '../libc.ts'
import { SystemCallError } from '../system-call-error.ts'
import { arpClaim, neighbourClaim } from './claims-in-frames.ts'
import { ForeignClaims } from './foreign-claims.ts'
import { MulticastGroups } from './multicast-groups.ts'
import { OwnedAddressSet } from './owned-addresses.ts'
import { arpQuestion, neighbourQuestion } from './questions-in-frames.ts'
import { SolicitedNodeGroups } from './solicited-node-groups.ts'
import { workerUrl } from './worker-url.ts'

const at = (text: string): Ip => parseIp(text)!
const mac = parseMac('02:00:00:00:00:0b')!
const V4 = at('192.0.2.100')
const V6 = at('2001:db8::100')

function ownedSet(...addresses: Ip[]): OwnedAddressSet {
  const set = new OwnedAddressSet()
  for (const address of addresses) set.add(address)
  return set
}

describe('the set of owned addresses', () => {
  it('finds IPv4 by signed key and IPv6 by words, also when the last word is shared', () => {
    const twin = at('2001:db8:1::100')
    const set = ownedSet(V4, at('10.0.0.1'), V6, twin, V6)
    expect(set.ipv4(Number(V4.value) | 0)?.address).toEqual(V4)
    expect(set.ipv4(5)).toBeUndefined()
    expect(set.ipv6Address(V6)?.address).toEqual(V6)
    expect(set.ipv6Address(twin)?.address).toEqual(twin)
    expect(set.ipv6Address(at('2001:db8:2::100'))).toBeUndefined()
    expect(set.all()).toHaveLength(4)
  })

  it('keeps the counters of addresses that stay, and forgets the others', () => {
    const set = ownedSet(V4, V6)
    for (const entry of set.all()) entry.requests = 7
    for (const address of [V4, V6, at('10.0.0.1')]) set.add(address)
    expect(set.all().map((entry) => entry.requests)).toEqual([7, 0, 7])
    for (const address of [V4, V6, at('10.0.0.1')]) set.delete(address)
    expect(set.isEmpty).toBe(true)
    set.add(V4)
    expect(set.all().map((entry) => entry.requests)).toEqual([0])
  })

  it('is what was added and not deleted, in whatever order', () => {
    const address = fc
      .tuple(fc.constantFrom(4 as const, 6 as const), fc.integer({ min: 1, max: 9 }), fc.boolean())
      // Some of IPv6 have the last word in common.
      .map(([family, value, high]): Ip => ip(family, BigInt(value) + (high && family === 6 ? 1n << 64n : 0n)))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), address)), (steps) => {
        const set = new OwnedAddressSet()
        const expected = new Map<string, Ip>()
        for (const [adds, each] of steps) {
          if (adds) set.add(each)
          else set.delete(each)
          if (adds) expected.set(formatIp(each), each)
          else expected.delete(formatIp(each))
        }
        const texts = set.all().map((entry) => formatIp(entry.address))
        expect(texts.sort()).toEqual([...expected.keys()].sort())
        expect(set.ipv4Count + set.ipv6Count).toBe(expected.size)
        expect(set.isEmpty).toBe(expected.size === 0)
      }),
    )
  })
})

describe('claims in frames', () => {
  const owned = ownedSet(V4, V6)
  const arp = (frame: Uint8Array) => arpClaim(Buffer.from(frame), frame.length, owned)
  const ndp = (frame: Uint8Array) => neighbourClaim(Buffer.from(frame), frame.length, owned)

  it('ARP: whoever sends from our address', () => {
    const [request, reply] = gratuitousArpFrames({ mac, ip: V4 })
    expect(arp(request)).toEqual({ address: V4, mac, kind: 'arp-request' })
    expect(arp(reply)).toEqual({ address: V4, mac, kind: 'arp-reply' })
    expect(arp(arpReplyFrame({ mac, ip: V4 }, { mac, ip: at('192.0.2.9') }))?.kind).toBe('arp-reply')
    expect(arp(arpProbeFrame(mac, V4))).toBeUndefined()
    expect(arp(request.subarray(0, 41))).toBeUndefined()
    expect(arp(Uint8Array.from(request, (byte, i) => (i === 15 ? 6 : byte)))).toBeUndefined()
  })

  it('NDP: advertisements of our address and probes for it', () => {
    const advertisement = { mac, source: V6, solicited: false, override: true }
    expect(ndp(neighborAdvertisementFrame({ ...advertisement, target: V6 }))).toEqual({
      address: V6,
      mac,
      kind: 'neighbor-advertisement',
    })
    expect(ndp(neighborAdvertisementFrame({ ...advertisement, target: at('2001:db8::9') }))).toBeUndefined()
    expect(ndp(duplicateAddressProbeFrame(mac, V6))).toEqual({
      address: V6,
      mac,
      kind: 'duplicate-address-probe',
    })
    expect(ndp(neighborSolicitationFrame({ mac, ip: at('fe80::b') }, V6))).toBeUndefined()
    const broken = Uint8Array.from(neighborAdvertisementFrame({ ...advertisement, target: V6 }), (byte, i) =>
      i === 56 ? byte ^ 1 : byte,
    )
    expect(ndp(broken)).toBeUndefined()
  })
})

describe('questions in frames', () => {
  const asker = { address: at('192.0.2.9'), mac }

  it('ARP: who asks, and for what', () => {
    const frame = Buffer.from(arpRequestFrame({ mac, ip: asker.address }, V4))
    expect(arpQuestion(frame, frame.length)).toEqual({ target: V4, asker })
    expect(arpQuestion(frame, 30)).toBeUndefined()
  })

  it('NDP: who solicits; what is no solicitation is no question', () => {
    const from = { address: at('2001:db8::9'), mac }
    const frame = Buffer.from(neighborSolicitationFrame({ mac, ip: from.address }, V6))
    expect(neighbourQuestion(frame, frame.length)).toEqual({ target: V6, asker: from })
    const advertisement = neighborAdvertisementFrame({
      ...{ mac, source: V6, target: V6, solicited: false, override: true },
    })
    expect(neighbourQuestion(Buffer.from(advertisement), advertisement.length)).toBeUndefined()
    expect(neighbourQuestion(frame, 60)).toBeUndefined()
  })
})

it('a claim is reported at once and then once per second, with a count', () => {
  const reports: ForeignClaim[] = []
  const claims = new ForeignClaims((claim) => reports.push(claim))
  const claim = { interfaceName: 'eth0', address: V4, mac, kind: 'arp-reply' } as const
  for (const nowMs of [0, 1, 2, 999]) claims.add(claim, nowMs)
  expect(reports.map((r) => r.count)).toEqual([1])
  claims.add({ ...claim, kind: 'arp-request' }, 500)
  claims.add(claim, 1000)
  expect(reports.map((r) => [r.kind, r.count])).toEqual([
    ['arp-reply', 1],
    ['arp-request', 1],
    ['arp-reply', 4],
  ])
})

describe('multicast groups', () => {
  /** Sockets that take two groups each. */
  function fakeLibc() {
    const sockets = new Map<number, Set<string>>()
    let next = 10
    const libc = {
      socket: () => {
        sockets.set(++next, new Set())
        return next
      },
      setOption: (fd: number, _level: number, name: number, value: Uint8Array) => {
        const groups = sockets.get(fd)!
        const key = Buffer.from(value).toString('hex')
        if (name === 21) return groups.delete(key) ? 0 : -99
        if (groups.size >= 2) return -12
        groups.add(key)
        return 0
      },
      close: (fd: number) => (sockets.delete(fd) ? 0 : -9),
    }
    return { libc: libc as unknown as Libc, sockets }
  }
  const group = (n: number) => at(`ff02::1:ff00:${n}`)

  it('go to another socket when one is full, and are counted', () => {
    const { libc, sockets } = fakeLibc()
    const groups = new MulticastGroups(libc, 3)
    for (const n of [1, 1, 2, 3]) groups.join(group(n))
    expect([...sockets.values()].map((s) => s.size)).toEqual([2, 1])
    groups.leave(group(1))
    expect([...sockets.values()].map((s) => s.size)).toEqual([2, 1])
    groups.leave(group(1))
    groups.leave(group(9))
    expect([...sockets.values()].map((s) => s.size)).toEqual([1, 1])
    groups.close()
    expect(sockets.size).toBe(0)
  })
})

describe('groups of the addresses of an interface', () => {
  it('are joined and left with the addresses; what failed is tried again with every change', () => {
    const joined: string[] = []
    let refuses = true
    const groups = new SolicitedNodeGroups({
      join: (group: Ip) => {
        if (refuses) throw new SystemCallError('setsockopt', 19)
        joined.push(formatIp(group))
      },
      leave: (group: Ip) => joined.splice(joined.indexOf(formatIp(group)), 1),
      close: () => joined.splice(0),
    } as unknown as MulticastGroups)
    const twin = at('2001:db8:1::100')
    groups.note({ gone: [], come: [V4, V6, twin] })
    expect(() => groups.join()).toThrow(SystemCallError)
    refuses = false
    groups.note({ gone: [twin], come: [] })
    groups.join()
    expect(joined).toEqual(['ff02::1:ff00:100'])
    groups.note({ gone: [], come: [V6] })
    groups.join()
    expect(joined).toHaveLength(1)
    groups.note({ gone: [V6, V4, twin], come: [] })
    expect(joined).toEqual([])
  })
})

describe('the file of the thread', () => {
  const find = (from: string, file: string) => workerUrl(from, (url) => url.pathname === file).pathname

  it('is found from a chunk, from a folder of chunks, and from the sources', () => {
    const built = '/opt/lbctl/dist/linux-responder-worker.js'
    expect(find('file:///opt/lbctl/dist/chunk-1.js', built)).toBe(built)
    expect(find('file:///opt/lbctl/dist/commands/speaker/run.js', built)).toBe(built)
    expect(find('file:///opt/lbctl/src/linux/responder/worker-url.ts', built)).toBe(built)
  })

  it('is missed kindly', () => {
    expect(() => find('file:///opt/lbctl/dist/chunk-1.js', '/elsewhere')).toThrow(
      /lacks the file linux-responder-worker.js/,
    )
  })
})
