import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findPage, listPages } from './documentation.ts'
import { findPhrase, printedWords } from './printed-words.ts'

const root = new URL('../../', import.meta.url)
const pages = readdirSync(new URL('docs/errors/', root)).map((file) => file.replace(/\.md$/, ''))
const text = (code: string): string => readFileSync(new URL(`docs/errors/${code}.md`, root), 'utf8')

it('printedWords reads the words between backticks, also over the end of a line', () => {
  expect(printedWords('# A: b\n\nPrinted as `One two`,\n`three`.\n\nNot `four`.\n')).toEqual([
    'One two',
    'three',
  ])
  expect(printedWords('# A: b\n\nNot `four`.\n')).toEqual([])
})

describe('findPhrase', () => {
  const entries = ['Timed out', 'Connection timed out', 'FAILED', 'No route to host'].map((phrase) => ({
    phrase,
    value: phrase,
  }))
  it.each<[string, string | undefined]>([
    ['no ROUTE to  host!', 'No route to host'],
    ['ssh: connect to host a port 22: No route to host', 'No route to host'],
    ['curl: (28) Connection timed out after 3001 ms', 'Connection timed out'],
    ['it timed out', 'Timed out'],
    ['no route', 'No route to host'],
    ['failed', 'FAILED'],
    ['192.0.2.10 dev eth0 FAILED', 'FAILED'],
    ['the job failed again', undefined],
    ['no', undefined],
    ['', undefined],
    ['  ', undefined],
    ['there is no route to hosting', undefined],
  ])('%j', (asked, found) => expect(findPhrase(asked, entries)).toBe(found))
})

describe('findPage', () => {
  it.each<[string, string]>([
    ['EHOSTUNREACH', 'EHOSTUNREACH'],
    ['ehostunreach', 'EHOSTUNREACH'],
    ['No route to host', 'EHOSTUNREACH'],
    [
      "curl: (7) Failed to connect to 192.0.2.10 port 80 after 3058 ms: Couldn't connect: No route to host",
      'EHOSTUNREACH',
    ],
    ['From 192.0.2.1 icmp_seq=1 Destination Host Unreachable', 'EHOSTUNREACH'],
    ['connect: Network is unreachable', 'ENETUNREACH'],
    ['dial tcp 192.0.2.10:80: connect: connection refused', 'ECONNREFUSED'],
    ['dial tcp 192.0.2.10:80: i/o timeout', 'ETIMEDOUT'],
    ['ping: sendmsg: Operation not permitted', 'EPERM'],
    ['bind: permission denied', 'EACCES'],
    ['(incomplete)', 'INCOMPLETE'],
    ['? (192.0.2.10) at (incomplete) on eth0', 'INCOMPLETE'],
    ['192.0.2.10 dev eth0 INCOMPLETE', 'INCOMPLETE'],
    ['192.0.2.10 dev eth0  FAILED', 'FAILED'],
    ['192.0.2.10 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE', 'STALE'],
    ['arping: unknown physical layer type 0xfffe', 'ARPHRD_NONE'],
    ['connect ECONNREFUSED 192.0.2.10:443', 'ECONNREFUSED'],
    ['F17', 'F17'],
    ['v201', 'V201'],
  ])('%j is %s', (asked, code) => expect(findPage(asked, root).code).toBe(code))

  it.each(['nonsense', 'F999', 'E', 'the job failed'])('%j is not found', (asked) => {
    expect(() => findPage(asked, root)).toThrow(`There is no page about "${asked}".`)
  })
  it('names the nearest code', () => {
    const refusal = (): unknown => {
      try {
        return findPage('EHOSTUNREACHE', root)
      } catch (error) {
        return error
      }
    }
    expect(refusal()).toMatchObject({ kind: 'usage', hints: ['The nearest code is EHOSTUNREACH.'] })
  })
  it('lists the errors with their titles', () => {
    const group = listPages(root).find(({ kind }) => kind === 'error')
    expect(group?.pages).toContainEqual({ code: 'ECONNREFUSED', title: 'Connection refused' })
    expect(group?.pages).toHaveLength(pages.length)
  })
})

describe.each(pages)('docs/errors/%s.md', (code) => {
  const page = text(code)
  const findings = readdirSync(new URL('docs/findings/', root))

  it('has a title, words, candidates and a way to find out', () => {
    expect(page).toMatch(new RegExp(`^# ${code}: \\S.*[^.\\n]\\n\\nPrinted as \``))
    expect(page).toMatch(/\n## How to find out\n\n- /)
    expect(page.match(/^## /gm)?.length).toBeGreaterThanOrEqual(2)
  })
  it('is found by each of its words', () => {
    for (const words of printedWords(page)) expect([words, findPage(words, root).code]).toEqual([words, code])
  })
  it('names only findings that have a page', () => {
    const named = [...page.matchAll(/\bF\d\d\b/g)].map(([finding]) => `${finding}.md`)
    expect(named.filter((file) => !findings.includes(file))).toEqual([])
  })
})
