// The page of a bundle, read as strictly as no browser does: whatever stands in facts, verdict and manifest, its tags are ours alone.
import { describe, expect, it } from 'vitest'
import { type HtmlElement, readHtml } from '../../../test/support/html-document.ts'
import { manifestOf } from '../../diagnose/bundle/manifest.ts'
import { CLUSTER_CHECKS } from '../../diagnose/cluster/check-list.ts'
import { type ClusterFacts, notAsked, PLANES } from '../../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { judgeCluster } from '../../diagnose/cluster/judge-cluster.ts'
import { FAULT_CASES } from '../../diagnose/cluster/testing/all-cases.ts'
import { factsOf, healthyWorld, type World } from '../../diagnose/cluster/testing/world.ts'
import { renderBundlePage } from './page.ts'

/** Ends tags, attributes, comments, styles and entities; begins scripts and pictures. */
const MARKUP =
  '</pre></style></title>--><!--]]>"\'`><script src=//x.example/x.js></script><img src=x onerror=a()>&lt;&#0;&amp'
/** Steer terminals, turn the direction, or are no characters at all. */
const UNFIT = '\u0000 \u001b \u009b \r \u202e \u2067 \u061c \u200f \u2028 \uffff \ufdd0 \ud800'
const HOSTILE = `${MARKUP}${UNFIT}\n\t`
/** As it is to be read: what is unfit is one mark each. */
const SHOWN = `${MARKUP}${UNFIT.replaceAll(/[^ ]/g, '\ufffd')}\n\t`

/** Words of closed lists of ours. */
const OURS: ReadonlySet<string> = new Set(['severity', 'status', 'result', 'breaks'])

/** Behind every text. */
function withBehind<T>(value: T, more: string): T {
  if (typeof value === 'string') return `${value}${more}` as T
  if (Array.isArray(value)) return value.map((each) => withBehind(each as unknown, more)) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      OURS.has(key) && typeof each === 'string' ? each : withBehind(each as unknown, more),
    ]),
  ) as T
}

/** A key of somebody else's in each item, too, which adds lines to its text and no element. */
const withKeys = (facts: ClusterFacts, key: string): ClusterFacts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, plane]) => [
      name,
      typeof plane === 'object' && 'items' in plane
        ? { ...plane, items: plane.items.map((each: object) => ({ ...each, [key]: key })) }
        : plane,
    ]),
  ) as unknown as ClusterFacts

const changed = ({ facts, verdict, manifest }: Parts, more: string): Parts => ({
  facts: withKeys(withBehind(facts, more), more),
  verdict: withBehind(verdict, more),
  manifest: withBehind(manifest, more),
})

function partsOf(facts: ClusterFacts) {
  const verdict = judgeCluster(new ClusterView(facts), { checks: CLUSTER_CHECKS, failOn: 'error' })
  const missing = [{ what: 'logs of a/b', reason: 'they are gone', remedy: 'Wait.', wanted: true }]
  const known = { lbctl: '1.2.3', hidden: 1, pseudonymised: ['addresses'], missing }
  return { facts, verdict, manifest: manifestOf(facts, [], known) }
}
type Parts = ReturnType<typeof partsOf>

const pageOf = ({ facts, verdict, manifest }: Parts): readonly HtmlElement[] =>
  readHtml(renderBundlePage(facts, verdict, manifest))
const partsWith = (fault: (world: World) => void): Parts => {
  const world = healthyWorld()
  fault(world)
  return partsOf(factsOf(world))
}
const textsIn = (elements: readonly HtmlElement[], wanted: string): string[] =>
  elements.filter(({ tag }) => tag === wanted).map(({ text }) => text)
const shapeOf = (elements: readonly HtmlElement[]): string[] =>
  elements.map(({ tag, attributes }) => `${tag} ${JSON.stringify(attributes)}`)

describe.each(FAULT_CASES)('$code $check: $name', ({ fault }) => {
  const calm = partsWith(fault)

  it('is a page whose elements no text changes, and each text is read as it is', () => {
    const page = pageOf(changed(calm, HOSTILE))
    expect(shapeOf(page)).toEqual(shapeOf(pageOf(changed(calm, 'x'))))
    const findings = textsIn(page, 'h3').slice(0, calm.verdict.findings.length)
    expect(findings).toEqual(
      calm.verdict.findings.map(
        ({ severity, code, title }) => `${severity}: ${code}${SHOWN}: ${title}${SHOWN}`,
      ),
    )
    const items = page.filter(({ tag }) => tag === 'li').map(({ text }) => text)
    for (const { evidence, fix } of calm.verdict.findings)
      for (const each of [...evidence, ...fix.map(({ text }) => text)])
        expect(items).toContain(`${each}${SHOWN}`)
    for (const each of calm.verdict.notTested) expect(items).toContain(`${each}${SHOWN}`)
    const objects = PLANES.flatMap((name): readonly unknown[] =>
      calm.facts[name].status === 'read' ? calm.facts[name].items : [],
    )
    expect(textsIn(page, 'summary')).toHaveLength(objects.length)
  })
})

it('says what was not looked at, each reason once, and that nothing was left out', () => {
  const world = healthyWorld()
  const facts = { ...factsOf(world), pods: { ...notAsked('eve may not list pods'), wanted: true } }
  const items = textsIn(pageOf(partsOf(facts)), 'li')
  expect(items.filter((each) => each.includes('eve may not list pods'))).toEqual([
    'Pods: eve may not list pods.',
  ])
  expect(items).toContain('logs of a/b: they are gone. Wait.')
  const whole = partsOf(facts)
  const page = pageOf({
    ...whole,
    verdict: { ...whole.verdict, notTested: [] },
    manifest: { ...whole.manifest, missing: [] },
  })
  expect(textsIn(page, 'p')).toContain('Nothing was left out.')
})

describe('the reader of pages', () => {
  const page = renderBundlePage(
    ...(Object.values(partsWith(() => undefined)) as Parameters<typeof renderBundlePage>),
  )
  it('takes the page as it is', () => {
    expect(textsIn(readHtml(page), 'h2')).toEqual([
      ...['Findings', 'What was not looked at', 'What was looked at', 'Versions', 'Facts'],
    ])
  })

  it.each([
    ['a script', '<h1>', '<script></script><h1>'],
    ['a picture', '<h1>', '<img src="x"><h1>'],
    ['a link', '<h1>', '<a href="x"></a><h1>'],
    ['a handler', '<h1>', '<h1 onclick="x">'],
    ['an unquoted value', '<html lang="en">', '<html lang=en>'],
    ['a comment', '<h1>', '<!-- x --><h1>'],
    ['a tag that is not closed', '</h1>', ''],
    ['tags that cross', '<strong>', '<strong><p>'],
    ['an id twice', 'id="facts"', 'id="findings"'],
    ['an attribute twice', 'id="facts"', 'id="facts" id="fact"'],
    ['a bare bracket', '</h1>', '></h1>'],
    ['a bare ampersand', '</h1>', '&copy;</h1>'],
    ['a control character', '</h1>', '\u001b</h1>'],
    ['a turned direction', '</h1>', '\u202e</h1>'],
    ['a picture in the style', '</style>', 'p{background:url(x)}</style>'],
    ['another page', 'http-equiv="Content-Security-Policy"', 'http-equiv="refresh"'],
    ['text between cells', '</td>', '</td>x'],
  ])('refuses %s', (_what, from, to) => {
    expect(page).toContain(from)
    expect(() => readHtml(page.replace(from, to))).toThrow()
  })
})
