// What may be typed after `diagnose service`, and what is said of what means none.
import { expect, it } from 'vitest'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { parseIp } from '../../net/ip.ts'
import { askedService } from './asked-service.ts'
import { findServices } from './find-services.ts'
import { keyOf } from './object-keys.ts'
import { healthyWorld, viewOf } from './testing/world.ts'

it.each([
  ['shop/web', 'shop/web'],
  [' web ', 'web'],
  ['192.0.2.100', '192.0.2.100'],
  ['192.0.2.100:80', '192.0.2.100'],
  ['http://192.0.2.100', '192.0.2.100'],
  ['https://192.0.2.100:8443/cart?id=1', '192.0.2.100'],
  ['https://me:secret@shop.example.com/x', 'shop.example.com'],
  ['2001:db8::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:80', '2001:db8::1'],
  ['http://[2001:db8::1]/', '2001:db8::1'],
  ['shop.example.com:443', 'shop.example.com'],
  ['web.shop.svc', 'shop/web'],
  ['http://web.shop.svc.cluster.local:80/', 'shop/web'],
  ['shop/web/x', 'shop/web/x'],
])('%s means %s', (typed, meant) => {
  expect(askedService(typed)).toBe(meant)
})

const found = (typed: string, ...resolved: readonly string[]): readonly string[] => {
  const addresses = resolved.flatMap((text) => parseIp(text) ?? [])
  return findServices(askedService(typed), addresses, viewOf(healthyWorld())).map(keyOf)
}

it.each([
  ['192.0.2.100:80', 'shop/web'],
  ['web.shop.svc.cluster.local', 'shop/web'],
  ['http://198.51.100.0/', 'shop/api'],
])('%s is found', (typed, key) => {
  expect(found(typed)).toEqual([key])
})

it('takes the addresses of a host name', () => {
  expect(found('shop.example.com', '192.0.2.100')).toEqual(['shop/web'])
})

it.each([
  ['shop.example.com', [], /^The host name "shop\.example\.com" does not resolve here\.$/],
  [
    'shop.example.com',
    ['203.0.113.9'],
    /^No Service of type LoadBalancer has the address 203\.0\.113\.9, which is that of shop\.example\.com\.$/,
  ],
  ['203.0.113.9:80', [], /^No Service of type LoadBalancer has the address 203\.0\.113\.9\.$/],
  ['shop/wbe', [], /^There is no Service "shop\/wbe"\.$/],
])('says of %s with %j what it is not', (typed, resolved, message) => {
  expect(() => found(typed, ...resolved)).toThrow(LbctlError)
  expect(() => found(typed, ...resolved)).toThrow(message)
})
