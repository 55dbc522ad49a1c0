// A router without BGP is nothing bad where layer 2 could do it: then the advertisement to paste comes first.
import { expect, it } from 'vitest'
import { CLUSTER_CHECKS } from '../check-list.ts'
import { ClusterView } from '../cluster-view.ts'
import { judgeCluster } from '../judge-cluster.ts'
import { readClusterFacts } from '../read-cluster-facts.ts'
import { HOST_CASES } from '../testing/host-cases.ts'
import { factsOf, healthyWorld, type World } from '../testing/world.ts'
import * as make from '../testing/world-objects.ts'

const judged = (number: number, focus: string, more: (world: World) => void = () => undefined) => {
  const world = healthyWorld()
  HOST_CASES[number]?.fault(world)
  more(world)
  // As --save-facts and --facts have them.
  const facts = readClusterFacts(JSON.parse(JSON.stringify(factsOf(world))))
  return judgeCluster(new ClusterView(facts, new Set([focus])), { checks: CLUSTER_CHECKS, failOn: 'error' })
}

it('puts the L2Advertisement before the router, and the silence of the link under it', () => {
  const { findings } = judged(1, 'shop/web')
  expect(findings.map(({ code }) => code)).toEqual(['F36'])
  const [cause] = findings
  expect(cause?.fix[0]?.configuration?.join('\n')).toMatch(/kind: L2Advertisement\n[\s\S]*- lan$/)
  expect(cause?.evidence.join('\n')).toContain('no L2Advertisement selects the pool "lan"')
  expect(cause?.consequences.map(({ code, check }) => `${code} ${check}`)).toEqual(['F01 probed-link'])
})

it('suggests no L2Advertisement for addresses of other networks', () => {
  const [cause] = judged(0, 'shop/api').findings
  expect(cause?.code).toBe('F36')
  expect(cause?.fix[0]?.configuration ?? []).not.toContain('kind: L2Advertisement')
})

it('is a warning for a Service that layer 2 announces, too', () => {
  const { findings, status } = judged(1, 'shop/web', (world) =>
    world.planes.configuration.push(make.metal('L2Advertisement', 'lan', { ipAddressPools: ['lan'] })),
  )
  expect(findings.map(({ code, severity }) => `${code} ${severity}`)).toContain('F36 warning')
  expect([status, findings.length]).toEqual(['findings', 2])
})
