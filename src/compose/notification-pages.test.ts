import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { notificationCause } from '../diagnose/bgp/notification-cause.ts'
import { notificationName } from '../wire/bgp/notification-codes.ts'
import { findPage, listPages } from './documentation.ts'

const root = new URL('../../', import.meta.url)
const files = readdirSync(new URL('docs/notifications/', root))
const numbers = files.map((file) => file.replace('.md', '').split('-').map(Number) as [number, number])

it('every code and subcode that is registered has a page, and no other', () => {
  const registered: string[] = []
  for (let code = 1; code < 16; code++)
    for (let subcode = 0; subcode < 32; subcode++) {
      const name = notificationName(code, subcode)
      const isNamed = subcode === 0 ? !/^(code|error) /i.test(name) : !/subcode \d+$/.test(name)
      // 7/0 and Cease/0 are not registered; 6/0 is sent all the same.
      if (isNamed && !/^\D*\d/.test(name) && !(code === 7 && subcode === 0))
        registered.push(`${code}-${subcode}.md`)
    }
  expect([...files].sort()).toEqual(registered.sort())
})

describe.each(numbers)('%i/%i', (code, subcode) => {
  const { markdown } = findPage(`${code}/${subcode}`, root)
  it('has a title and its parts', () => {
    expect(markdown).toMatch(new RegExp(`^# ${code}/${subcode}: \\S`))
    for (const part of ['What to do', 'Which finding it is']) expect(markdown).toContain(`\n## ${part}\n`)
  })
  it('names the finding that the diagnosis gives', () => {
    const given = notificationCause({ code, subcode, data: new Uint8Array(0) })?.code
    const named = /## Which finding it is\n\n(F\d{2})/.exec(markdown)?.[1]
    if (given !== undefined) expect(named).toBe(given)
    expect(readFileSync(new URL(`docs/findings/${named}.md`, root), 'utf8')).toContain(`# ${named}`)
  })
})

describe('findPage', () => {
  it.each([
    ['2/2', '2/2'],
    ['NOTIFICATION 6/5', '6/5'],
    ['notification 6/10 received from 192.0.2.1', '6/10'],
    [
      '%NOTIFICATION: received from neighbor 192.0.2.1 6/7 (Cease/Connection collision resolution) 0 bytes',
      '6/7',
    ],
    ['got BGP notification code 0x0202 (bad peer AS)', '2/2'],
    ['0x0605', '6/5'],
    ['Bad Peer AS', '2/2'],
    ['Error: Bad BGP identifier', '2/3'],
    ['Received: Administrative shutdown', '6/2'],
    ['Hold timer expired', '4/0'],
    ['Connection collision resolution', '6/7'],
    ['BGP notification: code 6 subcode 3', '6/3'],
    ['F36', 'F36'],
  ])('%j is %s', (asked, code) => expect(findPage(asked, root).code).toBe(code))

  it.each(['9/9', '192.0.2.0/24', 'pool 10.0.0.1/32 is used up'])('%j is none', (asked) => {
    expect(() => findPage(asked, root)).toThrow('There is no page')
  })
  it('lists them in the order of their numbers', () => {
    const group = listPages(root).find(({ kind }) => kind === 'notification')
    const codes = group?.pages.map(({ code }) => code) ?? []
    expect(codes.indexOf('6/10')).toBeGreaterThan(codes.indexOf('6/9'))
  })
})
