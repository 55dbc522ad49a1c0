import { describe, expect, it } from 'vitest'
import { judgeLink } from '../../diagnose/link-diagnosis.ts'
import { card, linkFacts, MAC_A, MAC_B, round } from '../../diagnose/testing/link-facts.ts'
import { OwnerTimeline } from '../../diagnose/watch/owner-timeline.ts'
import { renderDiagnosisJson } from './json.ts'
import { renderVerdictText } from './report.ts'
import { renderWatchEvent, renderWatchSummary } from './watch.ts'

const STYLE = { colorLevel: 0, width: 100, verbose: false } as const
const golden = (name: string) => `../../../test/golden/diagnose/${name}.txt`

describe('the text of a verdict', () => {
  it.each([
    ['healthy', linkFacts()],
    ['silent', linkFacts({ rounds: [round([[], [], []])] })],
    [
      'tunnel',
      linkFacts({
        rounds: [],
        interfaces: [
          card({
            name: 'wg0',
            kind: 'wireguard',
            hardwareType: 65534,
            noArp: true,
            broadcast: false,
            pointToPoint: true,
            mac: undefined,
          }),
        ],
      }),
    ],
    ['two-owners', linkFacts({ rounds: [round([[MAC_A, MAC_B]])] })],
    [
      'rejected',
      linkFacts({
        reach: {
          port: 443,
          result: 'failed',
          code: 'EHOSTUNREACH',
          icmp: { family: 4, type: 3, code: 10, sender: '192.0.2.10', fromOurselves: false },
          elapsedMs: 0.4,
        },
      }),
    ],
  ])('%s', async (name, facts) => {
    await expect(renderVerdictText(judgeLink(facts), STYLE)).toMatchFileSnapshot(golden(name))
  })

  it.each([
    ['no answer', linkFacts({ rounds: [round([[]])] })],
    ['two owners', linkFacts({ rounds: [round([[MAC_A, MAC_B]])] })],
  ])('fits the width, commands apart: %s', (_, facts) => {
    const text = renderVerdictText(judgeLink(facts), { ...STYLE, width: 40 })
    const long = text.split('\n').filter((line) => line.length > 40 && !/^ {7}\S/.test(line))
    expect(long).toEqual([])
  })

  it('paints a title over the break of a line, and what follows it not', () => {
    const verdict = judgeLink(linkFacts({ rounds: [round([[MAC_A, MAC_B]])] }))
    const painted = renderVerdictText(verdict, { ...STYLE, width: 40, colorLevel: 1 })
    const title = verdict.findings[0]!.title
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are the point
    const strong = [...painted.matchAll(/\u001b\[1m(.*?)\u001b\[22m/g)].map(([, text]) => text)
    expect(strong.join(' ')).toContain(title)
    expect(strong.join(' ')).not.toMatch(/\(\w+\)/)
    expect(painted).toMatch(new RegExp(`\\(${verdict.findings[0]!.confidence}\\)`))
  })

  it('shows skipped checks when asked', () => {
    const verdict = judgeLink(linkFacts())
    expect(renderVerdictText(verdict, STYLE)).not.toContain('skipped:')
    expect(renderVerdictText(verdict, { ...STYLE, verbose: true })).toContain('skipped:')
  })

  it('lets no name of an interface steer the terminal', () => {
    const facts = linkFacts({ rounds: [], interfaces: [card({ name: 'e\u001b[2J', up: false })] })
    expect(renderVerdictText(judgeLink(facts), STYLE)).not.toContain('\u001b')
  })
})

it('JSON has every key, null where nothing is known', () => {
  const facts = linkFacts({ rounds: [round([[]])] })
  const text = renderDiagnosisJson([{ verdict: judgeLink(facts), facts }], 1)
  const [report] = JSON.parse(text).reports
  expect(Object.keys(report)).toEqual([
    'status',
    'summary',
    'findings',
    'checks',
    'vantage',
    'notTested',
    'facts',
  ])
  expect(Object.keys(report.findings[0]).sort()).toEqual(
    [
      'candidates',
      'cause',
      'code',
      'confidence',
      'docs',
      'evidence',
      'fix',
      'notTested',
      'severity',
      'subject',
      'title',
      'vantage',
    ].sort(),
  )
  for (const fix of report.findings[0].fix)
    expect(Object.keys(fix)).toEqual(['text', 'command', 'configuration'])
  expect(report.facts.own).toBeNull()
})

it('a watch: what happened and what it added up to', () => {
  const timeline = new OwnerTimeline(0)
  const events = [0, 1, 2].flatMap((probe) => {
    timeline.sent()
    const event = timeline.answer(probe, probe < 2 ? MAC_A : MAC_B, 100, probe * 250 + 1)
    return event === undefined ? [] : [renderWatchEvent(event, '192.0.2.10', 0)]
  })
  expect(events).toEqual([
    `     0.001 s  192.0.2.10 is at ${MAC_A} (QEMU/KVM virtual machine)\n`,
    `     0.501 s  192.0.2.10 moved to ${MAC_B} (QEMU/KVM virtual machine) from ${MAC_A}, after 250 ms without an answer\n`,
  ])
  expect(renderWatchSummary(timeline.summary(1000), '192.0.2.10', 0)).toBe(
    [
      '',
      '192.0.2.10: 3 probes in 1.000 s, 3 answered (100.0 %)',
      '  round trip min/avg/p95/max: 0.100/0.100/0.100/0.100 ms',
      `  owner ${MAC_A} (QEMU/KVM virtual machine): 0.001 s to 0.251 s, 2 answers`,
      `  owner ${MAC_B} (QEMU/KVM virtual machine): 0.501 s to 0.501 s, 1 answer`,
      '  longest silence: 499 ms',
      '',
    ].join('\n'),
  )
})
