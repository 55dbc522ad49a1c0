import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const pageOf = (code: string) => new URL(`../../docs/findings/${code}.md`, import.meta.url)
const sources = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
)
const named = new Set(
  sources.flatMap(
    (file) => readFileSync(new URL(file, import.meta.url), 'utf8').match(/(?<=')F\d{2}(?=')/g) ?? [],
  ),
)

it('every code that a check names has a page, so that lbctl explain finds it', () => {
  expect(named.size).toBeGreaterThan(20)
  expect([...named].filter((code) => !existsSync(pageOf(code)))).toEqual([])
})

const pages = readdirSync(new URL('../../docs/findings/', import.meta.url)).filter(
  (file) => file !== 'README.md',
)

describe.each(pages)('%s', (file) => {
  const code = file.replace(/\.md$/, '')
  const text = readFileSync(pageOf(code), 'utf8')

  it('has a title and the three parts of a page', () => {
    expect(text).toMatch(new RegExp(`^# ${code}: \\S.*[^.\\n]\\n\\n`))
    for (const part of ['How we know', 'Fix', 'How to confirm']) expect(text).toContain(`\n## ${part}\n`)
  })

  it('refers only to codes that have a page', () => {
    const others = text.match(/\bF\d{2}\b/g) ?? []
    expect(others.filter((other) => !existsSync(pageOf(other)))).toEqual([])
  })
})
