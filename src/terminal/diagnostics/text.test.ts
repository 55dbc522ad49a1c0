import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../config/diagnostic.ts'
import { Source, type Span } from '../../config/source/source.ts'
import { columnsOf } from '../wrap.ts'
import { excerptOf } from './excerpt.ts'
import { renderDiagnosticsText } from './text.ts'

const PLAIN = { colorLevel: 0, width: 80 } as const

const spanOf = (text: string, part: string, name = 'pools.yaml'): Span => {
  const start = text.indexOf(part)
  return { source: new Source(name, text), start, end: start + part.length }
}
const diagnostic = (at: Span, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'V201',
  severity: 'error',
  message: 'The prefix is too long.',
  at,
  ...more,
})

describe('renderDiagnosticsText', () => {
  it('shows place, code, line, underline, related place, hint and the way to the page', () => {
    const text = 'spec:\n  addresses:\n  - 10.0.0.0/33\n'
    const related = [{ message: 'declared here', at: spanOf(text, 'addresses') }]
    const shown = renderDiagnosticsText(
      [diagnostic(spanOf(text, '10.0.0.0/33'), { related, hint: 'Write a length up to 32.' })],
      PLAIN,
    )
    expect(shown).toBe(
      [
        'pools.yaml:3:5: error V201: The prefix is too long.',
        ' 3 |   - 10.0.0.0/33',
        '   |     ^~~~~~~~~~~',
        '   = declared here: pools.yaml:2:3',
        ' 2 |   addresses:',
        '   |   ^~~~~~~~~',
        '     Write a length up to 32.',
        '     lbctl explain V201',
        '',
      ].join('\n'),
    )
  })

  it('shows no excerpt for an empty text and none without a place', () => {
    const empty: Span = { source: new Source('empty.yaml', ''), start: 0, end: 0 }
    expect(renderDiagnosticsText([diagnostic(empty)], PLAIN)).toMatch(
      /^empty.yaml:1:1: error V201: .*\n {5}lbctl/,
    )
    const { at: _, ...placeless } = diagnostic(empty)
    expect(renderDiagnosticsText([placeless], PLAIN)).toMatch(/^error V201: The prefix/)
  })

  it('colours only when asked to', () => {
    const at = spanOf('a: 1', '1')
    expect(renderDiagnosticsText([diagnostic(at)], PLAIN)).not.toContain('\u001b')
    expect(renderDiagnosticsText([diagnostic(at)], { colorLevel: 1, width: 80 })).toContain('\u001b[31m')
  })
})

describe('excerptOf', () => {
  const marked = (text: string, part: string, width = 80): [string, string] => {
    const { text: shown, indent, length } = excerptOf(spanOf(text, part), width)
    return [shown, `${' '.repeat(indent)}${'^'.repeat(length)}`]
  }

  it.each([
    ['a tab in front', '\tkey: x', 'key', ['    key: x', '    ^^^']],
    ['CRLF', 'a: 1\r\nb: 22\r\n', '22', ['b: 22', '   ^^']],
    ['characters of two columns', '名前: x', 'x', ['名前: x', '      ^']],
    ['a combining mark', 'e\u0301: x', 'x', ['e\u0301: x', '   ^']],
    ['an astral character', 'k: "\u{1f600}" # x', 'x', ['k: "\u{1f600}" # x', '          ^']],
    ['an escape sequence', 'k: \u001b[31mred x', 'x', ['k: \ufffd[31mred x', '            ^']],
    ['a change of writing direction', 'k: \u202eab x', 'x', ['k: \ufffdab x', '       ^']],
    ['several lines', 'spec:\n  a: 1\nb: 2', 'spec:\n  a: 1', ['spec:', '^^^^^']],
  ])('handles %s', (_, text, part, expected) => {
    expect(marked(text, part)).toEqual(expected)
  })

  it.each([
    ['block style', '  password: hunter2 extra', 'password', '  password: (hidden)'],
    ['JSON', '{"password": "hunt\\"er2", "port": 179}', 'port', '{"password": (hidden), "port": 179}'],
    ['single quotes', "  - password: 'it''s'", 'password', '  - password: (hidden)'],
    ['one character', 'password: x', 'password', 'password: (hidden)'],
    ['commas and brackets', '- password: S3CR,a}b', 'password', '- password: (hidden)'],
    ['a misspelt key', '  pasword: S3CR', 'pasword', '  pasword: (hidden)'],
    ['a key with two slips', '  passwrod: S3CR', 'passwrod', '  passwrod: (hidden)'],
    ['a key that contains it', 'bgpPassword: S3CR', 'bgpPassword', 'bgpPassword: (hidden)'],
    ['a short key', '{port: 1, pwd: S3CR}', 'port', '{port: 1, pwd: (hidden)}'],
    ['a secret', 'clientSecret: "S3CR"', 'client', 'clientSecret: (hidden)'],
    ['flow style', '{pasword: S3CR, port: 1}', 'port', '{pasword: (hidden), port: 1}'],
    ['a comment behind it', 'pasword: S3CR # was S3CR1', 'pasword', 'pasword: (hidden)'],
    [
      'a comment behind flow style',
      '{password: S3CR} # was S3CR1',
      'password',
      '{password: (hidden)} # (hidden)',
    ],
    ['a comment', 'port: 1 # password: S3CR, S3CR1', 'port', 'port: 1 # password: (hidden)'],
    [
      'a string of JSON',
      '"config": "{\\"password\\": \\"S3CR\\"}"',
      'config',
      '"config": "{\\"password\\": (hidden)}"',
    ],
    ['a line without its colon', 'password S3CR', 'password', 'password (hidden)'],
    ['an anchor', 'x: &pw S3CR # S3CR1\npassword: *pw', 'x', 'x: &pw (hidden)'],
    ['an anchor in a list', '- &pw S3CR\n- pasword: *pw', '&pw', '- &pw (hidden)'],
  ])('hides a password in %s', (_, text, part, shown) => {
    expect(marked(text, part)[0]).toBe(shown)
  })

  it.each(['port: 179', 'name: &a pool', 'address: 10.0.0.1 # the passage', 'peer-address: "10.0.0.1"'])(
    'shows %s as it is',
    (text) => {
      expect(marked(`${text}\nother: *a`, text)[0]).toBe(text)
    },
  )

  it('cuts a long line around the place', () => {
    const line = `${'a'.repeat(200)} NEEDLE ${'b'.repeat(200)}`
    const [shown, marks] = marked(line, 'NEEDLE', 40)
    expect(shown.startsWith('…') && shown.endsWith('…')).toBe(true)
    expect(columnsOf(shown)).toBeLessThanOrEqual(40)
    expect(shown.slice(marks.indexOf('^'), marks.length)).toBe('NEEDLE')
  })

  it('never exceeds the width and always marks something inside it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.nat(400),
        fc.nat(400),
        fc.integer({ min: 20, max: 120 }),
        (text, start, length, width) => {
          const span = { source: new Source('f', text), start, end: start + length }
          const { text: shown, indent, length: marks } = excerptOf(span, width)
          expect(shown).not.toMatch(/\p{Cc}/u)
          expect(columnsOf(shown)).toBeLessThanOrEqual(width)
          expect(marks).toBeGreaterThanOrEqual(1)
          expect(indent + marks).toBeLessThanOrEqual(width + 1)
        },
      ),
    )
  })

  it('looks only at the neighbourhood in a line of megabytes', () => {
    const text = `[${'"10.0.0.0/24",'.repeat(500_000)}"x"]`
    const source = new Source('big.json', text)
    const at = text.length - 4
    for (let i = 0; i < 200; i++)
      expect(excerptOf({ source, start: at, end: at + 3 }, 80).text).toMatch(/"x"\]$/)
  })
})
