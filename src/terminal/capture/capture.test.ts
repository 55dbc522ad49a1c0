import { describe, expect, it } from 'vitest'
import { accountOf } from '../../diagnose/capture/account.ts'
import { parseIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'
import { arpRequestFrame } from '../../wire/arp/frames.ts'
import { clockTime, renderFrameJson, renderFrameText } from './frame-line.ts'
import { renderLeftOut, renderListening, renderSummary } from './notices.ts'

const alice = { mac: parseMac('02:00:00:00:00:01')!, ip: parseIp('192.0.2.1')! }
const target = parseIp('192.0.2.10')!
const frame = {
  account: accountOf(arpRequestFrame(alice, target)),
  atNs: 1_700_000_000_123_456_789n,
  interfaceName: 'eth0',
  direction: 'in',
  wireBytes: 60,
} as const
const tally = {
  frames: 0,
  byProtocol: [],
  lostByKernel: 0,
  notPrinted: 0,
  notWritten: 0,
  elapsedMs: 1234,
} as const

describe('a frame', () => {
  it('is a line in columns', () => {
    expect(renderFrameText(frame, 6)).toBe(
      `${clockTime(frame.atNs)} eth0   in    ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01)\n`,
    )
    expect(clockTime(frame.atNs)).toMatch(/^\d\d:\d\d:20\.123456$/)
  })
  it('cannot steer the terminal by the name of an interface', () => {
    expect(renderFrameText({ ...frame, interfaceName: 'e\u001b[2J' }, 4)).not.toContain('\u001b')
  })
  it('is a JSON object with every key, on one line', () => {
    const text = renderFrameJson(frame)
    expect(text.indexOf('\n')).toBe(text.length - 1)
    expect(JSON.parse(text)).toEqual({
      time: '2023-11-14T22:13:20.123456789Z',
      interface: 'eth0',
      direction: 'in',
      protocol: 'arp',
      summary: frame.account.summary,
      vlans: [],
      source: { mac: '02:00:00:00:00:01', ip: '192.0.2.1', port: null },
      destination: { mac: 'ff:ff:ff:ff:ff:ff', ip: '192.0.2.10', port: null },
      wireBytes: 60,
      details: {
        kind: 'arp',
        operation: 'request',
        senderMac: '02:00:00:00:00:01',
        senderIp: '192.0.2.1',
        targetMac: '00:00:00:00:00:00',
        targetIp: '192.0.2.10',
      },
    })
  })
  it('that cannot be decoded has nulls', () => {
    const broken = JSON.parse(renderFrameJson({ ...frame, account: accountOf(new Uint8Array(3)) }))
    expect(broken).toMatchObject({ protocol: 'other', source: null, destination: null, details: null })
  })
})

describe('notices', () => {
  it('say where and for what it listens', () => {
    expect(renderListening({ kinds: ['arp', 'ndp', 'bgp'], addresses: [target, alice.ip] }, ['eth0'])).toBe(
      'Listening on eth0 for ARP, NDP and BGP about 192.0.2.10 or 192.0.2.1. Ctrl-C ends it.\n',
    )
    const many = Array.from({ length: 12 }, (_, i) => `cali${i}`)
    expect(renderListening({ kinds: ['arp'], addresses: [] }, many)).toContain('cali7 and 4 more for ARP.')
  })
  it('say what came by and what was lost', () => {
    expect(renderSummary(tally, ['eth0'])).toBe('Captured no frame in 1.2 s on eth0.\n')
    const two = [
      { protocol: 'arp', frames: 2 },
      { protocol: 'ndp', frames: 1 },
    ] as const
    expect(renderSummary({ ...tally, frames: 3, byProtocol: two }, ['eth0', 'eth1'])).toBe(
      'Captured 3 frames in 1.2 s on eth0 and eth1: 2 ARP, 1 NDP.\nNone was lost.\n',
    )
    const lossy = { ...tally, frames: 1, byProtocol: [{ protocol: 'bfd', frames: 1 }] } as const
    const text = renderSummary({ ...lossy, lostByKernel: 7, notPrinted: 1, notWritten: 2 }, ['eth0'])
    expect(text).toContain('The kernel dropped 7 frames that were not read in time.\n1 frame')
    expect(text).toContain('2 frames were captured but not written')
    expect(text).not.toContain('None was lost')
  })
  it('say why a tunnel is left out', () => {
    expect(renderLeftOut({ name: 'wg15', reason: 'not Ethernet' })).toContain('no ARP on it')
  })
})
