import { describe, expect, it } from 'vitest'
import { formatIp, parseIp } from '../net/ip.ts'
import { parseMac } from '../net/mac.ts'
import { decodeArp } from '../wire/arp/arp.ts'
import { decodeEthernet } from '../wire/ethernet/ethernet.ts'
import type { Announcement } from './announcement.ts'
import type { Layer2Effect, Layer2Event } from './events.ts'
import { Layer2Machine } from './machine.ts'
import type { ForeignClaim, LinkInterface } from './ports.ts'
import { link } from './testing/fakes.ts'

const at = (text: string) => parseIp(text)!
const announce = (...texts: string[]): Announcement[] =>
  texts.map((text) => {
    const [address = '', ...interfaces] = text.split(' ')
    return { address: at(address), interfaces: interfaces.length === 0 ? 'all' : interfaces }
  })

/** Drives a machine as the driver does, answering every `own` at once, and writes down what happened when. */
class Rig {
  readonly machine: Layer2Machine
  readonly log: string[] = []
  nowMs = 0
  failures: { interfaceName: string; code: string }[] = []
  readonly #owned = new Map<string, Set<string>>()

  constructor(options: { repeatMs?: number; exclude?: RegExp } = {}) {
    const { repeatMs, exclude } = options
    this.machine = new Layer2Machine({ repeatMs, excludes: (name) => exclude?.test(name) === true })
  }

  tell(event: Layer2Event): void {
    for (const effect of this.machine.handle(event, this.nowMs)) this.#note(effect)
  }

  wanted(...texts: string[]): void {
    this.tell({ kind: 'wanted', announcements: announce(...texts) })
  }

  interfaces(...interfaces: LinkInterface[]): void {
    this.tell({ kind: 'interfaces', interfaces })
  }

  /** Moves the clock, stopping whenever the machine wants to be told the time. */
  until(ms: number): void {
    for (let next = this.machine.nextMs; next !== undefined && next <= ms; next = this.machine.nextMs) {
      this.nowMs = Math.max(next, this.nowMs)
      this.tell({ kind: 'time' })
    }
    this.nowMs = ms
  }

  #note(effect: Layer2Effect): void {
    if (effect.kind === 'own') {
      for (const { interfaceName, address } of effect.gone)
        this.#ownOf(interfaceName).delete(formatIp(address))
      for (const { interfaceName, address } of effect.come) this.#ownOf(interfaceName).add(formatIp(address))
      this.log.push(`${this.nowMs} own ${this.owned.join(', ')}`)
      this.tell({ kind: 'owned', revision: effect.revision, failures: this.failures })
    } else if (effect.kind === 'send')
      for (const { interfaceName, frame } of effect.frames)
        this.log.push(`${this.nowMs} ${interfaceName} ${describeFrame(frame)}`)
    else if (effect.report.kind !== 'interfaces')
      this.log.push(`${this.nowMs} ${describeReport(effect.report)}`)
  }

  #ownOf(interfaceName: string): Set<string> {
    const own = this.#owned.get(interfaceName) ?? new Set()
    this.#owned.set(interfaceName, own)
    return own
  }

  /** What the responder answers for after all that it was told. */
  get owned(): string[] {
    const used = [...this.#owned].filter(([, own]) => own.size > 0).sort()
    return used.map(([name, own]) => `${name}: ${[...own].sort().join(' ')}`)
  }

  take(): string[] {
    return this.log.splice(0)
  }

  /** Times of the gratuitous frames on an interface since the last look. */
  times(interfaceName: string): number[] {
    const lines = this.take().filter((each) =>
      new RegExp(`^\\d+ ${interfaceName} (request|advertisement)`).test(each),
    )
    return lines.map((each) => Number.parseInt(each, 10))
  }
}

function describeFrame(frame: Uint8Array): string {
  const ethernet = decodeEthernet(frame)
  if (!ethernet.ok || ethernet.value.kind !== 'typed') throw new Error('no frame')
  if (ethernet.value.etherType !== 0x0806) return `advertisement to ${ethernet.value.destination}`
  const arp = decodeArp(ethernet.value.payload)
  if (!arp.ok) throw new Error('no ARP')
  return `${arp.value.operation === 1 ? 'request' : 'reply'} for ${formatIp(arp.value.senderIp)}`
}

function describeReport(report: Extract<Layer2Effect, { kind: 'report' }>['report']): string {
  switch (report.kind) {
    case 'answering':
    case 'silent':
      return `${report.kind} ${report.interfaceName} ${formatIp(report.address)}`
    case 'interface-failed':
      return `failed ${report.interfaceName} ${report.code} retry ${report.retryMs}`
    case 'interface-recovered':
      return `recovered ${report.interfaceName}`
    case 'conflict':
      return `conflict ${report.conflict.mac} ${report.conflict.count} ${report.conflict.duringTakeover ? 'takeover' : 'real'}`
    default:
      return report.kind
  }
}

describe('an address', () => {
  it('is announced once it is answered for: five times in five seconds, request and reply', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    expect(rig.take()).toEqual([
      '0 own eth0: 192.0.2.1',
      '0 answering eth0 192.0.2.1',
      '0 eth0 request for 192.0.2.1',
      '0 eth0 reply for 192.0.2.1',
    ])
    rig.until(60_000)
    expect(rig.times('eth0')).toEqual([1_100, 2_200, 3_300, 4_400])
    expect(rig.machine.gratuitous.get('192.0.2.1')).toBe(10)
    expect(rig.machine.nextMs).toBeUndefined()
  })

  it('of IPv6 is announced to all nodes, with the same timing', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('2001:db8::1')
    expect(rig.take()).toContain('0 eth0 advertisement to 33:33:00:00:00:01')
    rig.until(60_000)
    expect(rig.times('eth0')).toEqual([1_100, 2_200, 3_300, 4_400])
    expect(rig.machine.gratuitous.get('2001:db8::1')).toBe(5)
  })

  it('is not announced again for what happens to others, and falls silent at once', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    rig.until(1_500)
    rig.take()
    rig.wanted('192.0.2.1', '192.0.2.2')
    expect(rig.take().filter((each) => each.includes('192.0.2.1') && !each.includes('own'))).toEqual([])
    rig.wanted('192.0.2.2')
    expect(rig.take()).toEqual(['1500 silent eth0 192.0.2.1', '1500 own eth0: 192.0.2.2'])
    rig.until(60_000)
    expect(rig.take().filter((each) => each.includes('192.0.2.1'))).toEqual([])
    expect(rig.machine.gratuitous.has('192.0.2.1')).toBe(false)
    rig.wanted('192.0.2.2')
    expect(rig.take()).toEqual([])
  })

  it('is repeated slowly where that is asked for', () => {
    const rig = new Rig({ repeatMs: 60_000 })
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    rig.until(200_000)
    expect(rig.times('eth0')).toEqual([0, 1_100, 2_200, 3_300, 4_400, 64_400, 124_400, 184_400])
  })

  it('is not announced before the responder has it', () => {
    const machine = new Layer2Machine({ repeatMs: undefined, excludes: () => false })
    machine.handle({ kind: 'interfaces', interfaces: [link('eth0')] }, 0)
    const kinds = (event: Layer2Event) => machine.handle(event, 5).map(({ kind }) => kind)
    expect(kinds({ kind: 'wanted', announcements: announce('192.0.2.1') })).toEqual(['own'])
    expect(kinds({ kind: 'wanted', announcements: announce('192.0.2.1', '192.0.2.2') })).toEqual(['own'])
    // The first of two: the second address is not in it yet.
    const first = machine.handle({ kind: 'owned', revision: 1, failures: [] }, 6)
    expect(first.flatMap((each) => (each.kind === 'send' ? each.frames : []))).toHaveLength(2)
    expect(machine.handle({ kind: 'owned', revision: 2, failures: [] }, 7).map(({ kind }) => kind)).toEqual([
      'report',
      'send',
    ])
  })

  it('that is withdrawn before the responder had it is never announced', () => {
    const machine = new Layer2Machine({ repeatMs: undefined, excludes: () => false })
    const kinds = (event: Layer2Event) => machine.handle(event, 5).map(({ kind }) => kind)
    kinds({ kind: 'interfaces', interfaces: [link('eth0')] })
    kinds({ kind: 'wanted', announcements: announce('192.0.2.1') })
    kinds({ kind: 'wanted', announcements: [] })
    expect(kinds({ kind: 'owned', revision: 1, failures: [] })).toEqual([])
    expect(kinds({ kind: 'owned', revision: 2, failures: [] })).toEqual([])
    expect(machine.nextMs).toBeUndefined()
  })

  it('is counted from zero when it comes back, also when it had no interface at the end', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    rig.until(10_000)
    rig.interfaces()
    rig.wanted()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    expect(rig.machine.gratuitous.get('192.0.2.1')).toBe(2)
  })

  it('is one of thousands that go out in portions', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    const many = Array.from({ length: 1_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`)
    rig.wanted(...many)
    rig.until(1_000)
    const perTurn = new Map<number, number>()
    for (const ms of rig.times('eth0')) perTurn.set(ms, (perTurn.get(ms) ?? 0) + 1)
    expect([...perTurn]).toEqual([
      [0, 256],
      [10, 256],
      [20, 256],
      [30, 232],
    ])
    rig.until(60_000)
    expect(rig.times('eth0')).toHaveLength(4_000)
  })
})

describe('interfaces', () => {
  it('are chosen as MetalLB chooses them', () => {
    const rig = new Rig({ exclude: /^veth/ })
    rig.interfaces(
      link('eth0'),
      link('eth1', { up: false }),
      link('eth2', { enslaved: true }),
      link('eth3', { noArp: true }),
      link('eth4', { broadcast: false }),
      link('eth5', { linkLocal: undefined }),
      link('eth6', { mac: undefined }),
      link('veth7'),
    )
    rig.wanted('192.0.2.1', '2001:db8::1')
    expect(rig.owned).toEqual(['eth0: 192.0.2.1 2001:db8::1', 'eth4: 2001:db8::1', 'eth5: 192.0.2.1'])
    expect([...rig.machine.interfaceNames].sort()).toEqual([
      'eth0',
      'eth1',
      'eth2',
      'eth3',
      'eth4',
      'eth5',
      'eth6',
    ])
    expect(Object.fromEntries(rig.machine.unsuitable)).toEqual({
      eth1: 'down',
      eth2: 'part-of-another',
      eth3: 'no-arp',
      eth6: 'no-mac',
    })
  })

  it('named by announcements add up for an address', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'), link('eth1'), link('eth2'))
    rig.wanted('192.0.2.1 eth0', '192.0.2.1 eth2', '192.0.2.2 eth1', '192.0.2.2')
    expect(rig.owned).toEqual(['eth0: 192.0.2.1 192.0.2.2', 'eth1: 192.0.2.2', 'eth2: 192.0.2.1 192.0.2.2'])
  })

  it('that appear answer for what is held, also when their link-local address comes later', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1', '2001:db8::1')
    rig.until(10_000)
    rig.take()
    rig.interfaces(link('eth0'), link('eth1', { linkLocal: undefined }))
    expect(rig.take()).toEqual([
      '10000 own eth0: 192.0.2.1 2001:db8::1, eth1: 192.0.2.1',
      '10000 answering eth1 192.0.2.1',
      '10000 eth1 request for 192.0.2.1',
      '10000 eth1 reply for 192.0.2.1',
    ])
    rig.interfaces(link('eth0'), link('eth1'))
    expect(rig.take().slice(1)).toEqual([
      '10000 answering eth1 2001:db8::1',
      '10000 eth1 advertisement to 33:33:00:00:00:01',
    ])
  })

  it('whose link comes back announce again', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'), link('eth1'))
    rig.wanted('192.0.2.1')
    rig.until(10_000)
    rig.take()
    rig.interfaces(link('eth0', { carrier: false }), link('eth1'))
    expect(rig.take()).toEqual([])
    rig.until(20_000)
    rig.interfaces(link('eth0'), link('eth1'))
    rig.until(40_000)
    const lines = rig.take()
    expect(
      lines.filter((each) => each.includes('eth0 request')).map((each) => Number.parseInt(each, 10)),
    ).toEqual([20_000, 21_100, 22_200, 23_300, 24_400])
    expect(lines.some((each) => each.includes('eth1'))).toBe(false)
  })

  it('that were down for a moment only announce again, too', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    rig.until(10_000)
    rig.take()
    rig.tell({ kind: 'interface-error', failure: { interfaceName: 'eth0', code: 'ENETDOWN' } })
    rig.interfaces(link('eth0'))
    expect(rig.take()).toEqual(['10000 eth0 request for 192.0.2.1', '10000 eth0 reply for 192.0.2.1'])
    rig.until(20_000)
    rig.take()
    // Back, but with nothing at the other end yet.
    rig.tell({ kind: 'interface-error', failure: { interfaceName: 'eth0', code: 'ENETDOWN' } })
    rig.interfaces(link('eth0', { carrier: false }))
    expect(rig.take()).toEqual([])
    rig.interfaces(link('eth0'))
    expect(rig.take()).toHaveLength(2)
  })

  it('whose link comes back before the responder has an address wait for it', () => {
    const machine = new Layer2Machine({ repeatMs: undefined, excludes: () => false })
    const kinds = (event: Layer2Event) => machine.handle(event, 5).map(({ kind }) => kind)
    kinds({ kind: 'interfaces', interfaces: [link('eth0', { carrier: false })] })
    expect(kinds({ kind: 'wanted', announcements: announce('192.0.2.1') })).toEqual(['own'])
    expect(kinds({ kind: 'interfaces', interfaces: [link('eth0')] })).toEqual([])
    expect(kinds({ kind: 'owned', revision: 1, failures: [] })).toEqual(['report', 'send'])
  })

  it('with another card under the same name are taken anew', () => {
    for (const other of [{ index: 77 }, { mac: parseMac('02:00:00:00:00:77') }]) {
      const rig = new Rig()
      rig.interfaces(link('eth0'))
      rig.wanted('192.0.2.1')
      rig.until(10_000)
      rig.take()
      rig.interfaces(link('eth0', other))
      expect(rig.take().slice(0, 3)).toEqual([
        '10000 own eth0: 192.0.2.1',
        '10000 answering eth0 192.0.2.1',
        '10000 eth0 request for 192.0.2.1',
      ])
    }
  })

  it('that fail are tried again, later and later, and leave the others alone', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'), link('eth1'))
    rig.failures = [{ interfaceName: 'eth1', code: 'ENODEV' }]
    rig.wanted('192.0.2.1')
    expect(rig.take()).toContain('0 failed eth1 ENODEV retry 1000')
    expect(Object.fromEntries(rig.machine.failing)).toEqual({ eth1: 'ENODEV' })
    rig.until(14_000)
    const tries = rig.take().filter((each) => each.includes('own'))
    expect(tries.map((each) => Number.parseInt(each, 10))).toEqual([1_000, 3_000, 7_000])
    rig.failures = []
    rig.until(15_000)
    expect(rig.take()).toEqual([
      '15000 own eth0: 192.0.2.1, eth1: 192.0.2.1',
      '15000 recovered eth1',
      '15000 eth1 request for 192.0.2.1',
      '15000 eth1 reply for 192.0.2.1',
    ])
  })
})

describe('an interface that fails', () => {
  const failing = () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'), link('eth1'))
    rig.failures = [{ interfaceName: 'eth1', code: 'ENODEV' }]
    rig.wanted('192.0.2.1')
    rig.take()
    return rig
  }

  it('is tried once, and not again before that was answered', () => {
    const machine = new Layer2Machine({ repeatMs: undefined, excludes: () => false })
    machine.handle({ kind: 'interfaces', interfaces: [link('eth0')] }, 0)
    machine.handle({ kind: 'wanted', announcements: announce('192.0.2.1') }, 0)
    const failures = [{ interfaceName: 'eth0', code: 'EPERM' }]
    machine.handle({ kind: 'owned', revision: 1, failures }, 0)
    machine.handle({ kind: 'wanted', announcements: announce('192.0.2.1') }, 0)
    const retried = machine.handle({ kind: 'time' }, 1_000)
    expect(retried.map(({ kind }) => kind)).toContain('own')
    expect(machine.handle({ kind: 'time' }, 1_001).map(({ kind }) => kind)).not.toContain('own')
    expect(machine.nextMs).toBeGreaterThan(1_001)
  })

  it('is forgotten when it goes away', () => {
    const rig = failing()
    rig.failures = []
    rig.interfaces(link('eth0'))
    expect(rig.machine.failing.size).toBe(0)
    rig.until(60_000)
    expect(rig.take().some((each) => each.includes('recovered'))).toBe(false)
  })

  it('is told of again when the responder is another one', () => {
    const rig = failing()
    rig.tell({ kind: 'responder-restarted' })
    expect(rig.take()).toContain('0 failed eth1 ENODEV retry 1000')
  })
})

describe('somebody else', () => {
  const claim = (more: Partial<ForeignClaim> = {}): Layer2Event => ({
    kind: 'claim',
    claim: {
      interfaceName: 'eth0',
      address: at('192.0.2.1'),
      mac: parseMac('02:ff:00:00:00:01')!,
      kind: 'arp-reply',
      count: 1,
      ...more,
    },
  })

  it('who claims an address of ours is told of at once, and then once a minute', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    rig.until(10_000)
    rig.take()
    for (let second = 0; second <= 120; second++) {
      rig.tell(claim({ count: 2 }))
      rig.until(rig.nowMs + 1_000)
    }
    expect(rig.take()).toEqual([
      '10000 conflict 02:ff:00:00:00:01 2 real',
      '70000 conflict 02:ff:00:00:00:01 122 real',
      '130000 conflict 02:ff:00:00:00:01 242 real',
    ])
    expect(rig.machine.conflicts(rig.nowMs)).toMatchObject([{ count: 242, firstMs: 10_000, lastMs: 130_000 }])
    expect(rig.machine.conflicts(rig.nowMs + 300_000)).toEqual([])
  })

  it('who had the address before may have the last word; who goes on is a conflict', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    rig.until(500)
    rig.tell(claim())
    expect(rig.take()).toContain('500 conflict 02:ff:00:00:00:01 1 takeover')
    expect(rig.machine.conflicts(rig.nowMs)).toEqual([])
    rig.until(6_000)
    rig.take()
    rig.tell(claim())
    expect(rig.take()).toEqual(['6000 conflict 02:ff:00:00:00:01 2 real'])
    expect(rig.machine.conflicts(rig.nowMs)).toMatchObject([{ count: 2 }])
    // Once it was one, another burst of ours does not make it none.
    rig.interfaces(link('eth0', { carrier: false }))
    rig.interfaces(link('eth0'))
    rig.take()
    rig.tell(claim())
    expect(rig.take()).toEqual([])
    expect(rig.machine.conflicts(rig.nowMs)).toMatchObject([{ duringTakeover: false, count: 3 }])
  })

  it('is of no interest for an address that was given up', () => {
    const rig = new Rig()
    rig.interfaces(link('eth0'))
    rig.wanted('192.0.2.1')
    rig.until(10_000)
    rig.tell(claim())
    rig.wanted()
    rig.take()
    rig.tell(claim())
    expect(rig.take()).toEqual([])
    expect(rig.machine.conflicts(rig.nowMs)).toEqual([])
  })
})

it('starts all over when the responder does', () => {
  const rig = new Rig()
  rig.interfaces(link('eth0'))
  rig.wanted('192.0.2.1')
  rig.until(10_000)
  rig.take()
  rig.tell({ kind: 'responder-restarted' })
  expect(rig.take()).toEqual([
    '10000 own eth0: 192.0.2.1',
    '10000 answering eth0 192.0.2.1',
    '10000 eth0 request for 192.0.2.1',
    '10000 eth0 reply for 192.0.2.1',
  ])
})
