import { describe, expect, it } from 'vitest'
import { type Ip, parseIp } from '../../net/ip.ts'
import { type Mac, parseMac } from '../../net/mac.ts'
import { decodeEthernet } from '../../wire/ethernet/ethernet.ts'
import { decodeIpv6 } from '../../wire/ip/ipv6.ts'
import { neighborSolicitationFrame, routerSolicitationFrame } from '../../wire/ndp/frames.ts'
import { decodeNdp } from '../../wire/ndp/ndp.ts'
import { discoveryFrame, hear } from './discovery-frames.ts'

const ip = (text: string): Ip => parseIp(text)!
const mac = parseMac('02:00:00:00:00:01') as Mac
const from = { mac, ip: ip('fe80::1') }

describe('our advertisement', () => {
  const frame = discoveryFrame({ kind: 'advertise' }, from)

  it('makes no host take us for a router, and says nothing but our address', () => {
    const ethernet = decodeEthernet(frame)
    if (!ethernet.ok || ethernet.value.kind !== 'typed') throw new Error('unreachable')
    expect(ethernet.value.destination).toBe('33:33:00:00:00:01')
    const packet = decodeIpv6(ethernet.value.payload)
    if (!packet.ok) throw new Error('unreachable')
    expect(packet.value).toMatchObject({ hopLimit: 255, destination: ip('ff02::1'), source: from.ip })
    expect(decodeNdp(packet.value.payload, packet.value)).toMatchObject({
      ok: true,
      value: {
        kind: 'router-advertisement',
        routerLifetimeSeconds: 0,
        currentHopLimit: 0,
        options: [{ kind: 'source-link-layer-address', mac }],
      },
    })
  })

  it('is heard by others', () => {
    expect(hear(frame)).toEqual({ kind: 'heard', message: 'router-advertisement', source: from.ip })
  })
})

describe('a frame that came in', () => {
  it('may be a solicitation, also of somebody without an address', () => {
    const own = discoveryFrame({ kind: 'solicit' }, from)
    expect(hear(own)).toEqual({ kind: 'heard', message: 'router-solicitation', source: from.ip })
    expect(hear(routerSolicitationFrame({ mac, ip: ip('::') }))).toMatchObject({ source: ip('::') })
  })

  const advertisement = discoveryFrame({ kind: 'advertise' }, from)
  const tagged = (control: number): Uint8Array => {
    const bytes = new Uint8Array(advertisement.length + 4)
    bytes.set(advertisement.subarray(0, 12))
    bytes.set([0x81, 0, control >> 8, control & 0xff], 12)
    bytes.set(advertisement.subarray(12), 16)
    return bytes
  }

  it('counts with a priority tag, and not when it is of another VLAN', () => {
    expect(hear(tagged(0x6000))).toMatchObject({ message: 'router-advertisement' })
    expect(hear(tagged(0x600a))).toBeUndefined()
  })

  it('is nothing when it came through a router, is damaged, or is about something else', () => {
    expect(hear(advertisement.with(21, 254))).toBeUndefined()
    expect(hear(advertisement.with(60, 1))).toBeUndefined()
    expect(hear(neighborSolicitationFrame(from, ip('fe80::2')))).toBeUndefined()
    for (let length = 0; length < 70; length++)
      expect(hear(advertisement.subarray(0, length))).toBeUndefined()
  })
})
