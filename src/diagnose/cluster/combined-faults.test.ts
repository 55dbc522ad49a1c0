// Two faults at once, as an operator has to read them: what is mended first comes first, what goes away with it stands under it, and what
// would still be there afterwards stands beside it.
import { expect, it } from 'vitest'
import { CLUSTER_CHECKS } from './check-list.ts'
import { judgeCluster } from './judge-cluster.ts'
import { FAULT_CASES } from './testing/all-cases.ts'
import { healthyWorld, viewOf } from './testing/world.ts'

function treeOf(...names: readonly string[]): readonly string[] {
  const world = healthyWorld()
  for (const name of names) {
    const found = FAULT_CASES.find((each) => each.name === name)
    if (found === undefined) throw new Error(`no case "${name}"`)
    found.fault(world)
  }
  const { findings } = judgeCluster(viewOf(world), { checks: CLUSTER_CHECKS, failOn: 'warning' })
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, consequences }) => [code, ...consequences.map((each) => each.code)].join(' > '))
}

const NO_CONTROLLER = 'a controller that does not run'
const NO_SPEAKERS = 'speakers that Pod Security refuses'
const SESSIONS_DOWN = 'sessions that are not established'
const NO_ADVERTISEMENT = 'a pool that no advertisement selects'
const EXCLUDED = 'every node is excluded from load balancers'

it.each([
  ['both have to be mended', [NO_CONTROLLER, 'a pool that is not there'], ['F04', 'F09']],
  ['both have to be mended', [NO_CONTROLLER, 'a sharing key among the labels'], ['F04', 'F10']],
  [
    'the webhook is the controller',
    [NO_CONTROLLER, 'a webhook whose Service has no ready endpoint'],
    ['F04 > F02'],
  ],
  ['speakers hand out no addresses', [NO_SPEAKERS, 'pools for other namespaces'], ['F04 > F24', 'F09']],
  ['no label makes an advertisement', [EXCLUDED, NO_ADVERTISEMENT], ['F01', 'F03']],
  ['no Pod makes an advertisement', [NO_ADVERTISEMENT, 'a selector that matches no Pod'], ['F01', 'F08']],
  [
    'without endpoints the policy does not matter',
    ['a selector that matches no Pod', 'Local endpoints on nodes that no advertisement selects'],
    ['F08'],
  ],
  [
    'a node that went leaves its record',
    ['an owner that is not ready', 'two speakers that say they announce'],
    ['F24 > F20'],
  ],
  [
    'no session makes a name',
    [SESSIONS_DOWN, 'an advertisement for a BGPPeer that is not there'],
    ['F36', 'F43'],
  ],
  [
    'a configuration that is refused explains a session that is down',
    [SESSIONS_DOWN, 'a speaker that says itself that its configuration is invalid'],
    ['F05 > F36'],
  ],
  [
    'FRR refuses on one node, and another one has no session either',
    [SESSIONS_DOWN, 'FRR that refuses a reload'],
    ['F36', 'F48'],
  ],
  [
    'the limit closes the sessions',
    [SESSIONS_DOWN, 'more addresses than the provider of the router accepts'],
    ['F44 > F36'],
  ],
  ['Calico has the sessions', [SESSIONS_DOWN, 'Calico with a session to the same router'], ['F40 > F36']],
  ['the firewall stops the sessions', [SESSIONS_DOWN, 'a firewall in the way to the router'], ['F34 > F36']],
  [
    'what is seen explains what is recorded',
    [SESSIONS_DOWN, 'a router without BGP, and addresses that it alone could bring'],
    ['F36 > F36'],
  ],
  [
    'what is refused is read before what is missing',
    ['no pool at all', 'a speaker that says itself that its configuration is invalid'],
    ['F05 > F09'],
  ],
  [
    'k3s writes addresses of no pool',
    ["k3s' own load balancer beside MetalLB", 'an address that no pool holds any more'],
    ['F07 > F01'],
  ],
  [
    'a possible cause comes after a sure one',
    ['nobody answers although all objects are as they should be', 'no way back to the client'],
    ['F30', 'F01'],
  ],
] as const)('%s: %j', (_, names, expected) => {
  expect(treeOf(...names)).toEqual(expected)
})
