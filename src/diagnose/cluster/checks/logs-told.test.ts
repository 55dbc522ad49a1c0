// Lines that only follow from others: under these, and not beside them.
import { expect, it } from 'vitest'
import { explainLine } from '../../logs/explain-line.ts'
import { CLUSTER_CHECKS } from '../check-list.ts'
import type { LogIncident } from '../cluster-facts.ts'
import { judgeCluster } from '../judge-cluster.ts'
import { addLogs, healthyWorld, viewOf } from '../testing/world.ts'

const bgpd = (words: string, neighbour: string, notification: string): string =>
  `2026/03/01 11:59:00 BGP: [HZN6M-XRM1G] %NOTIFICATION: ${words} neighbor ${neighbour} ${notification} 0 bytes`
const WRONG_AS = bgpd('received from', '192.0.2.1', '2/2 (OPEN Message Error/Bad Peer AS.)')
const fsm = (neighbour: string) =>
  bgpd('sent to', neighbour, '5/1 (Neighbor Events Error/Receive Unexpected Message in OpenSent State.)')

function incident(example: string, node = 'node-a'): LogIncident {
  const { signature, code } = explainLine(example, 2026) ?? {}
  if (signature === undefined || code === undefined) throw new Error(`no incident: ${example}`)
  const at = '2026-03-01T11:59:00Z'
  return { signature, code, example, node, component: 'frr', first: at, last: at, count: 3 }
}

function treeOf(...logs: readonly LogIncident[]): readonly string[] {
  const world = healthyWorld()
  addLogs(world, ...logs)
  const { findings } = judgeCluster(viewOf(world), { checks: CLUSTER_CHECKS, failOn: 'warning' })
  return findings.map(({ code, consequences }) =>
    [code, ...consequences.map((each) => each.code)].join(' > '),
  )
}

it('puts the confusion of bgpd under the NOTIFICATION of the router', () => {
  expect(treeOf(incident(WRONG_AS), incident(fsm('192.0.2.1')))).toEqual(['F37 > F36'])
})

it.each([
  ['alone', [incident(fsm('192.0.2.1'))], ['F36']],
  ['of another router', [incident(WRONG_AS), incident(fsm('192.0.2.9'))], ['F36', 'F37']],
  ['on another node', [incident(WRONG_AS), incident(fsm('192.0.2.1'), 'node-b')], ['F36', 'F37']],
] as const)('leaves it where it is %s', (_, logs, expected) => {
  expect(treeOf(...logs)).toEqual(expected)
})
