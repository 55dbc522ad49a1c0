// A router without BGP is nothing bad where layer 2 could do it: then the advertisement to paste comes first. And a router is not without
// BGP because one node says so.
import { describe, expect, it } from 'vitest'
import type { BgpFacts } from '../../bgp/bgp-facts.ts'
import { attempt, bgpFacts, conversation, openOfPeer, session } from '../../bgp/testing/bgp-facts.ts'
import { CLUSTER_CHECKS } from '../check-list.ts'
import type { ClusterFinding } from '../cluster-check.ts'
import type { ProbeFacts } from '../cluster-facts.ts'
import { ClusterView } from '../cluster-view.ts'
import { judgeCluster } from '../judge-cluster.ts'
import { readClusterFacts } from '../read-cluster-facts.ts'
import { FAULT_CASES } from '../testing/all-cases.ts'
import { HOST_CASES } from '../testing/host-cases.ts'
import { addProbes, factsOf, healthyWorld, viewOf, type World } from '../testing/world.ts'
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

describe('a router that is tried by several nodes', () => {
  const ROUTER = '192.0.2.1'
  const seenFrom = (node: string, more: Partial<BgpFacts>): ProbeFacts => {
    const facts = bgpFacts(more)
    const way = facts.way === undefined ? undefined : withMac(facts.way, MACS[node])
    return {
      kind: 'bgp',
      node,
      vantage: `node ${node}`,
      facts: { ...facts, way, peer: { ...facts.peer, asked: ROUTER, address: ROUTER } },
    }
  }
  const MACS: Record<string, string> = {}
  const withMac = (way: NonNullable<BgpFacts['way']>, mac = '02:00:00:00:00:01') => ({
    ...way,
    nextHop: { address: ROUTER, role: 'target' as const },
    neighbours: [{ address: ROUTER, interface: 'eth0', state: 'reachable', mac }],
  })
  const REFUSED = { attempts: [attempt({ result: 'failed', code: 'ECONNREFUSED' })] }
  const SESSION = { sessions: [session()], notTried: 'session' as const, attempts: [] }
  const WRONG_AS = { conversation: conversation([['peer', openOfPeer({ asn: 64999 })]]) }

  const told = (probes: readonly ProbeFacts[], more: (world: World) => void = () => undefined) => {
    const world = healthyWorld()
    addProbes(world, ...probes)
    more(world)
    return judgeCluster(viewOf(world), { checks: CLUSTER_CHECKS, failOn: 'warning' }).findings
  }
  const inShort = (findings: readonly ClusterFinding[]) =>
    findings.map(({ code, title }) => `${code} ${title}`)

  it('does not listen if it refuses all of them', () => {
    expect(inShort(told(['node-a', 'node-b', 'node-c'].map((node) => seenFrom(node, REFUSED))))).toEqual([
      `F36 ${ROUTER} is up and has no BGP on this side: nothing listens on port 179.`,
    ])
  })

  it('listens if it has a session with one, and what refuses the others is a filter', () => {
    const [finding, ...others] = told([
      seenFrom('node-a', REFUSED),
      seenFrom('node-b', SESSION),
      seenFrom('node-c', REFUSED),
    ])
    expect(others).toEqual([])
    expect(inShort([finding].flatMap((each) => each ?? []))).toEqual([
      `F34 Seen from node node-a and node node-c: a filter refuses connections to port 179 of ${ROUTER}, which other nodes connect to.`,
    ])
    expect(finding?.evidence.join('\n')).toMatch(
      /seen from node node-a\nseen from node node-c\nthe same router is well, seen from node node-b$/,
    )
    expect(finding?.evidence.join('\n')).not.toContain('the reset came from the machine itself')
  })

  it('listens also where it takes connections and wants another AS', () => {
    const findings = told([seenFrom('node-a', REFUSED), seenFrom('node-b', WRONG_AS)])
    expect(findings.map(({ code, evidence }) => [code, evidence.at(-1)])).toEqual([
      ['F34', 'the same port of the router takes connections from node node-b'],
      ['F37', 'seen from node node-b'],
    ])
  })

  it('is not known to listen for a node that sees another machine there', () => {
    MACS['node-a'] = '02:00:00:00:00:99'
    const [finding] = told([seenFrom('node-a', REFUSED), seenFrom('node-b', SESSION)])
    expect(finding?.code).toBe('F36')
    expect(finding?.candidates).toContain('F11')
    expect(finding?.evidence.join('\n')).toMatch(/02:00:00:00:00:99, and for the others to 02:00:00:00:00:01/)
  })

  it.each([
    ['refuses', REFUSED],
    ['does not answer', { attempts: [attempt({ result: 'silent', acknowledged: undefined })] }],
  ])('%s because of a rule of the node that was read, and stands under it', (_, failed) => {
    const name = 'a firewall in the way to the router'
    const rule = FAULT_CASES.find((each) => each.name === name)?.fault
    for (const others of [[], [seenFrom('node-b', SESSION)]]) {
      const findings = told([seenFrom('node-a', failed), ...others], rule)
      expect(findings.map(({ code, check }) => `${code} ${check}`)).toEqual(['F34 node-firewall'])
      expect(findings[0]?.consequences.map(({ check }) => check)).toEqual(['probed-sessions'])
    }
  })
})
