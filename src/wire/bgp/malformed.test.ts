// UPDATEs that break a rule, each with what RFC 7606 (or the RFC of the attribute) prescribes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePrefix } from '../../net/prefix.ts'
import { checkTotality } from '../codec-properties.ts'
import { strongestAction } from './bgp-error.ts'
import { type BgpContext, PLAIN_CONTEXT } from './context.ts'
import { decodeBgpMessage, encodeBgpMessage } from './message.ts'
import { routeChanges } from './route-changes.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
const size = (bytes: Uint8Array) => [bytes.length >> 8, bytes.length & 255]

function update(attributes: string, announced = '', withdrawn = ''): Uint8Array {
  const [list, gone, come] = [hex(attributes), hex(withdrawn), hex(announced)]
  const body = Uint8Array.of(...size(gone), ...gone, ...size(list), ...list, ...come)
  const length = 19 + body.length
  return Uint8Array.of(...new Array<number>(16).fill(255), length >> 8, length & 255, 2, ...body)
}

const origin = '40 01 01 00'
const path = '40 02 06 02 01 0000fde8'
const hop = '40 03 04 c0000201'
const good = `${origin} ${path} ${hop}`
const prefix = '18 c63364'
const reach = '80 0e 1e 0002 01 10 20010db8000000000000000000000001 00 40 20010db800010000'

/** An UPDATE that breaks one rule. The three fields of it are in hexadecimal. */
interface Row {
  /** what is wrong, and where */
  readonly what: string
  readonly about: string
  readonly attributes: string
  readonly announced?: string
  readonly withdrawn?: string
  /** an external peer with 4-byte AS numbers unless said otherwise */
  readonly peer?: 'internal' | '2-byte'
  readonly action: string
  /** code/subcode */
  readonly notification: string
  readonly reason: string
}

const context: BgpContext = { ...PLAIN_CONTEXT, asn4: true, peer: 'external' }
const contextOf = ({ peer }: Row): BgpContext =>
  peer === 'internal' ? { ...context, peer } : peer === '2-byte' ? { ...context, asn4: false } : context

const file = join(import.meta.dirname, '../../../test/vectors/bgp/malformed.json')
const corpus = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[]

describe('the corpus of malformed UPDATEs', () => {
  it.each(corpus.map((row) => [row.about, row.what, row] as const))('%s: %s', (_, __, row) => {
    const given = contextOf(row)
    const message = update(row.attributes, row.announced, row.withdrawn)
    const decoded = decodeBgpMessage(message, given)
    const [first, ...others] = decoded.errors
    expect({ action: first?.action, reason: first?.reason, others }).toEqual({
      action: row.action,
      reason: row.reason,
      others: [],
    })
    expect(`${first?.notification.code}/${first?.notification.subcode}`).toBe(row.notification)
    expect(decoded.ok).toBe(row.action !== 'reset')
    expect(first?.at).toBeGreaterThanOrEqual(19)
    checkTotality(
      {
        name: 'bgp',
        decode: (bytes) => decodeBgpMessage(bytes, given),
        encode: (value) => encodeBgpMessage(value, given),
      },
      message,
    )
  })

  it('has a row for each treatment', () => {
    const actions = new Set(corpus.map(({ action }) => action))
    expect([...actions].sort()).toEqual(['disable-family', 'discard-attribute', 'reset', 'treat-as-withdraw'])
    expect(corpus.length).toBeGreaterThan(60)
  })
})

describe('errors of an UPDATE', () => {
  it('are none for these, which look odd and are right', () => {
    for (const message of [
      update(''),
      update('', '', '00 20 c0000201'),
      update(`${good} 60 06 00 e0 08 04 00000000 f0 63 0001 07`, `00 ${prefix}`),
      update(`${origin} 40 02 00 ${hop}`, prefix),
      update(`${origin} ${path} ${reach}`),
      update(`${origin} ${path} ${reach}`, '', prefix),
      update('80 0f 03 0002 01'),
      // Two next hops, and the form of routers that have only link-local addresses.
      update(
        `${origin} ${path} 80 0e 2e 0002 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00 40 20010db800010000`,
      ),
      update(
        `${origin} ${path} 80 0e 2e 0002 01 20 00000000000000000000000000000000 fe800000000000000000000000000001 00 40 20010db800010000`,
      ),
      // Routes of a VPN: not ours, so neither is the form of their next hop.
      update(`${origin} ${path} 80 0e 07 0001 80 01 07 00 07`),
    ])
      expect(decodeBgpMessage(message, context)).toMatchObject({ ok: true, errors: [] })
  })

  it('are all listed, and the strongest decides', () => {
    const all = decodeBgpMessage(
      update(`40 01 01 09 ${path} ${hop} 40 06 01 00 c0 08 03 000000`, prefix),
      context,
    )
    expect(all.ok).toBe(true)
    expect(all.errors.map(({ attribute, action }) => [attribute, action])).toEqual([
      [1, 'treat-as-withdraw'],
      [8, 'treat-as-withdraw'],
      [6, 'discard-attribute'],
    ])
    expect(strongestAction(all.errors)).toBe('treat-as-withdraw')
    const family = decodeBgpMessage(update(`40 01 01 09 ${path} ${hop} 80 0f 04 0002 01 90`, prefix), context)
    expect(strongestAction(family.errors)).toBe('disable-family')
    expect(family.errors[0]).toMatchObject({ family: { afi: 2, safi: 1 }, attribute: 15 })
    expect(strongestAction([])).toBeUndefined()
  })

  it('keep the good attributes, and carry the bad one whole', () => {
    const decoded = decodeBgpMessage(update(`${good} c0 08 03 0a0b0c`, prefix), context)
    if (!decoded.ok) throw new Error(decoded.error.reason)
    expect(decoded.value).toMatchObject({
      attributes: [{ kind: 'origin' }, { kind: 'as-path' }, { kind: 'next-hop' }],
    })
    // Behind header, two lengths and 4 + 9 + 7 bytes of attributes.
    expect(decoded.errors[0]?.at).toBe(19 + 4 + 20)
    expect(decoded.errors[0]?.notification.data).toEqual(hex('c0 08 03 0a0b0c'))
  })

  it('leave routes under wrong flags to be withdrawn', () => {
    const decoded = decodeBgpMessage(update(`${origin} ${path} ${reach.replace('80', 'c0')}`), context)
    if (!decoded.ok || decoded.value.kind !== 'update') throw new Error('no update')
    expect(routeChanges(decoded.value, decoded.errors)).toEqual({
      announced: [],
      withdrawn: [{ family: 6, routes: [{ prefix: parsePrefix('2001:db8:1::/64') }] }],
      endOfRib: undefined,
    })
  })

  it('are not the bits behind a prefix, which mean nothing (RFC 4271 §4.3)', () => {
    const unreach = '80 0f 08 0002 01 1d 20010dbf'
    const decoded = decodeBgpMessage(update(unreach, '', '09 0aff 00 01 ff'), context)
    expect(decoded.errors).toEqual([])
    expect(decoded).toMatchObject({
      value: {
        withdrawn: ['10.128.0.0/9', '0.0.0.0/0', '128.0.0.0/1'].map((text) => ({
          prefix: parsePrefix(text),
        })),
        attributes: [{ routes: [{ prefix: parsePrefix('2001:db8::/29') }] }],
      },
    })
  })

  it('point into the value where the value is wrong', () => {
    const decoded = decodeBgpMessage(
      update(`${origin} 40 02 0c 02 01 0000fde8 09 01 0000fde8 ${hop}`, prefix),
      context,
    )
    expect(decoded.errors[0]?.at).toBe(19 + 4 + 4 + 3 + 6)
  })

  it('of the two lengths are found before anything else', () => {
    const message = update(good, prefix)
    for (const [at, value] of [
      [20, 99],
      [22, 99],
    ] as const) {
      const decoded = decodeBgpMessage(message.with(at, value), context)
      expect(decoded).toMatchObject({
        ok: false,
        error: { reason: 'lengths-exceed-message', action: 'reset', notification: { code: 3, subcode: 1 } },
      })
    }
  })
})

describe('other messages', () => {
  const marker = 'ff'.repeat(16)
  it.each<[string, string, string, string, string]>([
    ['a marker with a zero bit', `${'ff'.repeat(15)}fe 0013 04`, '1/1', '', 'marker-not-all-ones'],
    ['a length of 18', `${marker} 0012 04`, '1/2', '0012', 'length-too-small'],
    ['a length of 4097', `${marker} 1001 02`, '1/2', '1001', 'length-too-large'],
    ['a KEEPALIVE of 20 bytes', `${marker} 0014 04 00`, '1/2', '0014', 'keepalive-with-body'],
    ['an OPEN of 28 bytes', `${marker} 001c 01 04 fde8 005a c0000201`, '1/2', '001c', 'length-too-small'],
    ['an UPDATE of 22 bytes', `${marker} 0016 02 000000`, '1/2', '0016', 'length-too-small'],
    ['a NOTIFICATION of 20 bytes', `${marker} 0014 03 06`, '1/2', '0014', 'length-too-small'],
    ['a ROUTE-REFRESH of 22 bytes', `${marker} 0016 05 000100`, '1/2', '0016', 'length-too-small'],
    ['a message of type 0', `${marker} 0013 00`, '1/3', '00', 'unknown-message-type'],
    ['a message of type 6', `${marker} 0013 06`, '1/3', '06', 'unknown-message-type'],
    ['version 3', `${marker} 001d 01 03 fde8 005a c0000201 00`, '2/1', '0004', 'unsupported-version'],
    ['parameters that overrun', `${marker} 001f 01 04 fde8 005a c0000201 04 0200`, '2/0', '', 'truncated'],
    ['a parameter that overruns', `${marker} 001f 01 04 fde8 005a c0000201 02 0203`, '2/0', '', 'truncated'],
    [
      'a capability that overruns',
      `${marker} 0021 01 04 fde8 005a c0000201 04 0202 4104`,
      '2/0',
      '',
      'truncated',
    ],
    [
      'bytes behind the parameters',
      `${marker} 001e 01 04 fde8 005a c0000201 00 00`,
      '2/0',
      '',
      'trailing-bytes',
    ],
    [
      'a long beginning of route refresh',
      `${marker} 0018 05 0001 01 01 07`,
      '7/1',
      `${marker} 0018 05 0001 01 01 07`,
      'route-refresh-length',
    ],
  ])('%s resets the session', (_, bytes, notification, data, reason) => {
    const decoded = decodeBgpMessage(hex(bytes), context)
    if (decoded.ok) throw new Error('was accepted')
    const { error } = decoded
    expect({ action: error.action, reason: error.reason }).toEqual({ action: 'reset', reason })
    expect(`${error.notification.code}/${error.notification.subcode}`).toBe(notification)
    expect(error.notification.data).toEqual(hex(data))
    expect(decoded.errors).toEqual([error])
  })

  it('must be whole and alone', () => {
    const keepalive = hex(`${marker} 0013 04`)
    expect(decodeBgpMessage(keepalive, context).ok).toBe(true)
    expect(decodeBgpMessage(keepalive.subarray(0, 18), context)).toMatchObject({
      error: { reason: 'truncated' },
    })
    const two = Uint8Array.of(...keepalive, ...keepalive)
    expect(decodeBgpMessage(two, context)).toMatchObject({ error: { reason: 'trailing-bytes', at: 19 } })
  })

  it('may be long where that was agreed on, but OPEN and KEEPALIVE not (RFC 8654 §4)', () => {
    const extended = { ...context, extendedMessage: true }
    const of = (type: number) =>
      Uint8Array.of(...hex(marker), 0x20, 0, type, 6, 0, ...new Uint8Array(0x2000 - 21))
    expect(decodeBgpMessage(of(3), extended).ok).toBe(true)
    expect(decodeBgpMessage(of(3), context)).toMatchObject({ error: { reason: 'length-too-large' } })
    expect(decodeBgpMessage(of(1), extended)).toMatchObject({ error: { reason: 'length-too-large' } })
  })
})
