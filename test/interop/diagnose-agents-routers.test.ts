// `diagnose all --agents` with a router on the link: which nodes reach its port 179, and which one does not.
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  AgentsLab,
  BY_PODS,
  codesOf,
  DEADLINE_MS,
  layer2World,
  NODES,
  reportOf,
} from '../support/agents-lab/agents-lab.ts'
import { describeInterop } from '../support/namespaces.ts'
import { RouterProcess } from '../support/router-run.ts'

describeInterop('agents and a router', ['nft'], () => {
  let lab: AgentsLab
  let router: RouterProcess

  beforeAll(async () => {
    lab = await AgentsLab.create(layer2World(), async ({ router: { namespace, address4 } }) => {
      router = await RouterProcess.start(['--asn', '64513', '--listen', `${address4}:179`], namespace)
    })
    // In the cluster alone, not in the files of the speakers: where there is a session, no connection is tried.
    lab.api.applyObjects([
      {
        apiVersion: 'metallb.io/v1beta2',
        kind: 'BGPPeer',
        metadata: { name: 'tor', namespace: 'metallb-system' },
        spec: { myASN: 64512, peerASN: 64513, peerAddress: lab.hosts.router.address4 },
      },
    ])
  }, DEADLINE_MS)
  afterAll(async () => {
    await router?.stop()
    await lab?.destroy()
  })

  const look = async () =>
    reportOf(await lab.diagnose(['all', ...BY_PODS, '--only', 'probed-sessions', '-o', 'json']))
  const all = async () => reportOf(await lab.diagnose(['all', ...BY_PODS, '-o', 'json']))

  it(
    'is well where every node reaches it',
    async () => {
      const report = await look()
      expect(codesOf(report)).toEqual([])
      for (const from of NODES)
        expect(report.matrix.routers).toContainEqual({
          from,
          to: lab.hosts.router.address4,
          outcome: 'connected',
        })
    },
    DEADLINE_MS,
  )

  it(
    'names the node whose connection is refused on the way',
    async () => {
      const rules = `table inet lab {
      chain leaving { type filter hook output priority 0; ip daddr ${lab.hosts.router.address4} tcp dport 179 reject with tcp reset; }
    }`
      await lab.withRules(lab.namespaceOf('node-c'), rules, async () => {
        const report = await look()
        expect(codesOf(report)).toEqual(['F34 probed-sessions'])
        expect(report.findings[0]?.title).toMatch(
          /^Seen from node node-c: a filter refuses connections to port 179 of tor .*, which other nodes connect to/,
        )
        expect(report.findings[0]?.evidence.join()).toMatch(
          /the same router is well, seen from .*node-[ab] and .*node-[ab]/,
        )
        const to = lab.hosts.router.address4
        expect(report.matrix.routers).toContainEqual({ from: 'node-c', to, outcome: 'refused' })
        expect(report.matrix.routers).toContainEqual({ from: 'node-a', to, outcome: 'connected' })

        // With the rules of the nodes beside it, the rule is the cause, and what came of it stands under it.
        const [cause, ...others] = (await all()).findings
        expect(cause?.title).toMatch(/^The firewall of node-c rejects port 179 \(TCP\)/)
        expect(cause?.consequences.map(({ code, check }) => `${code} ${check}`)).toEqual([
          'F34 probed-sessions',
        ])
        expect(others).toEqual([])
      })
    },
    DEADLINE_MS,
  )

  it(
    'names the node whose packets are dropped on the way',
    async () => {
      const rules = `table inet lab {
      chain leaving { type filter hook output priority 0; ip daddr ${lab.hosts.router.address4} tcp dport 179 drop; }
    }`
      await lab.withRules(lab.namespaceOf('node-c'), rules, async () => {
        const report = await look()
        expect(codesOf(report)).toEqual(['F34 probed-sessions'])
        expect(report.findings[0]?.title).toMatch(/^Seen from node node-c: tor .* packets to port 179 vanish/)
        expect(report.findings[0]?.evidence.join()).toMatch(
          /the same router is well, seen from .*node-[ab] and .*node-[ab]/,
        )
        const to = lab.hosts.router.address4
        expect(report.matrix.routers).toContainEqual({ from: 'node-c', to, outcome: 'silent' })
        expect(report.matrix.routers).toContainEqual({ from: 'node-a', to, outcome: 'connected' })
      })
    },
    DEADLINE_MS,
  )
})
