import { describe, expect, it } from 'vitest'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import { decodeArp } from '../../wire/arp/arp.ts'
import { arpReplyFrame, arpRequestFrame } from '../../wire/arp/frames.ts'
import { decodeEthernet } from '../../wire/ethernet/ethernet.ts'
import { neighborAdvertisementFrame } from '../../wire/ndp/frames.ts'
import type { Clock } from '../collect/question.ts'
import type { FrameSocketOptions, NetworkProbes } from '../ports/probes.ts'
import { scan } from './scan.ts'

const OWN = '52:54:00:00:00:01' as Mac
const OTHER = '52:54:00:00:00:02' as Mac
const THIRD = '52:54:00:00:00:03' as Mac

const address = (text: string): Ip => {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}
const targets = (...texts: string[]) =>
  texts.map((text) => ({ address: address(text), interfaceName: 'eth0' }))
const ANY = address('0.0.0.0')

class Link implements Clock {
  nowNs = 0n
  readonly asked: string[] = []
  readonly senders = new Set<string>()
  closed = 0
  answer: (asked: string) => Uint8Array[] = () => []
  error: string | undefined
  readonly #onTheWay: Uint8Array[] = []
  #onFrame: FrameSocketOptions['onFrame'] = () => undefined

  nowMs = (): number => Number(this.nowNs) / 1e6
  sleep = async (ms: number): Promise<void> => {
    for (const bytes of this.#onTheWay.splice(0)) this.hear(bytes)
    this.nowNs += BigInt(Math.round(ms * 1e6))
  }

  hear(bytes: Uint8Array, direction: 'in' | 'out' = 'in'): void {
    this.#onFrame({
      bytes,
      atNs: this.nowNs + 40_000n,
      interfaceIndex: 1,
      direction,
      wireBytes: bytes.length,
    })
  }

  readonly probes: Pick<NetworkProbes, 'openFrames'> = {
    openFrames: async ({ onFrame }) => {
      this.#onFrame = onFrame
      return {
        interfaceIndex: 1,
        mac: OWN,
        send: (frame) => {
          if (this.error !== undefined) return { sentAtNs: this.nowNs, error: this.error }
          const ethernet = decodeEthernet(frame)
          const arp =
            ethernet.ok && ethernet.value.kind === 'typed' ? decodeArp(ethernet.value.payload) : undefined
          if (arp?.ok === true) {
            this.asked.push(formatIp(arp.value.targetIp))
            this.senders.add(formatIp(arp.value.senderIp))
            this.#onTheWay.push(...this.answer(formatIp(arp.value.targetIp)))
          }
          return { sentAtNs: this.nowNs }
        },
        joinMulticast: () => undefined,
        close: async () => {
          this.closed++
        },
      }
    },
  }

  run(texts: string[], rounds = 2, signal = new AbortController().signal) {
    const probes = this.probes as NetworkProbes
    return scan(
      targets(...texts),
      { ratePerSecond: 100, rounds, timeoutMs: 500 },
      {
        probes,
        clock: this,
        signal,
        onProgress: () => undefined,
      },
    )
  }
}

const reply = (owner: Mac, text: string): Uint8Array =>
  arpReplyFrame({ mac: owner, ip: address(text) }, { mac: OWN, ip: ANY })

describe('scan', () => {
  it('asks from the unspecified address, silent addresses once more, and others not', async () => {
    const link = new Link()
    link.answer = (asked) => (asked === '192.0.2.2' ? [reply(OTHER, asked), reply(THIRD, asked)] : [])
    const result = await link.run(['192.0.2.1', '192.0.2.2', '192.0.2.3'])
    expect(link.asked).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.1', '192.0.2.3'])
    expect([...link.senders]).toEqual(['0.0.0.0'])
    expect(result.claims).toMatchObject([
      { address: '192.0.2.2', mac: OTHER, answers: 1, claims: 0, rttMicroseconds: 40 },
      { address: '192.0.2.2', mac: THIRD, answers: 1 },
    ])
    expect(link.closed).toBe(1)
  })

  it('keeps to the rate', async () => {
    const link = new Link()
    const { elapsedMs } = await link.run(
      Array.from({ length: 101 }, (_, index) => `192.0.2.${index}`),
      1,
    )
    expect(elapsedMs).toBeGreaterThanOrEqual(1000 + 500)
    expect(elapsedMs).toBeLessThan(1100 + 500)
  })

  it('puts down who uses an address without having been asked, and nothing of our own', async () => {
    const link = new Link()
    link.answer = (asked) => {
      if (asked !== '192.0.2.1') return []
      link.hear(reply(OWN, '192.0.2.2'))
      link.hear(reply(OTHER, '192.0.2.2'), 'out')
      link.hear(reply(OTHER, '198.51.100.1'))
      return [arpRequestFrame({ mac: OTHER, ip: address('192.0.2.3') }, address('192.0.2.9'))]
    }
    const { claims } = await link.run(['192.0.2.1', '192.0.2.2', '192.0.2.3'], 1)
    expect(claims).toEqual([
      {
        address: '192.0.2.3',
        family: 4,
        interface: 'eth0',
        mac: OTHER,
        answers: 0,
        claims: 1,
        rttMicroseconds: undefined,
      },
    ])
  })

  it('takes an advertisement to all nodes for an answer to a question from ::', async () => {
    const link = new Link()
    const text = '2001:db8::5'
    const advertisement = neighborAdvertisementFrame({
      mac: OTHER,
      source: address(text),
      target: address(text),
      solicited: false,
      override: true,
    })
    const sleep = link.sleep
    link.sleep = async (ms) => {
      link.hear(advertisement)
      link.sleep = sleep
      await sleep(ms)
    }
    const { claims } = await link.run([text], 1)
    expect(claims).toMatchObject([{ address: text, family: 6, mac: OTHER, answers: 1, claims: 0 }])
  })

  it('says which addresses could not be asked for', async () => {
    const link = new Link()
    link.error = 'ENETDOWN'
    const result = await link.run(['192.0.2.1'])
    expect(result.unsent.map((target) => formatIp(target.address))).toEqual(['192.0.2.1'])
    expect(result.errors.get('eth0')).toEqual(['ENETDOWN'])
    expect(result.probesSent).toBe(0)
  })

  it('stops when it is told to, and closes its socket', async () => {
    const link = new Link()
    const stop = new AbortController()
    link.answer = () => {
      stop.abort(new Error('stopped'))
      return []
    }
    await expect(link.run(['192.0.2.1', '192.0.2.2'], 2, stop.signal)).rejects.toThrow('stopped')
    expect(link.asked).toEqual(['192.0.2.1'])
    expect(link.closed).toBe(1)
  })
})
