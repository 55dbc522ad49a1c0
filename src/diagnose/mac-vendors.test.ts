import { expect, it } from 'vitest'
import { macOrigin, macWithOrigin } from './mac-vendors.ts'

it.each([
  ['52:54:00:12:34:56', 'QEMU/KVM virtual machine'],
  ['02:42:ac:11:00:02', 'Docker container'],
  ['fa:16:3e:00:00:01', 'OpenStack virtual machine'],
  ['ee:ee:ee:ee:ee:ee', 'Calico, which answers for every address'],
  ['b8:27:eb:00:00:01', 'Raspberry Pi'],
  ['ae:00:00:00:00:01', 'virtual or randomised'],
  ['02:43:00:00:00:01', 'virtual or randomised'],
])('%s: %s', (mac, name) => {
  expect(macOrigin(mac)?.name).toBe(name)
  expect(macWithOrigin(mac)).toBe(`${mac} (${name})`)
})

it('an unknown maker stays unnamed', () => {
  expect(macWithOrigin('00:00:01:00:00:01')).toBe('00:00:01:00:00:01')
})
