import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatIp, type Ip, ip } from '../../net/ip.ts'
import { parsePrefix, prefixContains } from '../../net/prefix.ts'
import { LinkSubnets } from './link-subnets.ts'
import { hostLink, hostRoute } from './testing/world-hosts.ts'

const address: fc.Arbitrary<Ip> = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((low) => ip(4, 0x0a000000n + BigInt(low))),
  fc.integer({ min: 0, max: 255 }).map((low) => ip(6, (0x20010db8n << 96n) + BigInt(low))),
)
const prefix = fc
  .tuple(address, fc.integer({ min: 0, max: 8 }))
  .map(([at, host]) => `${formatIp(at)}/${(at.family === 4 ? 32 : 128) - host}`)
const name = fc.constantFrom('eth0', 'eth1', 'wg0')

it('finds the links that one of the subnets or routes of holds the address', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(name, fc.array(prefix, { maxLength: 3 })), { selector: ([link]) => link }),
      fc.array(fc.tuple(prefix, name, fc.boolean()), { maxLength: 6 }),
      address,
      (links, routes, asked) => {
        const host = {
          links: links.map(([link, addresses]) => hostLink(link, addresses)),
          routes: routes.map(([destination, link, far]) =>
            hostRoute(destination, link, far ? '10.0.0.1' : undefined, {
              family: destination.includes(':') ? 6 : 4,
            }),
          ),
        }
        const holds = (text: string): boolean => {
          const found = parsePrefix(text)
          return found !== undefined && prefixContains(found, asked)
        }
        const isOn = (link: string): boolean =>
          links.some(
            ([each, own]) => each === link && own.some((text) => !/\/(32|128)$/.test(text) && holds(text)),
          ) || routes.some(([destination, by, far]) => by === link && !far && holds(destination))
        const expected = links.map(([link]) => link).filter(isOn)
        expect(new LinkSubnets(host).linksOf(asked).map((link) => link.name)).toEqual(expected)
      },
    ),
  )
})
