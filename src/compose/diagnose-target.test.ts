import { expect, it } from 'vitest'
import { formatIp } from '../net/ip.ts'
import { resolveTargets } from './diagnose-target.ts'

it.each([
  ['192.0.2.1', 4, '192.0.2.1', undefined],
  ['2001:DB8::1', 6, '2001:db8::1', undefined],
  ['fe80::1%eth0', 6, 'fe80::1', 'eth0'],
  ['localhost', 4, '127.0.0.1', undefined],
] as const)('%s', async (asked, family, address, zone) => {
  const targets = await resolveTargets(asked, family)
  expect(targets.map((target) => [formatIp(target.address), target.zone])).toEqual([[address, zone]])
})

it.each([
  ['shop/web', 4, 'looks like a Service'],
  ['192.0.2.0/24', 4, 'is a range'],
  ['192.0.2.256', 4, 'neither an address nor the name of a host'],
  ['-x', 4, 'neither an address nor the name of a host'],
  ['255.255.255.255', 4, 'not the address of one host'],
  ['0.0.0.0', 4, 'not the address of one host'],
  ['ff02::1', 6, 'not the address of one host'],
  ['192.0.2.1', 6, 'is an IPv4 address'],
] as const)('%s is refused', async (asked, family, said) => {
  await expect(resolveTargets(asked, family)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining(said),
  })
})
