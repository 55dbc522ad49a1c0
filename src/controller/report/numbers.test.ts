import { expect, it } from 'vitest'
import { Cluster } from '../testing/cluster.ts'
import { poolsChange, serviceChange } from '../testing/service-of.ts'
import { configurationCondition } from './configuration-condition.ts'
import { controllerNumbers } from './numbers.ts'

it('counts addresses by pool and family, and says whether the configuration is the one that was told last', () => {
  const made = new Cluster()
  expect(controllerNumbers(made.state)).toEqual({
    pools: [],
    configLoaded: false,
    configStale: false,
    waiting: 0,
  })
  made.apply(poolsChange({ lan: ['192.0.2.0/30', '2001:db8::/127'] }), { kind: 'complete' })
  made.apply(serviceChange('shop/a'), serviceChange('shop/b', { loadBalancerIP: '203.0.113.1' }))
  const problem = { code: 'V102', severity: 'error', message: 'No.' } as const
  made.apply({ kind: 'pools', pools: { ok: false, error: [problem] } })
  const lan = { pool: 'lan', total: 6, inUse: 1, ipv4Total: 4, ipv4InUse: 1, ipv6Total: 2, ipv6InUse: 0 }
  expect(controllerNumbers(made.state)).toEqual({
    pools: [lan],
    configLoaded: true,
    configStale: true,
    waiting: 1,
  })
})

it('a condition names object, field and what is wrong', () => {
  const subject = { kind: 'IPAddressPool', name: 'lan', field: 'spec.addresses[0]' }
  expect(configurationCondition([])).toMatchObject({ status: 'True', reason: 'Reconciled' })
  expect(configurationCondition([{ code: 'V102', severity: 'error', message: 'No.', subject }])).toEqual({
    type: 'poolReconcilerValid',
    status: 'False',
    reason: 'ConfigurationError',
    message: 'configuration error: IPAddressPool lan spec.addresses[0]: No.',
  })
})
