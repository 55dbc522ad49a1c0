// `diagnose --agents` on a cluster of three nodes: faults are put into the link, named from the right places, and taken out again.
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  ADDRESS,
  AgentsLab,
  BY_PODS,
  codesOf,
  DEADLINE_MS,
  layer2World,
  type Report,
  reportOf,
} from '../support/agents-lab/agents-lab.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop } from '../support/namespaces.ts'

describeInterop('agents', ['nft'], () => {
  let lab: AgentsLab
  let owner: string
  let others: readonly string[]

  beforeAll(async () => {
    lab = await AgentsLab.create(layer2World())
    owner = await lab.owner()
    others = lab.hosts.nodes.map(({ name }) => name).filter((name) => name !== owner)
  }, DEADLINE_MS)
  afterAll(() => lab?.destroy())
  afterEach(() => {
    expect([lab.agentPods(), lab.jobs.names]).toEqual([[], []])
  })

  it(
    'finds nothing wrong where nothing is, from every node',
    async () => {
      const outcome = await lab.diagnose(['service', 'shop/web', ...BY_PODS, '-o', 'json'])
      const report = reportOf(outcome)
      expect([outcome.code, codesOf(report)]).toEqual([0, []])
      const check = (id: string) => report.checks.find(({ id: each }) => each === id)
      expect(check('speakers-reach')).toMatchObject({
        result: 'pass',
        text: '6 connections from node to node',
      })
      expect(check('same-answer')?.text).toContain(others.join(' and '))
      const [pod] = lab.kubelet.started
      expect(pod.spec).toMatchObject({
        hostNetwork: true,
        automountServiceAccountToken: false,
        restartPolicy: 'Never',
        activeDeadlineSeconds: 90,
      })
      expect(pod.spec.containers[0].securityContext.capabilities).toEqual({ drop: ['ALL'], add: ['NET_RAW'] })
    },
    DEADLINE_MS,
  )

  it(
    'says before what it would create and send, and creates nothing',
    async () => {
      const before = lab.kubelet.started.length
      const { code, stdout } = await lab.diagnose(['all', ...BY_PODS, '--explain-plan'])
      expect(code).toBe(0)
      expect(stdout).toMatch(
        /create Pod metallb-system\/lbctl-agent-RUN-0 on node-[abc]: image registry\.test\/lbctl:1/,
      )
      expect(stdout).toMatch(/from node-a: TCP to port 7946 of node-b and node-c, closed without a byte/)
      expect(lab.kubelet.started.length).toBe(before)
    },
    DEADLINE_MS,
  )

  it(
    'names two nodes between which port 7946 is dropped',
    async () => {
      const [from = '', to = ''] = others
      const rules = `table inet lab {
        chain leaving { type filter hook output priority 0; ip daddr ${lab.hosts.node(to).host.address4} tcp dport 7946 drop; }
      }`
      await lab.withRules(lab.namespaceOf(from), rules, async () => {
        const report = reportOf(
          await lab.diagnose(['all', ...BY_PODS, '--only', 'speakers-reach', '-o', 'json']),
        )
        expect(codesOf(report)).toEqual(['F34 speakers-reach'])
        expect(report.findings[0]?.title).toBe(`${from} does not reach the speaker of ${to} on port 7946.`)
        expect(report.matrix.gossip).toContainEqual({ from, to, outcome: 'silent' })
        expect(report.matrix.gossip).toContainEqual({ from: to, to: from, outcome: 'connected' })

        // What the nodes saw is in a bundle, so that it is judged alike where there is no cluster.
        const archive = join(lab.hosts.folder, 'seen.tar.gz')
        const words = ['bundle', ...BY_PODS, '--no-pod-logs', '--no-host', '-o', archive, '--force']
        const made = await lab.lbctl(words)
        expect([made.code, made.stderr]).toEqual([0, ''])
        const replayed = reportOf(
          await lbctl(['diagnose', 'all', '--bundle', archive, '--only', 'speakers-reach', '-o', 'json']),
        )
        const said = ({ findings, matrix }: Report) => ({
          findings: findings.map(({ code, title, evidence }) => ({ code, title, evidence })),
          routers: matrix.routers,
          gossip: new Set(matrix.gossip.map((each) => JSON.stringify(each))),
        })
        expect(said(replayed)).toEqual(said(report))
      })
    },
    DEADLINE_MS,
  )

  it(
    'names the node that hears no answer while another one does',
    async () => {
      const [deaf = '', hearing = ''] = others
      const rules = `table bridge lab {
        chain passing { type filter hook forward priority 0; oifname "${lab.hosts.node(deaf).host.port}" arp operation reply arp saddr ip ${ADDRESS} drop; }
      }`
      await lab.withRules(lab.hosts.switch, rules, async () => {
        const outcome = await lab.diagnose(['service', 'shop/web', ...BY_PODS, '-o', 'json'])
        const report = reportOf(outcome)
        expect([outcome.code, codesOf(report)]).toEqual([1, ['F16 same-answer']])
        expect(report.findings[0]?.title).toMatch(
          new RegExp(`^${deaf} hears no answer for ${ADDRESS}, and .*${hearing}`),
        )
        expect(report.findings[0]?.evidence.join()).toContain(
          `${hearing} hears ${owner} (${lab.hosts.node(owner).host.mac}, eth0)`,
        )
      })
    },
    DEADLINE_MS,
  )
})
