import { describe, expect, it } from 'vitest'
import { type Ip, parseIp } from '../../net/ip.ts'
import { type Mac, parseMac } from '../../net/mac.ts'
import { arpReplyFrame, arpRequestFrame, gratuitousArpFrames } from '../../wire/arp/frames.ts'
import { neighborAdvertisementFrame } from '../../wire/ndp/frames.ts'
import type { FrameSocketOptions, NetworkProbes } from '../ports/probes.ts'
import { MAC_A, MAC_B, OWN_MAC } from '../testing/link-facts.ts'
import { claimIn, type ProbeSpec } from './probe-frame.ts'
import { probeRound } from './probe-round.ts'
import type { Clock } from './question.ts'

const at = (text: string): Ip => parseIp(text)!
const mac = (text: string): Mac => parseMac(text)!
const address = at('192.0.2.10')
const asker = { mac: mac(OWN_MAC), ip: at('0.0.0.0') }
const spec: ProbeSpec = {
  method: 'arp-probe',
  interfaceName: 'eth0',
  mac: asker.mac,
  address,
  sender: asker.ip,
  unicastTo: undefined,
  vlanId: undefined,
}
const replyOf = (owner: string) => arpReplyFrame({ mac: mac(owner), ip: address }, asker)

/** Time that passes only by sleeping; what is due in a sleep happens at its moment, and may end it. */
class FakeTime implements Clock {
  #nowMs = 0
  #due: { atMs: number; run: () => void }[] = []

  nowMs = (): number => this.#nowMs

  later(ms: number, run: () => void): void {
    this.#due.push({ atMs: this.#nowMs + ms, run })
  }

  sleep = async (ms: number, wake?: AbortSignal): Promise<void> => {
    const endMs = this.#nowMs + ms
    while (wake?.aborted !== true) {
      const [next] = this.#due.sort((a, b) => a.atMs - b.atMs)
      if (next === undefined || next.atMs > endMs) break
      this.#due.shift()
      this.#nowMs = next.atMs
      next.run()
    }
    if (wake?.aborted !== true) this.#nowMs = endMs
  }
}

/** A link on which each probe is answered as told: hardware address and delay. */
function link(
  time: FakeTime,
  answers: (probe: number) => readonly (readonly [mac: string, delayMs: number])[],
) {
  const sent: Uint8Array[] = []
  let open = 0
  const ns = () => BigInt(Math.round(time.nowMs() * 1e6))
  const openFrames = async ({ onFrame }: FrameSocketOptions) => {
    open++
    return {
      interfaceIndex: 1,
      mac: asker.mac,
      send: (frame: Uint8Array) => {
        sent.push(frame)
        for (const [owner, delayMs] of answers(sent.length))
          time.later(delayMs, () =>
            onFrame({ bytes: replyOf(owner), atNs: ns(), interfaceIndex: 1, direction: 'in', wireBytes: 60 }),
          )
        return { sentAtNs: ns() }
      },
      joinMulticast: () => undefined,
      close: async () => {
        open--
      },
    }
  }
  const refuse = () => Promise.reject(new Error('not asked here'))
  const probes: NetworkProbes = { openFrames, reachTcp: refuse, reachUdp: refuse }
  return { probes, sent, isClosed: () => open === 0 }
}

const options = { purpose: 'owner', count: 3, intervalMs: 1000, timeoutMs: 1000 } as const

describe('a round', () => {
  it('waits the interval while nobody answers', async () => {
    const time = new FakeTime()
    const { probes, sent, isClosed } = link(time, () => [])
    const round = await probeRound(spec, options, {
      probes,
      clock: time,
      signal: new AbortController().signal,
    })
    expect([sent.length, time.nowMs(), round.sent, round.replies, isClosed()]).toEqual([3, 3000, 3, [], true])
  })

  it('goes on at once when answered, and gives each answer to its probe', async () => {
    const time = new FakeTime()
    const { probes } = link(time, () => [[MAC_A, 2]])
    const round = await probeRound(spec, options, {
      probes,
      clock: time,
      signal: new AbortController().signal,
    })
    expect(time.nowMs()).toBeLessThan(300)
    expect(
      round.replies.map(({ probe, mac: from, rttMicroseconds }) => [probe, from, rttMicroseconds]),
    ).toEqual([
      [1, MAC_A, 2000],
      [2, MAC_A, 2000],
      [3, MAC_A, 2000],
    ])
  })

  it('hears a second owner that is slower', async () => {
    const time = new FakeTime()
    const { probes } = link(time, () => [
      [MAC_A, 1],
      [MAC_B, 20],
    ])
    const round = await probeRound(spec, options, {
      probes,
      clock: time,
      signal: new AbortController().signal,
    })
    expect(round.replies.filter((reply) => reply.mac === MAC_B).length).toBe(3)
  })

  it('ends in the middle when it is stopped, and closes the socket', async () => {
    const time = new FakeTime()
    const stop = new AbortController()
    const { probes, sent, isClosed } = link(time, () => [])
    time.later(1500, () => stop.abort(new Error('stopped')))
    const round = probeRound(spec, options, { probes, clock: time, signal: stop.signal })
    await expect(round).rejects.toThrow('stopped')
    expect([sent.length, isClosed()]).toEqual([2, true])
  })
})

describe('claimIn', () => {
  const kinds = (bytes: Uint8Array, of = spec) => claimIn(bytes, of)?.kind

  it('tells an answer from a claim, and both from what says nothing', () => {
    expect(kinds(replyOf(MAC_A))).toBe('answer')
    const [request, reply] = gratuitousArpFrames({ mac: mac(MAC_A), ip: address })
    expect([kinds(request), kinds(reply)]).toEqual(['claim', 'claim'])
    expect(kinds(arpRequestFrame({ mac: mac(MAC_A), ip: address }, at('192.0.2.7')))).toBe('claim')
    expect(kinds(arpRequestFrame({ mac: mac(MAC_A), ip: at('192.0.2.7') }, address))).toBeUndefined()
    expect(kinds(arpReplyFrame({ mac: mac(MAC_A), ip: at('192.0.2.7') }, asker))).toBeUndefined()
    expect(kinds(replyOf(OWN_MAC))).toBeUndefined()
    expect(kinds(new Uint8Array(3))).toBeUndefined()
  })

  it('keeps VLANs apart', () => {
    const tags = [{ protocolId: 0x8100, priority: 0, dropEligible: false, vlanId: 10 }]
    const tagged = arpReplyFrame({ mac: mac(MAC_A), ip: address }, asker, { tags })
    expect([
      kinds(tagged),
      kinds(tagged, { ...spec, vlanId: 10 }),
      kinds(replyOf(MAC_A), { ...spec, vlanId: 10 }),
    ]).toEqual([undefined, 'answer', undefined])
  })

  it('names the frame that another card sent', () => {
    const bytes = replyOf(MAC_A)
    bytes.set([0x52, 0x54, 0, 0, 0, 0x0b], 6)
    expect(claimIn(bytes, spec)).toEqual({ mac: MAC_A, frameMac: MAC_B, kind: 'answer' })
  })

  it('reads neighbour advertisements: answers, answers to a question from nobody, and news', () => {
    const target = at('2001:db8::10')
    const of: ProbeSpec = { ...spec, method: 'ns-link-local', address: target, sender: at('fe80::1') }
    const frame = { mac: mac(MAC_A), source: target, target }
    const to = { mac: asker.mac, ip: at('fe80::1') }
    expect(kinds(neighborAdvertisementFrame({ ...frame, to, solicited: true, override: true }), of)).toBe(
      'answer',
    )
    expect(kinds(neighborAdvertisementFrame({ ...frame, solicited: false, override: true }), of)).toBe(
      'claim',
    )
    const nobody: ProbeSpec = { ...of, method: 'ns-duplicate', sender: at('::') }
    expect(kinds(neighborAdvertisementFrame({ ...frame, solicited: false, override: true }), nobody)).toBe(
      'answer',
    )
  })
})
