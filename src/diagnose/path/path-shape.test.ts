// Facts that were written down are read back whole: in none of the members is anything lost, the ones that older facts lack included.
import { expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { pathFromFiles } from './collect-path.ts'
import type { PathFacts } from './path-facts.ts'
import { pathFactsShape } from './path-shape.ts'
import { ipvsTexts } from './testing/kube-proxy-ipvs.ts'
import { iptablesRules } from './testing/kube-proxy-rules.ts'
import { NODE_ADDRESS, SERVICES } from './testing/services.ts'

function factsOf(text: string, address: string): PathFacts {
  const target = parseIp(address)
  if (target === undefined) throw new Error(address)
  return pathFromFiles(
    { asked: address, target, port: undefined, protocol: 'tcp', client: undefined, inInterface: undefined },
    [{ name: 'node.txt', text }],
    [],
  )
}

const written = (facts: PathFacts): Record<string, unknown> => JSON.parse(JSON.stringify(facts))
const ipvs = Object.values(ipvsTexts(SERVICES, NODE_ADDRESS, 'new')).join('\n')
const addresses = SERVICES.flatMap(({ loadBalancerIps = [], endpoints }) => [
  ...loadBalancerIps,
  ...endpoints.map(({ address }) => address),
])

it.each([
  ['iptables', iptablesRules(SERVICES, 'new')],
  ['ipvs', ipvs],
])('reads back what was found in the rules of %s', (_, text) => {
  for (const address of addresses) {
    const facts = factsOf(text, address)
    expect(pathFactsShape(written(facts), '')).toEqual(facts)
  }
})

it('leaves away what facts of older versions do not have', () => {
  const { rulesKnown: _, unknownSets: __, ...older } = written(factsOf(ipvs, addresses[0] ?? ''))
  const read = pathFactsShape(older, '')
  expect(Object.keys(read)).not.toContain('rulesKnown')
  expect(Object.keys(read)).not.toContain('unknownSets')
})
