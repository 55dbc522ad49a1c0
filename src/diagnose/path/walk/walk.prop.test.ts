import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../../net/ip.ts'
import { pathFromFiles } from '../collect-path.ts'
import { iptablesRules, type RuleService } from '../testing/kube-proxy-rules.ts'

const NODE = '192.0.2.2'

const endpoint = fc.record({
  address: fc.integer({ min: 1, max: 60_000 }).map((number) => `10.244.${number >> 8}.${number & 255}`),
  port: fc.constant(8080),
  local: fc.boolean(),
})

const services: fc.Arbitrary<readonly RuleService[]> = fc
  .array(
    fc.record({
      endpoints: fc.uniqueArray(endpoint, { selector: ({ address }) => address, maxLength: 12 }),
      local: fc.boolean(),
      affinity: fc.boolean(),
      sourceRanges: fc.uniqueArray(
        fc.constantFrom('198.51.100.0/25', '198.51.100.0/24', '0.0.0.0/0', '192.0.2.9/32'),
        { maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((some) =>
    some.map((each, index) => ({
      ...each,
      name: `default/s${index}:http`,
      id: `SERVICE${index}`,
      clusterIp: `10.96.0.${index + 1}`,
      port: 80,
      nodePort: 30_000 + index,
      loadBalancerIps: [`203.0.113.${index + 1}`],
      externalIps: [`203.0.113.${index + 101}`],
    })),
  )

const ipOf = (text: string) => parseIp(text) ?? { family: 4 as const, value: 0n }

describe.each(['old', 'new'] as const)('any rule set of the shape of kube-proxy (%s)', (style) => {
  it('gives ways whose probabilities add up to 1, alike for the endpoints that may be met', () => {
    fc.assert(
      fc.property(services, (some) => {
        const text = iptablesRules(some, style)
        for (const service of some) {
          const targets = [
            ...(service.loadBalancerIps ?? []),
            ...(service.externalIps ?? []),
            service.clusterIp,
          ]
          for (const address of targets) {
            const asked = {
              asked: address,
              target: ipOf(address),
              port: 80,
              protocol: 'tcp',
              client: undefined,
              inInterface: undefined,
            }
            const { ports } = pathFromFiles(asked, [{ name: 'x', text }], [ipOf(NODE)])
            for (const { walks, missingChains, notFollowed } of ports) {
              expect([missingChains, notFollowed]).toEqual([[], []])
              for (const { ends } of walks) {
                expect(ends.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6)
                const shares = ends.flatMap(({ end, probability }) =>
                  end === 'endpoint' ? [probability] : [],
                )
                for (const share of shares) expect(share).toBeCloseTo(1 / shares.length, 6)
              }
            }
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('sends clients from outside to exactly the endpoints that the policy allows', () => {
    fc.assert(
      fc.property(services, (some) => {
        const text = iptablesRules(some, style)
        for (const service of some) {
          const [address = ''] = service.externalIps ?? []
          const asked = {
            asked: address,
            target: ipOf(address),
            port: 80,
            protocol: 'tcp',
            client: ipOf('192.0.2.77'),
            inInterface: undefined,
          }
          const { ports } = pathFromFiles(asked, [{ name: 'x', text }], [ipOf(NODE)])
          const met = ports[0]?.walks[0]?.ends.flatMap(({ endpoint: to }) => to ?? []).sort()
          const allowed = service.endpoints.filter(({ local }) => service.local !== true || local)
          expect(met).toEqual(allowed.map((each) => `${each.address}:${each.port}`).sort())
        }
      }),
      { numRuns: 40 },
    )
  })
})
