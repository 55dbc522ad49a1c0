// A configuration that FRR refuses: the lines that say so, and the sessions that it explains.
import { expect, it } from 'vitest'
import type { KubeObject } from '../../../config/kube-object.ts'
import { CLUSTER_CHECKS } from '../check-list.ts'
import { judgeCluster } from '../judge-cluster.ts'
import { healthyWorld, viewOf } from '../testing/world.ts'

const status = (kind: string, name: string, told: object): KubeObject => ({
  apiVersion: 'frrk8s.metallb.io/v1beta1',
  kind,
  metadata: { name, namespace: 'frr-k8s-system' },
  status: told,
})
const refused = (node: string, lastReloadResult = 'exit status 13'): KubeObject =>
  status('FRRNodeState', node, { lastConversionResult: 'success', lastReloadResult, runningConfig: '' })
const session = (node: string, bgpStatus: string): KubeObject =>
  status('BGPSessionState', `s-${node}`, { node, peer: '192.0.2.1', vrf: '', bgpStatus })

function findingsOf(...statuses: readonly KubeObject[]) {
  const world = healthyWorld()
  world.planes.statuses.push(...statuses)
  return judgeCluster(viewOf(world), { checks: CLUSTER_CHECKS, failOn: 'warning' }).findings
}
const treeOf = (...statuses: readonly KubeObject[]): readonly string[] =>
  findingsOf(...statuses).map(({ code, consequences }) =>
    [code, ...consequences.map((each) => each.code)].join(' > '),
  )

it.each([
  ['on all nodes', [refused('node-a'), session('node-a', 'Active')], ['F48 > F36']],
  [
    'on the one node whose session is down',
    [refused('node-a'), session('node-a', 'Active'), session('node-b', 'Established')],
    ['F48 > F36'],
  ],
  ['on another node', [refused('node-a'), session('node-b', 'Active')], ['F36', 'F48']],
] as const)('explains sessions that are down where it is refused %s', (_, statuses, expected) => {
  expect(treeOf(...statuses)).toEqual(expected)
})

it('shows each line that says what is refused once, and not what vtysh says of its own files', () => {
  const noise = "% Can't open configuration file /etc/frr/vtysh.conf due to 'No such file or directory'."
  const words = [
    noise,
    'line 2: Failure to communicate[13] to bgpd, line:  neighbor 192.0.2.1 ebgp-multihop 5',
    noise,
    'vtysh failed to process new configuration: vtysh (mark file) exited with status 2:',
    `b"${noise}\\nline 3: % Unknown command:  neighbor 192.0.2.1 nonsense\\n\\n"`,
    'one',
    'two',
    'two',
  ].join('\n')
  expect(findingsOf(refused('node-a', words))[0]?.evidence).toEqual([
    'lastReloadResult: line 2: Failure to communicate[13] to bgpd, line:  neighbor 192.0.2.1 ebgp-multihop 5',
    'vtysh failed to process new configuration: vtysh (mark file) exited with status 2:',
    'line 3: % Unknown command:  neighbor 192.0.2.1 nonsense',
    'one',
    'and 1 more line',
  ])
})
