// The documents say what is so: links lead somewhere, tables equal the code, commands exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RULES } from '../../src/config/rules/registry.ts'
import { EXIT } from '../../src/errors/exit-codes.ts'
import { MIGRATE_CODES } from '../../src/migrate/codes.ts'
import { ROUTER_CODES } from '../../src/router/check/codes.ts'
import { root } from '../support/cli.ts'

const text = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
].sort()
const { scripts, dependencies, optionalDependencies } = JSON.parse(text('package.json'))

/** As GitHub makes them from headings. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ +(.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

const withoutCode = (markdown: string): string => markdown.replaceAll(/^ *```[\s\S]*?^ *```/gm, '')

describe.each(pages)('%s', (page) => {
  it('has links that lead somewhere', () => {
    const links = [...withoutCode(text(page)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : relative(root, join(root, dirname(page), path))
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && !anchorsOf(text(target)).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it('names only npm scripts that exist', () => {
    const named = [...text(page).matchAll(/npm run (?:--\S+ )*([\w:-]+)/g)].map((match) => match[1] ?? '')
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

describe('README', () => {
  it('has the two commands, and only commands of lbctl that exist', () => {
    const readme = text('README.md')
    expect(readme).toContain('npm ci && npm run demo')
    expect(readme).toContain('npm ci && npm test')
    const manifest = JSON.parse(text('oclif.manifest.json'))
    const typed = [...readme.matchAll(/(?:^\$ |\| )lbctl ([a-z]+)/gm)].map((match) => match[1] ?? '')
    expect(typed.length).toBeGreaterThan(2)
    expect(typed.filter((command) => manifest.commands[command] === undefined)).toEqual([])
  })
})

describe('docs/exit-codes.md', () => {
  it('has the codes of the table in the code', () => {
    const rows = [...text('docs/exit-codes.md').matchAll(/^\| (\d+) \| `(\w+)` \|/gm)]
    expect(Object.fromEntries(rows.map((row) => [row[2], Number(row[1])]))).toEqual(EXIT)
  })
})

describe('pages of codes', () => {
  const codes = readdirSync(join(root, 'docs/rules')).map((file) => file.replace(/\.md$/, ''))

  it('there is one for each code in the code, and no other', () => {
    const known = [...RULES.keys(), ...Object.keys(MIGRATE_CODES), ...Object.keys(ROUTER_CODES)]
    expect(codes.sort()).toEqual(known.sort())
  })

  it.each(Object.entries(ROUTER_CODES))('%s has the title of the code', (code, [severity, title]) => {
    const page = text(`docs/rules/${code}.md`)
    expect(page.startsWith(`# ${code}: ${title}\n\nSeverity: ${severity}.`)).toBe(true)
  })

  it.each(codes)('%s begins with its code and title', (code) => {
    const page = text(`docs/rules/${code}.md`)
    expect(page).toMatch(new RegExp(`^# ${code}: \\S.*[^.\\n]\\n\\n`))
    expect(page.split('\n').length).toBeGreaterThan(5)
  })
})

describe('decision records', () => {
  const records = readdirSync(join(root, 'docs/decisions')).sort()

  it('are numbered without gaps', () => {
    expect(records.map((file) => file.slice(0, 4))).toEqual(
      records.map((_, i) => String(i + 1).padStart(4, '0')),
    )
  })

  it.each(Object.keys({ ...dependencies, ...optionalDependencies }))('name the dependency %s', (name) => {
    expect(records.some((file) => text(`docs/decisions/${file}`).includes(`\`${name}\``))).toBe(true)
  })
})
