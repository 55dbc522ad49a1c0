import { describe, expect, it } from 'vitest'
import type { LogRecord } from '../../speaker/report/log-record.ts'
import { renderLogJson, renderLogText } from './log-line.ts'

const record: LogRecord = {
  level: 'info',
  caller: 'speaker',
  fields: {
    msg: 'service has IP, announcing',
    event: 'serviceAnnounced',
    service: 'default/web',
    ips: ['192.0.2.10'],
    reason: undefined,
  },
  text: 'Announcing 192.0.2.10 of default/web',
}
const AT_MS = Date.UTC(2026, 10, 27, 18, 2, 11, 204)

describe('a record as JSON', () => {
  it('has the keys of MetalLB, sorted, and one line', () => {
    expect(renderLogJson(record, AT_MS)).toBe(
      '{"caller":"speaker","event":"serviceAnnounced","ips":["192.0.2.10"],"level":"info","msg":"service has IP, announcing","service":"default/web","ts":"2026-11-27T18:02:11.204Z"}\n',
    )
  })

  it('does not let a field pass for the time or the level', () => {
    const line = renderLogJson({ ...record, fields: { ts: 'x', level: 'y', caller: 'z' } }, AT_MS)
    expect(JSON.parse(line)).toEqual({ caller: 'speaker', level: 'info', ts: '2026-11-27T18:02:11.204Z' })
  })

  it('keeps line breaks inside', () => {
    const line = renderLogJson({ ...record, fields: { error: 'a\nb' } }, AT_MS)
    expect(line.trimEnd()).not.toContain('\n')
  })
})

describe('a record as text', () => {
  it('is one readable line', () => {
    expect(renderLogText(record, AT_MS, 0)).toMatch(
      /^\d\d:\d\d:11\.204 info {2}speaker Announcing 192\.0\.2\.10 of default\/web\n$/,
    )
  })

  it('cannot steer the terminal', () => {
    expect(renderLogText({ ...record, text: 'a\u001b[2Jb\nc' }, AT_MS, 0)).toContain('a\ufffd[2Jb\ufffdc')
  })
})
