// docs/findings/README.md is made from the table of codes, the checks and their cases: `npx vitest run -u` with this file writes it anew.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CLUSTER_CHECKS } from './check-list.ts'
import { CODES } from './codes.ts'
import { FAULT_CASES } from './testing/all-cases.ts'
import { isOfObjects } from './testing/cases.ts'

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

/** Files that test with real daemons, kernels and clusters, and the codes that they expect: not those of comments, nor candidates. */
const REAL = ['interop', 'cli'].flatMap((folder) => {
  const place = new URL(`../../../test/${folder}/`, import.meta.url)
  return readdirSync(place)
    .filter((file) => file.endsWith('.test.ts') && (folder === 'interop' || file === 'diagnose-path.test.ts'))
    .sort()
    .map((file) => {
      const lines = readFileSync(new URL(file, place), 'utf8').split('\n')
      const told = lines.filter((line) => !/^\s*\/\/|candidates/.test(line)).join('\n')
      return { name: file.replace('.test.ts', ''), codes: new Set(told.match(/\bF\d{2}\b/g) ?? []) }
    })
})

const INTRODUCTION = `# Findings

Every finding of \`lbctl diagnose\` has a code that stays. \`lbctl explain F01\` shows its page. Tier A is seen again and again, B is common, C is
occasional but nasty. *Facts* are what shows it, alone or together; *installation* names the checks of \`lbctl diagnose all\` and
\`lbctl diagnose service\`; *probes* the other diagnoses that can say it.

How each is tested: *cases* is how many broken installations the tests put together for it, each beside its healthy twin, where it has to
come first with nothing of higher rank; *served* how many of these are read from an API server, one of each code by the built command
(\`test/cli/diagnose-faults\`); *real* the tests that build the fault with real kernels, daemons and routers (\`test/interop\`) or find it in rules
of a real kube-proxy (\`test/cli\`).

| code | tier | title | link | facts | installation | probes | cases | served | real |
|---|---|---|---|---|---|---|---|---|---|
`

/** What no kernel of the tests can be made to do, and how it is tested then. */
const NOT_BUILT: readonly (readonly [code: string, what: string])[] = [
  ['F15', 'a radio: the kernel has none, simulated ones (mac80211_hwsim) included; on facts of hosts'],
  ['F16', 'a hypervisor: a bridge drops the frames in its place; the names of clouds are served as objects'],
  [
    'F17',
    'WireGuard, which the kernel does not have: a tun device stands for it, with the same type and flags',
  ],
  ['F19', 'a bond, and a VLAN on it: the kernel has neither; on facts of hosts'],
  ['F22', 'a switch that shuts its ports; its traces in the API are served as objects'],
  ['F30', 'a VLAN or a VRF as the second network: a second card stands for it, the others are on facts'],
  ['F33', 'tunnels other than VXLAN (IPIP, GRE, Geneve, WireGuard): on facts of hosts'],
]

interface Tests {
  readonly cases: number
  readonly served: number
  readonly real: readonly string[]
}

function testsOf(code: string): Tests {
  const cases = FAULT_CASES.filter((each) => each.code === code)
  return {
    cases: cases.length,
    served: cases.filter(isOfObjects).length,
    real: REAL.filter(({ codes }) => codes.has(code)).map(({ name }) => name),
  }
}

const numberOr = (count: number): string => (count === 0 ? '-' : `${count}`)

function table(): string {
  const rows = [...CODES.values()].map(({ code, tier, title, link, planes }) => {
    const checks = CLUSTER_CHECKS.filter(
      (check) =>
        check.code === code || FAULT_CASES.some((each) => each.code === code && each.check === check.id),
    )
    const rooms = ROOMS.filter(([room]) => named.get(room)?.has(code)).map(([room]) => room)
    const { cases, served, real } = testsOf(code)
    return `| [${code}](${code}.md) | ${tier} | ${title} | ${link} | ${planes.join(', ')} | ${checks.map(({ id }) => id).join(', ') || '-'} | ${rooms.join(', ') || '-'} | ${numberOr(cases)} | ${numberOr(served)} | ${real.join(', ') || '-'} |`
  })
  const notBuilt = NOT_BUILT.map(([code, what]) => `- [${code}](${code}.md): ${what}.`)
  return `${INTRODUCTION}${rows.join('\n')}\n\n## Not built for real\n\nThese take what the kernels of the tests do not have:\n\n${notBuilt.join('\n')}\n`
}

it.each([...CODES.keys()])(
  '%s is found in an installation that is broken so, or in a fault that is built for real',
  (code) => {
    const { cases, real } = testsOf(code)
    expect(cases + real.length).toBeGreaterThan(0)
  },
)

it.each([...CODES.keys()])('%s is built for real or served, or the reason is given', (code) => {
  const { served, real } = testsOf(code)
  expect(served + real.length > 0 || NOT_BUILT.some(([each]) => each === code)).toBe(true)
})

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
