import { expect, it } from 'vitest'
import type { InterfaceAddress, Link, NetworkChange, NetworkTables } from '../diagnose/ports/tables.ts'
import { parseIp } from '../net/ip.ts'
import { describeInterfaces, linkInterfaces } from './link-interfaces.ts'

const flags = {
  up: true,
  broadcast: true,
  loopback: false,
  pointToPoint: false,
  noArp: false,
  promiscuous: false,
  multicast: true,
  running: true,
  slave: false,
}
const link = (index: number, more: Partial<Link>): Link => ({
  index,
  name: `eth${index}`,
  kind: undefined,
  hardwareType: 1,
  flags,
  operState: 'up',
  carrier: true,
  mac: undefined,
  mtu: 1500,
  masterIndex: undefined,
  slaveKind: undefined,
  parentIndex: undefined,
  vlanId: undefined,
  bond: undefined,
  bridge: undefined,
  vrfTable: undefined,
  ...more,
})
const address = (
  interfaceIndex: number,
  text: string,
  more: Partial<InterfaceAddress> = {},
): InterfaceAddress => ({
  interfaceIndex,
  address: parseIp(text)!,
  prefixLength: 64,
  peer: undefined,
  scope: 'link',
  tentative: false,
  dadFailed: false,
  deprecated: false,
  secondary: false,
  permanent: true,
  ...more,
})

it('tells what the choice of interfaces depends on', () => {
  const links = [
    link(1, {}),
    link(2, { masterIndex: 9 }),
    link(3, { flags: { ...flags, slave: true } }),
    link(4, { flags: { ...flags, noArp: true } }),
  ]
  const addresses = [
    address(1, '2001:db8::1'),
    address(1, 'fe80::1'),
    address(2, 'fe80::2', { tentative: true }),
    address(3, 'fe80::3', { dadFailed: true }),
    address(4, 'fe80::4'),
  ]
  const seen = describeInterfaces(links, addresses)
  expect(seen.map((each) => each.enslaved)).toEqual([false, true, true, false])
  expect(seen.map((each) => each.noArp)).toEqual([false, false, false, true])
  expect(seen.map((each) => each.linkLocal)).toEqual([
    parseIp('fe80::1'),
    undefined,
    undefined,
    parseIp('fe80::4'),
  ])
})

it('lists what the tables hold, and tells of changes of links and addresses only', async () => {
  let tell: (changes: ReadonlySet<NetworkChange>) => void = () => undefined
  const tables: Pick<NetworkTables, 'links' | 'addresses' | 'watch'> = {
    links: async () => [link(1, {})],
    addresses: async () => [address(1, 'fe80::1')],
    watch: async (onChange) => {
      tell = onChange
      return () => undefined
    },
  }
  const interfaces = linkInterfaces(tables as NetworkTables)
  expect((await interfaces.list()).map(({ name, linkLocal }) => ({ name, linkLocal }))).toEqual([
    { name: 'eth1', linkLocal: parseIp('fe80::1') },
  ])
  let told = 0
  await interfaces.watch(() => {
    told++
  })
  for (const change of ['routes', 'links', 'neighbours', 'addresses', 'everything'] as const)
    tell(new Set([change]))
  expect(told).toBe(3)
})
