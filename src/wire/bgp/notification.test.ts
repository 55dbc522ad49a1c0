import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { encodeUtf8 } from '../utf8.ts'
import { notificationName } from './notification-codes.ts'
import {
  hardResetData,
  maximumPrefixesData,
  type NotificationMeaning,
  notificationMeaning,
  shutdownData,
} from './notification-meaning.ts'
import { printable } from './printable.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('the names of errors', () => {
  it.each<[number, number, string]>([
    [1, 2, 'Message Header Error, Bad Message Length'],
    [2, 2, 'OPEN Message Error, Bad Peer AS'],
    [2, 11, 'OPEN Message Error, Role Mismatch'],
    [3, 0, 'UPDATE Message Error, Unspecific'],
    [3, 11, 'UPDATE Message Error, Malformed AS_PATH'],
    [4, 0, 'Hold Timer Expired'],
    [5, 3, 'Finite State Machine Error, Receive Unexpected Message in Established State'],
    [6, 0, 'Cease'],
    [6, 10, 'Cease, BFD Down'],
    [6, 99, 'Cease, subcode 99'],
    [7, 1, 'ROUTE-REFRESH Message Error, Invalid Message Length'],
    [8, 0, 'Send Hold Timer Expired'],
    [9, 1, 'error 9, subcode 1'],
  ])('%d/%d is %s', (code, subcode, name) => expect(notificationName(code, subcode)).toBe(name))
})

describe('the data of a NOTIFICATION', () => {
  it.each<[number, number, string, NotificationMeaning]>([
    [1, 2, '1001', { kind: 'length', lengthBytes: 4097 }],
    [1, 3, '06', { kind: 'message-type', type: 6 }],
    [2, 1, '0004', { kind: 'version', version: 4 }],
    [2, 2, 'fde8', { kind: 'asn', asn: 65000 }],
    [2, 2, 'fc001234', { kind: 'asn', asn: 0xfc001234 }],
    [2, 3, 'c0000201', { kind: 'router-id', id: parseIp('192.0.2.1')! }],
    [2, 4, '01 03 010203', { kind: 'parameter', type: 1 }],
    [2, 6, '0002', { kind: 'hold-time', seconds: 2 }],
    [
      2,
      7,
      '0104 0002 00 01 4100',
      {
        kind: 'capabilities',
        capabilities: [
          { kind: 'multiprotocol', family: { afi: 2, safi: 1 } },
          { kind: 'unknown', code: 65, bytes: new Uint8Array(0) },
        ],
      },
    ],
    [3, 3, '02', { kind: 'attribute', type: 2, bytes: new Uint8Array(0) }],
    [3, 5, '40 01 02 0000', { kind: 'attribute', type: 1, bytes: hex('40 01 02 0000') }],
    [5, 1, '02', { kind: 'message-type', type: 2 }],
    [6, 1, '0001 01 000003e8', { kind: 'maximum-prefixes', family: { afi: 1, safi: 1 }, maximum: 1000 }],
    [6, 2, '04 62796521', { kind: 'shutdown', text: 'bye!' }],
    [6, 4, '05 62 1b5b 0a 65', { kind: 'shutdown', text: 'b\ufffd[\ufffde' }],
    [6, 9, '06 04 02 6869', { kind: 'hard-reset', content: { code: 6, subcode: 4, data: hex('02 6869') } }],
    // Without data, against the rule, or without a rule.
    [6, 2, '', { kind: 'nothing' }],
    [6, 2, '09 62', { kind: 'bytes', bytes: hex('09 62') }],
    [6, 2, '01 62 63', { kind: 'bytes', bytes: hex('01 62 63') }],
    [6, 1, '0001', { kind: 'bytes', bytes: hex('0001') }],
    [3, 1, '4001', { kind: 'bytes', bytes: hex('4001') }],
    [3, 5, '40', { kind: 'bytes', bytes: hex('40') }],
    [4, 0, '00', { kind: 'bytes', bytes: hex('00') }],
  ])('%d/%d %s', (code, subcode, data, meaning) =>
    expect(notificationMeaning({ code, subcode, data: hex(data) })).toEqual(meaning),
  )

  it('is what we write', () => {
    const of = (subcode: number, data: Uint8Array) => notificationMeaning({ code: 6, subcode, data })
    const family = { afi: 2, safi: 1 }
    expect(of(1, maximumPrefixesData(family, 70_000))).toEqual({
      kind: 'maximum-prefixes',
      family,
      maximum: 70_000,
    })
    expect(of(2, shutdownData('node drained, back at 14:00'))).toEqual({
      kind: 'shutdown',
      text: 'node drained, back at 14:00',
    })
    const content = { code: 6, subcode: 2, data: shutdownData('x') }
    expect(of(9, hardResetData(content))).toEqual({ kind: 'hard-reset', content })
  })

  it('cuts long words between characters', () => {
    const data = shutdownData('\u20ac'.repeat(100))
    expect(data.length).toBe(1 + 255)
    expect(data[0]).toBe(255)
    expect(shutdownData(`x${'\u20ac'.repeat(100)}`)[0]).toBe(253)
  })

  it('is total, and never gives text that is unsafe to print', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(12), fc.uint8Array({ maxLength: 60 }), (code, subcode, data) => {
        notificationMeaning({ code, subcode, data })
        const text = notificationMeaning({ code: 6, subcode: 2, data: Uint8Array.of(data.length, ...data) })
        if (text.kind === 'shutdown') expect(text.text).not.toMatch(/[\p{Cc}\u202a-\u202e]/u)
      }),
    )
  })
})

it('makes control characters and marks of direction visible, and leaves the rest', () => {
  expect(printable('a\u0007\u009b\u202e\u2028\ufeffz')).toBe('a\ufffd\ufffd\ufffd\ufffd\ufffdz')
  const harmless = 'Wartung bis 14:00 \u2013 \u304a\u5f85\u3061 \u{1f6a7}'
  expect(printable(harmless)).toBe(harmless)
  expect(encodeUtf8(harmless).length).toBeLessThan(255)
})
