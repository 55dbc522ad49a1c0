// What depends on the question: the client that it names, and that it is about one Service. What the objects alone show is a case.
import { expect, it } from 'vitest'
import { parseIp } from '../../../net/ip.ts'
import { ClusterView } from '../cluster-view.ts'
import { factsOf, healthyWorld, object } from '../testing/world.ts'
import { clientsLetIn } from './clients-let-in.ts'

const said = (ranges: readonly string[], client?: string, focus: readonly string[] = ['shop/web']) => {
  const world = healthyWorld()
  object(world, 'services', 'shop/web').spec.loadBalancerSourceRanges = ranges
  const view = new ClusterView(
    factsOf(world),
    focus.length === 0 ? undefined : new Set(focus),
    client === undefined ? undefined : parseIp(client),
  )
  const outcome = clientsLetIn.evaluate(view)
  return outcome.result === 'fail'
    ? outcome.findings.map(({ severity, title }) => `${severity}: ${title}`)
    : outcome.result
}

const DROPS =
  'error: The Service shop/web drops what comes from 203.0.113.9: its loadBalancerSourceRanges do not hold it.'

it.each([
  ['a client in none of the ranges', ['198.51.100.0/24', '203.0.113.0/29'], '203.0.113.9', [DROPS]],
  ['a client in one of them', ['198.51.100.0/24', '203.0.113.8/29'], '203.0.113.9', 'pass'],
  ['spaces, which kube-proxy takes away', [' 203.0.113.0/24 '], '203.0.113.9', 'pass'],
  ['the whole family', ['0.0.0.0/0'], '203.0.113.9', 'pass'],
  ['a client of a family that the Service has no address of', ['198.51.100.0/24'], '2001:db8::9', 'pass'],
  [
    'ranges of the other family, which filter nothing',
    ['2001:db8::/32'],
    '203.0.113.9',
    [
      'warning: The Service shop/web lets everybody in at 192.0.2.100: its loadBalancerSourceRanges hold no IPv4 network.',
    ],
  ],
  ['what an old API server accepted, and nobody can read', ['198.51.100.0/024'], '203.0.113.9', 'pass'],
  ['no ranges', [], '203.0.113.9', 'skip'],
])('%s', (_, ranges, client, expected) => {
  expect(said(ranges, client)).toEqual(expected)
})

it('without a client, whoever asks about the Service is told, and nobody who asks about all', () => {
  const ranges = ['198.51.100.0/24']
  expect(said(ranges)).toEqual([
    'info: The Service shop/web lets in 198.51.100.0/24 only: loadBalancerSourceRanges.',
  ])
  expect(said(ranges, undefined, [])).toBe('pass')
})

it('the command of the fix keeps the ranges that are there', () => {
  const world = healthyWorld()
  object(world, 'services', 'shop/web').spec.loadBalancerSourceRanges = ['198.51.100.0/24', '2001:db8::/32']
  const outcome = clientsLetIn.evaluate(
    new ClusterView(factsOf(world), new Set(['shop/web']), parseIp('203.0.113.9')),
  )
  const [fix] = outcome.result === 'fail' ? (outcome.findings[0]?.fix ?? []) : []
  expect(fix?.command).toBe(
    `kubectl -n shop patch service web --type=merge -p '{"spec":{"loadBalancerSourceRanges":["198.51.100.0/24","2001:db8::/32","203.0.113.9/32"]}}'`,
  )
})
