import { expect, it } from 'vitest'
import { joinedGroups } from './host-groups.ts'

const KERNEL = `1    lo              ff020000000000000000000000000001     1 0000000C 0
2    eth0            ff0200000000000000000001ff000102     1 00000004 0
2    eth0            ff020000000000000000000000000001     1 0000000C 0
7    br-0123456789ab ff0200000000000000000001ff000102     1 00000004 0
`
const asked = (text: string | undefined, ...addresses: string[]) =>
  joinedGroups(
    { services: addresses.map((address) => ({ address, port: 80, protocol: 'tcp' })) },
    {
      programs: {
        read: (path) => (path === '/proc/net/igmp6' ? text : undefined),
        run: () => Promise.reject(new Error('no program')),
      },
    },
  )

it('names the interfaces on which the group of an address was joined', () => {
  expect(asked(KERNEL, '2001:db8::102', '2001:db8::102', '192.0.2.1', '2001:db8::103')).toEqual([
    { address: '2001:db8::102', interfaces: ['eth0', 'br-0123456789ab'] },
    { address: '2001:db8::103', interfaces: [] },
  ])
})

it('knows nothing where the kernel says nothing, unless nobody asked', () => {
  expect(asked(undefined, '2001:db8::102')).toBeUndefined()
  expect(asked(undefined, '192.0.2.1')).toEqual([])
})
