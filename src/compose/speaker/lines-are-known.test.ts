// Each complaint of our own speaker is known to `diagnose logs`, in both formats of the log.
import { describe, expect, it } from 'vitest'
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { BgpReport } from '../../bgp/report.ts'
import { LogScanner } from '../../diagnose/logs/log-scanner.ts'
import type { Layer2Report } from '../../layer2/events.ts'
import { parseIp } from '../../net/ip.ts'
import { bgpRecord } from '../../speaker/report/bgp-records.ts'
import { layer2Record } from '../../speaker/report/layer2-records.ts'
import type { LogRecord } from '../../speaker/report/log-record.ts'
import { renderLogJson, renderLogText } from '../../terminal/log/log-line.ts'

const address = parseIp('192.0.2.1')
const OPTIONS = {
  ...{ name: 'tor', remote: { address, port: 179 }, localAsn: 64512, peerAsn: 64513 },
} as unknown as BgpPeerOptions
const of = (report: object): LogRecord =>
  bgpRecord({ peer: 'tor', atMs: 0, ...report } as unknown as BgpReport, OPTIONS)
const ended = (words: string, ending: object): LogRecord =>
  of({ kind: 'ended', words, ending: { state: 'established', by: 'us', ...ending } })
const layer2 = (report: object): LogRecord | undefined =>
  layer2Record({ retryMs: 1000, ...report } as unknown as Layer2Report)
const notification = (code: number, subcode: number) => ({
  by: 'peer',
  notification: { code, subcode, data: new Uint8Array(0) },
})

const LINES: readonly (readonly [record: LogRecord | undefined, signature: string, code: string])[] = [
  [
    of({ kind: 'refused', remote: { address, port: 4000 }, reason: 'unknown-peer' }),
    'lbctl-bgp-refused',
    'F36',
  ],
  [
    of({ kind: 'update-errors', total: 3, errors: [{ reason: 'malformed-as-path', rfc: 'RFC 7606 §7.2' }] }),
    'lbctl-update-errors',
    'F43',
  ],
  [of({ kind: 'maximum-near', family: 4, count: 75, maximum: 100 }), 'lbctl-maximum-near', 'F44'],
  [of({ kind: 'cannot-start', missing: ['password'] }), 'lbctl-cannot-start', 'F38'],
  [ended('the peer sent NOTIFICATION Cease (6/1)', notification(6, 1)), 'bgp-notification-6-1', 'F44'],
  [ended('the peer sent NOTIFICATION (4/0)', notification(4, 0)), 'bgp-notification-4-0', 'F41'],
  [
    ended('hold timer expired: nothing came for 90 s', {
      notification: { code: 4, subcode: 0, data: new Uint8Array(0) },
    }),
    'bgp-hold-timer',
    'F41',
  ],
  [layer2({ kind: 'interface-failed', interfaceName: 'eth0', code: 'EPERM' }), 'layer2-no-raw-socket', 'F23'],
  [
    layer2({
      kind: 'conflict',
      conflict: { address, interfaceName: 'eth0', mac: '02:00:00:00:00:09', duringTakeover: false, count: 1 },
    }),
    'lbctl-address-conflict',
    'F11',
  ],
]

const AT_MS = Date.parse('2026-11-28T08:00:00Z')

describe.each([
  ['json', (record: LogRecord) => renderLogJson(record, AT_MS)],
  ['pretty', (record: LogRecord) => renderLogText(record, AT_MS, 0)],
] as const)('as %s', (_, render) => {
  it.each(LINES)('%#: %o is %s, %s', (record, signature, code) => {
    if (record === undefined) throw new Error('nothing is logged')
    const scanner = new LogScanner({ year: 2026 })
    scanner.push(new TextEncoder().encode(render(record)))
    const found = scanner.finish().incidents
    expect(found.map((each) => [each.signature, each.code])).toEqual([[signature, code]])
  })
})
