// Scenarios of the controller with two families, by name.
import { expect, it } from 'vitest'
import type { ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import { loadBalancer } from '../support/cluster-lab/user-objects.ts'
import { pool } from '../support/speaker-lab/speaker-objects.ts'

const V4 = '192.0.2.100'
const V6 = '2001:db8::100'
const RANGE4 = `${V4}-192.0.2.103`
const RANGE6 = `${V6}-2001:db8::103`

export function dualStackScenarios(lab: () => ClusterLab): void {
  const apply = (...objects: readonly object[]) => lab().cluster.apply(...objects)
  const assigned = (...addresses: readonly string[]) => lab().cluster.assigned('web', ...addresses)
  const web = (ipFamilyPolicy: string, ipFamilies = ['IPv4', 'IPv6']) =>
    loadBalancer('web', { spec: { ipFamilyPolicy, ipFamilies } })
  const preferring = (...ipFamilies: string[]) => web('PreferDualStack', ipFamilies)
  const policy = (ipFamilyPolicy: string) =>
    lab().cluster.kubectl([
      ...['patch', 'service', 'web', '-n', 'shop', '--type=merge', '-p'],
      JSON.stringify({ spec: { ipFamilyPolicy } }),
    ])

  it('PreferDualStack: both families of a dual pool', () =>
    lab().scenario([pool('dual', RANGE4, RANGE6), preferring('IPv4', 'IPv6')], async () => {
      await assigned(V4, V6)
    }))

  it('PreferDualStack: a dual pool comes before one of one family', () =>
    lab().scenario([pool('a-single', '192.0.2.110/32'), pool('dual', RANGE4, RANGE6)], async () => {
      await apply(preferring('IPv4', 'IPv6'))
      await assigned(V4, V6)
    }))

  it('PreferDualStack: without a dual pool the primary family, IPv4 by default', () =>
    lab().scenario([pool('four', RANGE4), pool('six', RANGE6)], async () => {
      await apply(preferring('IPv4', 'IPv6'))
      await assigned(V4)
    }))

  it('PreferDualStack: IPv6 when it is the first family', () =>
    lab().scenario([pool('four', RANGE4), pool('six', RANGE6)], async () => {
      await apply(preferring('IPv6', 'IPv4'))
      await assigned(V6)
    }))

  it('PreferDualStack: one more address when the pool becomes dual', () =>
    lab().scenario([pool('one', RANGE4), preferring('IPv4', 'IPv6')], async () => {
      await assigned(V4)
      await apply(pool('one', RANGE4, RANGE6))
      await assigned(V4, V6)
      expect(
        lab()
          .cluster.eventsOf('web')
          .map(({ message }) => message),
      ).toContain(`Assigned additional IP "${V6}"`)
    }))

  it('PreferDualStack: switching to RequireDualStack and back', () =>
    lab().scenario([pool('four', RANGE4), preferring('IPv4', 'IPv6')], async () => {
      await assigned(V4)
      await policy('RequireDualStack')
      await lab().until('one address is not enough', () => lab().cluster.addressesOf('web').length === 0)
      await apply(pool('dual', '192.0.2.110-192.0.2.111', RANGE6))
      await assigned('192.0.2.110', V6)
      await policy('PreferDualStack')
      await apply(loadBalancer('later'))
      await lab().cluster.assigned('later')
      await assigned('192.0.2.110', V6)
    }))

  it('PreferDualStack: no jump to a new dual pool', () =>
    lab().scenario([pool('four', RANGE4), preferring('IPv4', 'IPv6')], async () => {
      await assigned(V4)
      await apply(pool('dual', '192.0.2.110-192.0.2.111', RANGE6))
      // What is decided after it has been seen.
      await apply(loadBalancer('asks', { annotations: { 'metallb.io/address-pool': 'dual' } }))
      await lab().cluster.assigned('asks', '192.0.2.110')
      expect(lab().cluster.addressesOf('web')).toEqual([V4])
    }))

  it('PreferDualStack: picked anew when the pool becomes one of one family', () =>
    lab().scenario([pool('one', RANGE4, RANGE6), preferring('IPv4', 'IPv6')], async () => {
      await assigned(V4, V6)
      await apply(pool('one', RANGE4))
      await assigned(V4)
    }))

  it('the counters in the status of a dual pool', () =>
    lab().scenario([pool('one', RANGE4, RANGE6), preferring('IPv4', 'IPv6')], async () => {
      await assigned(V4, V6)
      const counters = (assignedNow: number) =>
        lab().until(`${assignedNow} of each family`, () => {
          const status = lab().cluster.object('ipaddresspools.metallb.io', 'metallb-system/one')?.status
          const now = ['assignedIPv4', 'assignedIPv6', 'availableIPv4', 'availableIPv6'].map(
            (name) => status?.[name],
          )
          return String(now) === String([assignedNow, assignedNow, 4 - assignedNow, 4 - assignedNow])
        })
      await counters(1)
      await lab().cluster.kubectl(['delete', 'service', 'web', '-n', 'shop'])
      await counters(0)
    }))
}
