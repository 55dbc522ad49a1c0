// `diagnose --ssh` on a cluster of three nodes. There is no sshd in the lab: a stand-in for ssh goes into the namespace of the node, or fails as
// ssh, sudo and a shell there fail. lbctl, the kernel and the wire are real.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AgentsLab, codesOf, DEADLINE_MS, layer2World, reportOf } from '../support/agents-lab/agents-lab.ts'
import { type SshFate, sshStandIn } from '../support/agents-lab/ssh-stand-in.ts'
import { describeInterop } from '../support/namespaces.ts'

describeInterop('diagnose --ssh', ['nft', 'setpriv'], () => {
  let lab: AgentsLab
  let others: readonly string[]

  beforeAll(async () => {
    lab = await AgentsLab.create(layer2World())
    const owner = await lab.owner()
    others = lab.hosts.nodes.map(({ name }) => name).filter((name) => name !== owner)
  }, DEADLINE_MS)
  afterAll(() => lab?.destroy())

  const bySsh = (words: readonly string[], fates: Readonly<Record<string, SshFate>> = {}) =>
    lab.diagnose(
      ['service', 'shop/web', '--ssh', 'ops@', '--no-probe', '-o', 'json', ...words],
      sshStandIn(lab.hosts, fates),
    )

  it(
    'names two nodes between which port 7946 is dropped',
    async () => {
      const [from = '', to = ''] = others
      const rules = `table inet lab {
        chain leaving { type filter hook output priority 0; ip daddr ${lab.hosts.node(to).host.address4} tcp dport 7946 drop; }
      }`
      await lab.withRules(lab.namespaceOf(from), rules, async () => {
        const words = ['all', '--ssh', 'root@', '--only', 'speakers-reach', '-o', 'json']
        const report = reportOf(await lab.diagnose(words, sshStandIn(lab.hosts)))
        expect(codesOf(report)).toEqual(['F34 speakers-reach'])
        expect(report.matrix.gossip).toContainEqual({ from, to, outcome: 'silent' })
        expect(report.matrix.gossip).toContainEqual({ from: to, to: from, outcome: 'connected' })
      })
    },
    DEADLINE_MS,
  )

  it(
    'needs no right on the API server but to read it, and leaves nothing behind',
    async () => {
      const words = ['service', 'shop/web', '--ssh', 'root@', '--no-probe', '-o', 'json']
      const outcome = await lab.diagnose(words, sshStandIn(lab.hosts), 'reader')
      expect([outcome.code, codesOf(reportOf(outcome))]).toEqual([0, []])
      expect([lab.agentPods(), lab.jobs.seen]).toEqual([[], []])
    },
    DEADLINE_MS,
  )

  it.each<[SshFate, readonly string[], RegExp]>([
    ['without lbctl', [], /from node-c: "lbctl" cannot be run there \(exit code 127\): .*--ssh-lbctl/],
    [
      'unknown host key',
      [],
      /from node-c: ssh did not get there: Host key verification failed\.\. ssh is run with BatchMode/,
    ],
    [
      'wants a password',
      [],
      /from node-c: ssh did not get there: ops@node-c: Permission denied \(publickey,password\)/,
    ],
    [
      'wants a password for sudo',
      ['--ssh-lbctl', 'sudo -n lbctl'],
      /from node-c: "sudo -n lbctl" ended with exit code 1 there: sudo: a password is required\. .*NOPASSWD/,
    ],
    [
      'another version',
      [],
      /from node-c: .*ended with exit code 2: Error: The plan cannot be used: format is not .*\. lbctl there has to be of this version/,
    ],
    ['hangs', ['--agent-timeout', '4s'], /from node-c: there was no answer by ssh within 4 s/],
    ['user without rights', [], /from node-c: .*CAP_NET_RAW/],
  ])(
    '%s: it is said of that node, and the others answer',
    async (fate, words, says) => {
      const report = reportOf(await bySsh(words, { 'node-c': fate }))
      const said = report.notTested.filter((line) => line.startsWith('from node-'))
      expect(said.join('\n')).toMatch(says)
      expect(said.join('\n')).not.toMatch(/from node-[ab]: /)
    },
    DEADLINE_MS,
  )

  it(
    'does not wait for what ssh leaves running, and finds lbctl where it is told',
    async () => {
      const fates = {
        'node-a': 'leaves a master',
        'node-b': 'leaves a master',
        'node-c': 'leaves a master',
      } as const
      const outcome = await bySsh(['--agent-timeout', '25s', '--ssh-lbctl', '/opt/lbctl'], fates)
      const report = reportOf(outcome)
      expect(report.notTested.filter((line) => line.startsWith('from node-'))).toEqual([])
      expect(report.checks.find(({ id }) => id === 'speakers-reach')?.result).toBe('pass')
    },
    DEADLINE_MS,
  )

  it.each([[['--ssh', 'ops@%h -oProxyCommand=reboot']], [['--ssh', 'ops@', '--ssh-lbctl', 'lbctl; reboot']]])(
    '%j is refused before anything is run',
    async (words) => {
      const { code, stderr } = await lab.diagnose(['all', ...words], sshStandIn(lab.hosts))
      expect([code, stderr]).toEqual([2, expect.stringMatching(/takes (a user|plain words)/)])
    },
  )
})
