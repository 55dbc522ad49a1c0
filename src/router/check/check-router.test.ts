// What `router config` writes passes; and each way to damage it is found, with its code, in every language that is read.
import { describe, expect, it } from 'vitest'
import { Source } from '../../config/source/source.ts'
import type { RouterPlan } from '../plan/router-plan.ts'
import { FULL, INTERNAL, NODES, PLAIN, UNNUMBERED } from '../testing/clusters.ts'
import { DAMAGES } from '../testing/damages.ts'
import { planOf } from '../testing/plans.ts'
import { renderRouter } from '../vendors/render.ts'
import { checkRouter } from './check-router.ts'
import { ROUTER_CODES } from './codes.ts'
import { CHECKED_VENDORS, type CheckedVendor, detectVendor, readRouter } from './read-router.ts'

const PLANS = {
  full: planOf(FULL, NODES, { peers: ['tor', 'tor-v6'] }),
  internal: planOf(INTERNAL, NODES),
  plain: planOf(PLAIN, NODES),
  security: planOf(PLAIN, NODES, { ttlSecurityHops: 1 }),
} as const

const textFor = (plan: RouterPlan, vendor: CheckedVendor): string =>
  `${renderRouter(plan, vendor).lines.join('\n')}\n`
const findings = (text: string, vendor: CheckedVendor, plan: RouterPlan) =>
  checkRouter(readRouter(new Source('router.conf', text), vendor), plan)
const codes = (text: string, vendor: CheckedVendor, plan: RouterPlan): string[] =>
  [...new Set(findings(text, vendor, plan).map(({ code }) => code))].sort()

describe.each(CHECKED_VENDORS)('%s', (vendor) => {
  it.each(Object.entries(PLANS))('finds nothing in what router config writes: %s', (_, plan) => {
    expect(findings(textFor(plan, vendor), vendor, plan)).toEqual([])
  })

  it('is recognised by its text', () => {
    for (const plan of [PLANS.full, PLANS.internal, PLANS.plain])
      expect(detectVendor(textFor(plan, vendor))).toBe(vendor)
  })

  it.each(DAMAGES[vendor].map((damage) => [damage.code, damage] as const))('finds %s', (code, damage) => {
    const plan = PLANS[damage.cluster ?? 'full']
    const text = textFor(plan, vendor)
    const damaged = damage.apply(text)
    expect(damaged).not.toBe(text)
    expect(codes(damaged, vendor, plan)).toEqual([code])
  })

  it('points at the line that is wrong', () => {
    const damage = DAMAGES[vendor].find(({ code }) => code === 'R003')!
    const damaged = damage.apply(textFor(PLANS.full, vendor))
    const [found] = findings(damaged, vendor, PLANS.full)
    const { source, start } = found?.at ?? { source: new Source('', ''), start: 0 }
    expect(source.lineAt(start)).toContain('65999')
  })
})

it('every code is found by the damages of some language', () => {
  const found = new Set(Object.values(DAMAGES).flatMap((all) => all.map(({ code }) => code)))
  expect([...found].sort()).toEqual(Object.keys(ROUTER_CODES).sort())
})

it('finds unnumbered neighbours by the interface of the router', () => {
  const plan = planOf(
    UNNUMBERED,
    NODES.map((node, i) => ({ ...node, routerInterface: `swp${i + 1}` })),
  )
  const text = textFor(plan, 'frr')
  expect(codes(text, 'frr', plan)).toEqual([])
  expect(codes(text.replaceAll('swp2', 'swp9'), 'frr', plan)).toEqual(['R001'])
})
