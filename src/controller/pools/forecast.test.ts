import { expect, it } from 'vitest'
import { poolsOf, serviceOf } from '../testing/service-of.ts'
import { forecast } from './forecast.ts'
import { PoolSurvey } from './pool-survey.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.parse('2026-11-28T00:00:00Z')

/** @param ages in days, of one Service each; undefined: not known */
function forecastOf(ages: readonly (number | undefined)[], range = '10.0.0.1-10.0.0.100') {
  const services = ages.map((age, index) =>
    serviceOf(`shop/s${index}`, {
      ingress: [`10.0.0.${index + 1}`],
      createdAt: age === undefined ? '' : new Date(NOW_MS - age * DAY_MS).toISOString(),
    }),
  )
  const survey = new PoolSurvey({
    pools: poolsOf({ lan: [range] }),
    namespaces: new Map(),
    ...{ services, loadBalancerClass: undefined, nowMs: NOW_MS },
  })
  const [pool] = survey.pools()
  if (pool === undefined) throw new Error('no pool')
  return forecast(pool.spaces[4], survey.services, NOW_MS)
}
const each = (count: number, ageOf: (index: number) => number) =>
  Array.from({ length: count }, (_, i) => ageOf(i))

it('measures the pace of the last 90 days, and says how far chance may be from it', () => {
  // 16 in 90 days, one long before: 83 are free, 16 ± 4 come in 90 days.
  expect(forecastOf([400, ...each(16, (i) => i * 5)])).toEqual({
    ...{ kind: 'between', taken: 16, overDays: 90 },
    ...{ earliestDays: Math.floor((83 / 20) * 90), latestDays: Math.ceil((83 / 12) * 90) },
  })
})

it('takes a shared address once, at the age of its oldest Service', () => {
  const shared = { annotations: { 'metallb.io/allow-shared-ip': 'k' }, ingress: ['10.0.0.1'] }
  const at = (age: number) => new Date(NOW_MS - age * DAY_MS).toISOString()
  const services = each(20, (i) => i).map((i) =>
    serviceOf(`shop/s${i}`, {
      ...{ ...shared, createdAt: at(100 + i), selector: {} },
      ports: [{ protocol: 'TCP', port: i + 1 }],
    }),
  )
  const survey = new PoolSurvey({
    pools: poolsOf({ lan: ['10.0.0.1-10.0.0.3'] }),
    namespaces: new Map(),
    ...{ services, loadBalancerClass: undefined, nowMs: NOW_MS },
  })
  const [pool] = survey.pools()
  expect(pool?.spaces[4].inUse).toBe(1)
  expect(pool && forecast(pool.spaces[4], survey.services, NOW_MS)).toEqual({ kind: 'no-growth' })
})

it('does not take the first day for a pace: these came with the cluster', () => {
  const first = each(50, (i) => 60 - i / 100)
  expect(forecastOf(first, '10.0.0.1-10.0.0.52')).toEqual({ kind: 'no-growth' })
  expect(forecastOf([...first, 30, 20, 10, 5, 1])).toMatchObject({ kind: 'between', taken: 5, overDays: 59 })
})

it('says when there is not enough to go by, and when there is nothing to fear', () => {
  expect(forecastOf([])).toEqual({ kind: 'not-enough-history' })
  expect(forecastOf(each(30, (i) => i / 3))).toEqual({ kind: 'not-enough-history' })
  expect(forecastOf([400, 30, 20, 10])).toEqual({ kind: 'not-enough-history' })
  expect(forecastOf([400, undefined, ...each(20, (i) => i)])).toEqual({ kind: 'not-enough-history' })
  expect(forecastOf([400], '10.0.0.1-10.0.255.255')).toEqual({ kind: 'beyond-horizon' })
  expect(forecastOf([3, 2], '10.0.0.1-10.0.0.2')).toEqual({ kind: 'full' })
  expect(forecastOf([400, ...each(6, (i) => i * 10)], '10.0.0.1-10.0.0.150')).toMatchObject({
    ...{ kind: 'between', latestDays: null },
  })
})
