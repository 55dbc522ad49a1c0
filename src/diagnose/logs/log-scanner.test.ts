import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderLogsText } from '../../terminal/diagnose/logs.ts'
import { plainSignature } from './decode-line.ts'
import { explainLine, isLogLine } from './explain-line.ts'
import { LONGEST_LINE_BYTES, LogScanner, type LogSummary } from './log-scanner.ts'
import {
  CONTROLLER_LINES,
  CONTROLLER_LINES_WITHOUT_DATE,
  HARMLESS_CONTROLLER_LINES,
} from './testing/controller-lines.ts'
import { HARMLESS_LINES, KNOWN_LINES, LINES_WITHOUT_DATE } from './testing/known-lines.ts'
import { ROUTER_LINES, ROUTER_LINES_WITHOUT_DATE } from './testing/router-lines.ts'

const OPTIONS = { year: 2026 }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function scan(text: string, options: ConstructorParameters<typeof LogScanner>[0] = OPTIONS): LogSummary {
  const scanner = new LogScanner(options)
  scanner.push(bytes(text))
  return scanner.finish()
}

describe('a line that is known', () => {
  it.each([
    ...[...KNOWN_LINES, ...LINES_WITHOUT_DATE],
    ...[...ROUTER_LINES, ...ROUTER_LINES_WITHOUT_DATE],
    ...CONTROLLER_LINES,
    ...CONTROLLER_LINES_WITHOUT_DATE,
  ])('%s', (line, signature, code, component) => {
    const { incidents, lines } = scan(`${line}\n`)
    expect(lines).toBe(1)
    expect(incidents.map((each) => [each.signature, each.code, each.component, each.count])).toEqual([
      [signature, code, component, 1],
    ])
    expect(incidents[0]?.meaning?.length).toBeGreaterThan(20)
    expect(isLogLine(line)).toBe(true)
    expect(explainLine(line, 2026)?.signature).toBe(signature)
  })

  it('keeps its time, whoever wrote it', () => {
    const times = KNOWN_LINES.map(([line]) => scan(line).incidents[0]?.first)
    expect(times[0]).toBe('2021-05-20T11:12:13.141Z')
    expect(times.filter((time) => time === '')).toEqual([])
    const ofRouters = [...ROUTER_LINES, ...CONTROLLER_LINES].map(([line]) =>
      scan(line).incidents[0]?.first.slice(0, 10),
    )
    expect(new Set(ofRouters)).toEqual(new Set(['2026-11-28']))
    expect(scan('E1127 21:19:03.123456 1 x.go:1] broken').incidents[0]?.first).toBe(
      '2026-11-27T21:19:03.123Z',
    )
    expect(scan('{"level":"error","ts":1700000000.5,"msg":"broken"}').incidents[0]?.first).toBe(
      '2023-11-14T22:13:20.500Z',
    )
  })
})

it.each([...HARMLESS_LINES, ...HARMLESS_CONTROLLER_LINES])('nothing is wrong: %s', (line) => {
  expect(scan(line).incidents).toEqual([])
})

it.each([
  ['{"level":"error","msg":"failed to connect to peer","peer":"[2001:db8::1]:179"}', '2001:db8::1'],
  [
    '{"level":"error","error":"dial \\"10.0.0.1:179\\": connection refused","msg":"failed to connect to peer"}',
    '10.0.0.1',
  ],
  [
    '2026/11/28 06:46:06 BGP: [RGGAC-RJ6WG] 192.0.2.2 [Event] Connect failed 111(Connection refused)',
    '192.0.2.2',
  ],
  ['2026/11/28 06:46:06 BGP: %ADJCHANGE: neighbor 192.0.2.3(Unknown) in vrf default Down', '192.0.2.3'],
  ['06:51:54.554 error bgp     No BGP session with tor (192.0.2.4:179): no (ECONNREFUSED)', '192.0.2.4'],
  ['{"level":"error","msg":"failed to connect to peer","peer":"tor"}', 'ROUTER'],
])('the advice names the router: %s', (line, router) => {
  expect(scan(line).incidents[0]?.next.join(' ')).toContain(`lbctl diagnose bgp ${router} `)
})

describe('lines that say the same', () => {
  const refused = (peer: string, ts: string) =>
    `{"error":"dial \\"${peer}:179\\": connection refused","level":"error","msg":"failed to connect to peer","ts":"${ts}"}`

  it('are one incident with the first time, the last, and how many', () => {
    const text = [
      refused('10.0.0.1', '2026-01-02T00:00:00Z'),
      '{"level":"info","msg":"service has IP, announcing"}',
      'this is no JSON {',
      refused('10.0.10.200', '2026-01-01T00:00:00Z'),
      refused('10.0.0.3', '2026-01-03T00:00:00Z'),
    ].join('\n')
    const { incidents, lines } = scan(text)
    expect(lines).toBe(5)
    expect(incidents.map(({ count, first, last }) => [count, first.slice(0, 10), last.slice(0, 10)])).toEqual(
      [[3, '2026-01-01', '2026-01-03']],
    )
  })

  it('are told apart where a number decides', () => {
    const notification = (code: string) =>
      `{"level":"error","error":"notification code ${code}","msg":"peer sent notification, closing session"}`
    const codes = ['0x0202', '0x0400', '0x0202', '0x0601']
    const found = scan(codes.map(notification).join('\n')).incidents
    expect(found.map(({ signature, count }) => [signature, count])).toEqual([
      ['bgp-notification-2-2', 2],
      ['bgp-notification-4-0', 1],
      ['bgp-notification-6-1', 1],
    ])
  })

  it('keep where they came from', () => {
    const scanner = new LogScanner(OPTIONS)
    for (const node of ['node-a', 'node-b']) {
      scanner.from({ node, pod: `speaker-${node}`, component: 'speaker' })
      scanner.push(bytes(`${refused('10.0.0.1', '2026-01-02T00:00:00Z')}\n`))
    }
    const [only] = scanner.finish().incidents
    expect([only?.count, only?.origins, only?.node]).toEqual([2, ['node-a', 'node-b'], undefined])
  })

  it('of a complaint that nobody knows are one as well', () => {
    const text = ['a-1', 'b-22', 'c-333']
      .map((name) => `{"level":"error","msg":"cannot frobnicate \\"${name}\\" after 3 tries"}`)
      .join('\n')
    expect(
      scan(text).incidents.map(({ signature, count, code, severity }) => [signature, count, code, severity]),
    ).toEqual([['cannot frobnicate … after … tries', 3, undefined, 'error']])
    expect(plainSignature('default/web on fe80::1 of 10.0.0.1:80 failed')).toBe('… on … of … failed')
  })
})

const lineOf = fc.oneof(
  fc.constantFrom(...KNOWN_LINES.map(([line]) => line)),
  fc.string({ maxLength: 40 }).map((text) => text.replaceAll('\n', ' ')),
  fc.constant('{"level":"info","msg":"nothing"}'),
)

it('it does not matter where chunks are cut, nor that the buffer is used again', () => {
  fc.assert(
    fc.property(
      fc.array(lineOf, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }),
      (lines, sizes) => {
        const whole = bytes(lines.join('\n'))
        const once = scan(lines.join('\n'))
        const scanner = new LogScanner(OPTIONS)
        const buffer = new Uint8Array(200)
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const part = whole.subarray(at, at + (sizes[turn % sizes.length] ?? 1))
          buffer.set(part)
          scanner.push(buffer.subarray(0, part.length))
          buffer.fill(0x41)
          at += part.length
        }
        const pieces = scanner.finish()
        const counted = ({ incidents, lines: all }: LogSummary) => [
          all,
          incidents.map(({ signature, count }) => `${signature} ${count}`).sort(),
        ]
        expect(counted(pieces)).toEqual(counted(once))
      },
    ),
    { numRuns: 200 },
  )
})

describe('memory', () => {
  it('does not grow with new kinds of complaints, and none is lost', () => {
    const words = (number: number) => number.toString(2).replaceAll('0', 'a').replaceAll('1', 'b')
    const lines = Array.from(
      { length: 500 },
      (_, index) => `{"level":"error","msg":"broken ${words(index)}"}`,
    )
    const { incidents } = scan(lines.join('\n'), { ...OPTIONS, mostIncidents: 50, mostShapes: 64 })
    expect(incidents.length).toBeLessThanOrEqual(52)
    expect(incidents.reduce((sum, { count }) => sum + count, 0)).toBe(500)
  })

  it('does not hold a line without an end', () => {
    const scanner = new LogScanner(OPTIONS)
    for (let sent = 0; sent < 3 * LONGEST_LINE_BYTES; sent += 65_536)
      scanner.push(new Uint8Array(65_536).fill(120))
    scanner.push(bytes(`\n${KNOWN_LINES[0]?.[0]}`))
    const { tooLong, incidents, lines } = scanner.finish()
    expect([lines, tooLong, incidents[0]?.code]).toEqual([2, 1, 'F36'])
  })
})

it('--since leaves out what is older', () => {
  const line = (day: number) =>
    `{"level":"error","msg":"IP allocation failed","ts":"2026-01-0${day}T00:00:00Z"}`
  const text = [1, 2, 3, 4].map(line).join('\n')
  const { incidents } = scan(text, { ...OPTIONS, sinceMs: Date.parse('2026-01-03T00:00:00Z') })
  expect(incidents.map(({ count, first }) => [count, first.slice(0, 10)])).toEqual([[2, '2026-01-03']])
})

describe('secrets', () => {
  it.each([
    'neighbor 10.0.0.1 password hunter2secret',
    '{"level":"error","msg":"bad","password":"hunter2secret"}',
    '{"level":"error","error":"config: {\\"Password\\": \\"hunter2secret\\"}"}',
    '{"level":"error","msg":"dump","config":"router bgp 64512\\n neighbor 10.0.0.1 password hunter2secret\\n"}',
    'level=error msg="request failed" authorization="Bearer hunter2secret"',
    'level=error msg=bad token=hunter2secret',
    '2026/01/01 00:00:00 [ERR] flags --secret-key hunter2secret',
  ])('%s', (line) => {
    const log = line.startsWith('neighbor') ? `{"level":"error","msg":"${line}"}` : line
    const { incidents } = scan(log)
    expect(incidents).toHaveLength(1)
    const shown =
      JSON.stringify(incidents) +
      renderLogsText(
        { summary: scan(log), notRead: [], exitCode: 1 },
        { colorLevel: 0, width: 200, verbose: true, top: 9 },
      )
    expect(shown).not.toContain('hunter2')
    expect(shown).toContain('(hidden)')
  })
})

describe('what a person reads, at 80 columns', () => {
  const text = [...KNOWN_LINES.map(([line]) => line), ...KNOWN_LINES.slice(0, 3).map(([line]) => line)].join(
    '\n',
  )
  it.each([
    ['logs', { colorLevel: 0, verbose: false, top: 5 }],
    ['logs-colour', { colorLevel: 1, verbose: false, top: 5 }],
    ['logs-verbose', { colorLevel: 0, verbose: true, top: 50 }],
  ] as const)('%s', async (golden, style) => {
    const report = {
      summary: scan(text),
      notRead: ['metallb-system/speaker-x frr: The cluster refuses it.'],
      exitCode: 1,
    }
    await expect(renderLogsText(report, { ...style, width: 80 })).toMatchFileSnapshot(
      `../../../test/golden/diagnose/${golden}.txt`,
    )
  })
})
