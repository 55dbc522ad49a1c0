import { expect, it } from 'vitest'
import { poolsOf, serviceOf } from '../testing/service-of.ts'
import { PoolSurvey } from './pool-survey.ts'

it('looks at Services of one class alone, and at those without one by default', () => {
  const services = [
    serviceOf('shop/web', { ingress: ['192.0.2.10'] }),
    serviceOf('shop/new', { loadBalancerClass: '' }),
    serviceOf('shop/cloud', { loadBalancerClass: 'example.com/cloud', ingress: ['203.0.113.1'] }),
    serviceOf('shop/cloud-new', { loadBalancerClass: 'example.com/cloud' }),
  ]
  const survey = (loadBalancerClass: string | undefined) =>
    new PoolSurvey({
      pools: poolsOf({ lan: ['192.0.2.10-192.0.2.12'] }),
      namespaces: new Map(),
      ...{ services, loadBalancerClass, nowMs: 0 },
    })
  const [own, cloud] = [survey(undefined), survey('example.com/cloud')]
  expect(own.waiting.map(({ name }) => name)).toEqual(['new'])
  expect([own.strays, [...own.services.keys()]]).toEqual([[], ['shop/new', 'shop/web']])
  expect(cloud.waiting.map(({ name }) => name)).toEqual(['cloud-new'])
  expect(cloud.strays.map(({ service }) => service)).toEqual(['shop/cloud'])
})
