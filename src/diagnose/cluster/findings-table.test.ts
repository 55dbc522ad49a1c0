// docs/findings/README.md is made from the table of codes, the checks and their cases: `npx vitest run -u` with this file writes it anew.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CLUSTER_CHECKS } from './check-list.ts'
import { CODES } from './codes.ts'
import { FAULT_CASES } from './testing/all-cases.ts'

const ROOMS = [
  ['arp, ndp', 'checks'],
  ['bgp', 'bgp'],
  ['pool', 'pool'],
  ['route', 'route'],
  ['path', 'path'],
] as const

/** Codes that the sources of a room name. */
const named = new Map(
  ROOMS.map(([room, folder]) => {
    const files = readdirSync(new URL(`../${folder}/`, import.meta.url), {
      recursive: true,
      encoding: 'utf8',
    })
    const sources = files.filter(
      (file) => file.endsWith('.ts') && !file.includes('.test.') && !file.includes('testing'),
    )
    const text = sources
      .map((file) => readFileSync(new URL(`../${folder}/${file}`, import.meta.url), 'utf8'))
      .join('\n')
    return [room, new Set(text.match(/(?<=')F\d{2}(?=')/g) ?? [])]
  }),
)

const INTRODUCTION = `# Findings

Every finding of \`lbctl diagnose\` has a code that stays. \`lbctl explain F01\` shows its page. Tier A is seen again and again, B is common, C is
occasional but nasty. *Facts* are what shows it, alone or together; *installation* names the checks of \`lbctl diagnose all\` and
\`lbctl diagnose service\`; *probes* the other diagnoses that can say it, each tested on packets, real daemons and kernels; *cases* how many broken
installations the tests put together for it, each beside its healthy twin.

| code | tier | title | link | facts | installation | probes | cases |
|---|---|---|---|---|---|---|---|
`

function table(): string {
  const rows = [...CODES.values()].map(({ code, tier, title, link, planes }) => {
    const checks = CLUSTER_CHECKS.filter(
      (check) =>
        check.code === code || FAULT_CASES.some((each) => each.code === code && each.check === check.id),
    )
    const rooms = ROOMS.filter(([room]) => named.get(room)?.has(code)).map(([room]) => room)
    const cases = FAULT_CASES.filter((each) => each.code === code).length
    return `| [${code}](${code}.md) | ${tier} | ${title} | ${link} | ${planes.join(', ')} | ${checks.map(({ id }) => id).join(', ') || '-'} | ${rooms.join(', ') || '-'} | ${cases === 0 ? '-' : cases} |`
  })
  return `${INTRODUCTION}${rows.join('\n')}\n`
}

it('the overview of the findings is up to date', async () => {
  await expect(table()).toMatchFileSnapshot('../../../docs/findings/README.md')
})

it.each([...CODES.values()])('$code has the title of its page', ({ code, title }) => {
  const page = readFileSync(new URL(`../../../docs/findings/${code}.md`, import.meta.url), 'utf8')
  expect(page.split('\n')[0]).toBe(`# ${code}: ${title}`)
})

it('there are F01 to F48, and no others', () => {
  expect([...CODES.keys()]).toEqual(
    Array.from({ length: 48 }, (_, index) => `F${String(index + 1).padStart(2, '0')}`),
  )
})
