import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ip, ip, parseIp } from '../../net/ip.ts'
import { type Mac, parseMac } from '../../net/mac.ts'
import type { Result } from '../../net/result.ts'
import { arpProbeFrame, arpReplyFrame, arpRequestFrame, gratuitousArpFrames } from '../../wire/arp/frames.ts'
import {
  duplicateAddressProbeFrame,
  neighborAdvertisementFrame,
  neighborSolicitationFrame,
  routerSolicitationFrame,
} from '../../wire/ndp/frames.ts'
import { oneOf } from './address-search.ts'
import {
  type AssemblyError,
  BPF,
  BpfAssembler,
  type BpfProgram,
  encodeProgram,
  MAX_INSTRUCTIONS,
} from './assembler.ts'
import { runProgram } from './interpreter.ts'
import { anyArp, neighbourDiscovery, nothing, ownedArp } from './responder-filters.ts'
import { selectionFilter } from './selection-filter.ts'

const mac = (text: string): Mac => parseMac(text)!
const at = (text: string): Ip => parseIp(text)!
const value = (text: string): number => Number(at(text).value)
const program = (assembled: Result<BpfProgram, AssemblyError>): BpfProgram => {
  if (!assembled.ok) throw new Error(assembled.error)
  return assembled.value
}
const A = { mac: mac('02:00:00:00:00:0a'), ip: at('192.0.2.10') }
const B = { mac: mac('02:00:00:00:00:0b'), ip: at('192.0.2.11') }
const A6 = { mac: A.mac, ip: at('fe80::a') }

describe('the assembler', () => {
  it('makes the bytes of struct sock_filter', () => {
    const asm = new BpfAssembler()
    const [yes, no] = [asm.label('yes'), asm.label('no')]
    asm.loadHalf(12).if('equal', 0x806, yes, no).place(yes).ret(0x40000).place(no).ret(0)
    // As `tcpdump -dd arp` prints it.
    expect(Buffer.from(encodeProgram(program(asm.assemble()))).toString('hex')).toBe(
      '280000000c000000' + '1500000106080000' + '0600000000000400' + '0600000000000000',
    )
  })

  it.each<[string, AssemblyError, (asm: BpfAssembler) => void]>([
    ['a label that is not placed', 'no such label', (asm) => asm.if('equal', 1, asm.label('lost')).ret(0)],
    ['a program without an end', 'does not end with a return', (asm) => asm.loadByte(0)],
    ['an empty program', 'does not end with a return', () => undefined],
    [
      'a loop',
      'jump goes back',
      (asm) => {
        const top = asm.label('top')
        asm.place(top).loadByte(0).jump(top).ret(0)
      },
    ],
    [
      'one label in two places',
      'label placed twice',
      (asm) => {
        const twice = asm.label('twice')
        asm.jump(twice).place(twice).place(twice).ret(0)
      },
    ],
    [
      'too many instructions',
      'too long',
      (asm) => {
        for (let i = 0; i <= MAX_INSTRUCTIONS; i++) asm.loadByte(0)
        asm.ret(0)
      },
    ],
  ])('refuses %s', (_name, error, build) => {
    const asm = new BpfAssembler()
    build(asm)
    expect(asm.assemble()).toEqual({ ok: false, error })
  })

  it('takes conditional jumps as far as they go', () => {
    fc.assert(
      fc.property(fc.nat(600), fc.nat(600), fc.constantFrom(7, 8), (before, between, input) => {
        const asm = new BpfAssembler()
        const [seven, other] = [asm.label('seven'), asm.label('other')]
        asm.loadByte(0).if('equal', 7, seven, other)
        for (let i = 0; i < before; i++) asm.plain(BPF.ldImmediate, 1)
        asm.ret(9).place(other)
        for (let i = 0; i < between; i++) asm.plain(BPF.ldImmediate, 1)
        asm.ret(1).place(seven).ret(2)
        const built = program(asm.assemble())
        for (const { jt, jf } of built) expect(Math.max(jt, jf)).toBeLessThan(256)
        expect(runProgram(built, Uint8Array.of(input))).toBe(input === 7 ? 2 : 1)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a search for one of many numbers', () => {
  it('finds exactly those', () => {
    const number = fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 0xffffffff }), fc.constant(0xffffffff))
    fc.assert(
      fc.property(
        fc.array(number, { maxLength: 400 }),
        fc.array(number, { maxLength: 20 }),
        (set, others) => {
          const asm = new BpfAssembler()
          const [yes, no] = [asm.label('yes'), asm.label('no')]
          asm.loadWord(0)
          oneOf(asm, set, yes, no)
          const built = program(asm.place(yes).ret(1).place(no).ret(2).assemble())
          const word = new DataView(new ArrayBuffer(4))
          for (const probe of [...set, ...others]) {
            word.setUint32(0, probe)
            expect(runProgram(built, new Uint8Array(word.buffer))).toBe(set.includes(probe) ? 1 : 2)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('the ARP filter of the responder', () => {
  const filter = program(ownedArp([value('192.0.2.10'), value('198.51.100.200')]))
  const takes = (frame: Uint8Array, packetType = 1) => runProgram(filter, frame, { packetType }) > 0

  it('takes requests for owned addresses', () => {
    expect(takes(arpRequestFrame(B, A.ip))).toBe(true)
    expect(takes(arpProbeFrame(B.mac, at('198.51.100.200')))).toBe(true)
    expect(takes(arpRequestFrame(B, A.ip, { to: A.mac }), 0)).toBe(true)
  })

  it('takes whatever claims an owned address', () => {
    const thief = { mac: B.mac, ip: A.ip }
    for (const frame of [...gratuitousArpFrames(thief), arpReplyFrame(thief, B)])
      expect(takes(frame)).toBe(true)
  })

  it('refuses everything else', () => {
    expect(takes(arpRequestFrame(A, B.ip))).toBe(true) // sender is an owned address
    expect(takes(arpRequestFrame(B, at('192.0.2.12')))).toBe(false)
    expect(takes(arpReplyFrame(B, A))).toBe(false)
    expect(takes(arpRequestFrame(B, A.ip), 3)).toBe(false)
    expect(takes(arpRequestFrame(B, A.ip), 4)).toBe(false)
    expect(takes(arpRequestFrame(B, A.ip).subarray(0, 38))).toBe(false)
    expect(takes(new Uint8Array(0))).toBe(false)
  })

  it('fits 1,000 addresses, and says when there are too many', () => {
    const many = (count: number) => ownedArp(Array.from({ length: count }, (_, i) => 0x0a000000 + i * 2))
    expect(program(many(1000)).length).toBeLessThan(3000)
    expect(many(1500).ok).toBe(true)
    expect(many(4000)).toEqual({ ok: false, error: 'too long' })
    expect(runProgram(program(anyArp()), arpRequestFrame(A, B.ip), { packetType: 1 })).toBeGreaterThan(0)
    expect(runProgram(program(anyArp()), arpRequestFrame(A, B.ip), { packetType: 3 })).toBe(0)
    expect(runProgram(program(nothing()), arpRequestFrame(A, B.ip))).toBe(0)
  })
})

describe('the NDP filter of the responder', () => {
  const filter = program(neighbourDiscovery())
  const solicitation = neighborSolicitationFrame(A6, at('2001:db8::1'))
  const takes = (frame: Uint8Array, packetType = 2) => runProgram(filter, frame, { packetType }) > 0

  it('takes solicitations, probes and advertisements', () => {
    expect(takes(solicitation)).toBe(true)
    expect(takes(duplicateAddressProbeFrame(A.mac, at('2001:db8::1')))).toBe(true)
    const target = at('2001:db8::1')
    expect(
      takes(
        neighborAdvertisementFrame({ mac: A.mac, source: target, target, solicited: false, override: true }),
      ),
    ).toBe(true)
  })

  it('refuses what a router forwarded, other messages, and frames for others', () => {
    const forwarded = Uint8Array.from(solicitation)
    forwarded[21] = 254
    expect(takes(forwarded)).toBe(false)
    expect(takes(routerSolicitationFrame(A6))).toBe(false)
    expect(takes(solicitation, 3)).toBe(false)
    expect(takes(solicitation.subarray(0, 54))).toBe(false)
  })
})

/** A frame with TCP or UDP in it, as much as filters look at. */
function transport(
  source: Ip,
  destination: Ip,
  protocol: number,
  ports: [number, number],
  options = 0,
): Uint8Array {
  const v4 = source.family === 4
  const header = v4 ? 20 + options : 40
  const frame = Buffer.alloc(14 + header + 20)
  frame.writeUInt16BE(v4 ? 0x0800 : 0x86dd, 12)
  const bytes = (address: Ip) => Buffer.from(address.value.toString(16).padStart(v4 ? 8 : 32, '0'), 'hex')
  frame[14] = v4 ? 0x40 | (header / 4) : 0x60
  frame[v4 ? 23 : 20] = protocol
  bytes(source).copy(frame, v4 ? 26 : 22)
  bytes(destination).copy(frame, v4 ? 30 : 38)
  frame.writeUInt16BE(ports[0], 14 + header)
  frame.writeUInt16BE(ports[1], 16 + header)
  return frame
}

const tagged = (frame: Uint8Array): Uint8Array =>
  Buffer.concat([frame.subarray(0, 12), Buffer.from('8100000a', 'hex'), frame.subarray(12)])

describe('the filter of a selection', () => {
  const takes = (selection: Parameters<typeof selectionFilter>[0], frame: Uint8Array): boolean => {
    const filter = program(selectionFilter(selection))
    const plain = runProgram(filter, frame) > 0
    expect(runProgram(filter, tagged(frame)) > 0).toBe(plain)
    return plain
  }
  const ns = neighborSolicitationFrame(A6, at('2001:db8::1'))
  const bgp = transport(A.ip, B.ip, 6, [40000, 179])
  const bfd6 = transport(at('2001:db8::a'), at('2001:db8::b'), 17, [50000, 3784])
  const gossip = transport(A.ip, B.ip, 17, [7946, 7946], 8)

  it('selects by protocol', () => {
    const frames = { arp: arpRequestFrame(A, B.ip), ns, bgp, bfd6, gossip }
    const seen = (selection: Parameters<typeof selectionFilter>[0]) =>
      Object.entries(frames).flatMap(([name, frame]) => (takes(selection, frame) ? [name] : []))
    expect(seen({ arp: true })).toEqual(['arp'])
    expect(seen({ ndp: true })).toEqual(['ns'])
    expect(seen({ tcpPorts: [179] })).toEqual(['bgp'])
    expect(seen({ udpPorts: [3784, 4784] })).toEqual(['bfd6'])
    expect(seen({ tcpPorts: [7946], udpPorts: [7946] })).toEqual(['gossip'])
    expect(seen({ arp: true, ndp: true, tcpPorts: [179, 7946], udpPorts: [3784, 7946] })).toHaveLength(5)
    expect(seen({})).toEqual([])
  })

  it('takes both directions, and only the first fragment', () => {
    expect(takes({ tcpPorts: [179] }, transport(B.ip, A.ip, 6, [179, 40000]))).toBe(true)
    expect(takes({ tcpPorts: [179] }, transport(B.ip, A.ip, 17, [179, 40000]))).toBe(false)
    const fragment = Uint8Array.from(bgp)
    fragment[21] = 8
    expect(takes({ tcpPorts: [179] }, fragment)).toBe(false)
  })

  it('selects by address', () => {
    const both = { arp: true, ndp: true, tcpPorts: [179], udpPorts: [3784] }
    const about = (address: string, frame: Uint8Array) =>
      takes({ ...both, addresses: [at('203.0.113.9'), at(address)] }, frame)
    expect(about('192.0.2.11', arpRequestFrame(A, B.ip))).toBe(true)
    expect(about('192.0.2.10', arpRequestFrame(A, B.ip))).toBe(true)
    expect(about('192.0.2.12', arpRequestFrame(A, B.ip))).toBe(false)
    expect(about('192.0.2.11', bgp)).toBe(true)
    expect(about('192.0.2.12', bgp)).toBe(false)
    expect(about('2001:db8::1', ns)).toBe(true)
    expect(about('fe80::a', ns)).toBe(true)
    expect(about('2001:db8::2', ns)).toBe(false)
    expect(about('2001:db8::b', bfd6)).toBe(true)
    expect(about('2001:db8::c', bfd6)).toBe(false)
  })

  it('answers for any bytes', () => {
    const filter = program(
      selectionFilter({ arp: true, ndp: true, tcpPorts: [179], addresses: [A.ip, ip(6, 5n)] }),
    )
    const kinds = fc.constantFrom('0806', '0800', '86dd', '81000800')
    fc.assert(
      fc.property(kinds, fc.uint8Array({ maxLength: 90 }), (type, rest) => {
        const frame = Buffer.concat([Buffer.alloc(12), Buffer.from(type, 'hex'), rest])
        expect([0, 0x40000]).toContain(runProgram(filter, frame))
      }),
    )
  })
})
