// `diagnose --agents` and `--ssh` on a cluster of three nodes: real speakers on a real link, Pods of agents run by a kubelet of the lab in
// the namespaces of the nodes. Faults are put into the link, named from the right places, and taken out again.
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'
import { drop, healthyWorld } from '../../src/diagnose/cluster/testing/world.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { type Outcome, run, runJs, unwrapped } from '../support/cli.ts'
import { LabKubelet } from '../support/lab-kubelet.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import type { KubernetesObject } from '../support/speaker-lab/speaker-objects.ts'

const ADDRESS = '192.0.2.100'
const NODES = ['node-a', 'node-b', 'node-c']
const IMAGE = 'registry.test/lbctl:1'
const DEADLINE_MS = 60_000
const TOKENS = [
  { token: 'token-of-the-admin', user: 'admin', groups: ['system:masters'] },
  { token: 'token-of-a-reader', user: 'reader', groups: ['readers'] },
]

/** The healthy world with what is announced by layer 2 alone: no router stands in this lab. */
function world() {
  const made = healthyWorld()
  const isElsewhere = (name: string): boolean => /api|routed|webhook|BGPPeer|"tor"/.test(name)
  for (const plane of Object.keys(made.planes) as (keyof typeof made.planes)[])
    drop(made, plane, (each) =>
      isElsewhere(`${each.kind} ${JSON.stringify(each.metadata.name)} ${JSON.stringify(each['spec'] ?? '')}`),
    )
  return made
}

const mayRead = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'read-all' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'read-all' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'read-all' },
    subjects: [{ kind: 'User', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' }],
  },
]

describeInterop('agents', ['nft'], () => {
  let lab: SpeakerLab
  let api: ApiServer
  let kubelet: LabKubelet
  const servers: Server[] = []
  let owner: string
  let others: readonly string[]

  const namespaceOf = (node: string): string => lab.node(node).host.namespace
  const kubeconfigOf = (user: string): string => join(lab.folder, `kubeconfig-${user}`)

  beforeAll(async () => {
    lab = await SpeakerLab.create(NODES)
    const { planes } = world()
    lab.write([
      ...planes.nodes,
      ...planes.configuration,
      ...planes.services,
      ...planes.endpointSlices,
    ] as unknown as KubernetesObject[])
    const speakers = lab.startAll()
    for (const name of NODES) await serviceOn(name)
    kubelet = new LabKubelet({
      nodes: new Map(NODES.map((name) => [name, namespaceOf(name)])),
      images: new Set([IMAGE]),
    })
    const place = lab.host('apiserver', 60)
    api = await lab.net.inside(place.namespace, () =>
      startApiServer({ host: place.address4, port: 0, tokens: TOKENS, podLog: kubelet.log }),
    )
    api.applyObjects([...customResourceDefinitions(), ...Object.values(planes).flat(), ...mayRead])
    for (const { user } of TOKENS) writeFileSync(kubeconfigOf(user), api.kubeconfig(user))
    kubelet.serve(api)
    await speakers
    owner = await eventually(
      'one owner',
      async () => {
        const [only, ...more] = await lab.owners('shop/web')
        return more.length === 0 ? only : undefined
      },
      DEADLINE_MS,
    )
    others = NODES.filter((name) => name !== owner)
  }, DEADLINE_MS)

  afterAll(async () => {
    kubelet?.stop()
    for (const server of servers) server.close()
    await lab?.destroy()
    await api?.kill()
  })

  afterEach(() => {
    expect(agentPods()).toEqual([])
  })

  /** What kube-proxy does for the address, and an endpoint on the node itself. */
  async function serviceOn(name: string): Promise<void> {
    const { namespace } = lab.node(name).host
    const rules = `table ip proxy {
      chain arriving { type nat hook prerouting priority -100; ip daddr ${ADDRESS} tcp dport 80 redirect to :8080; }
    }`
    const file = join(lab.folder, 'proxy.nft')
    writeFileSync(file, rules)
    lab.net.run(namespace, 'nft', '-f', file)
    servers.push(
      await lab.net.inside(
        namespace,
        () =>
          new Promise<Server>((resolve, reject) => {
            const made = createServer((socket) => socket.on('error', () => undefined).end())
            made.on('error', reject)
            made.listen(8080, '0.0.0.0', () => resolve(made))
          }),
      ),
    )
  }

  const agentPods = (): readonly string[] =>
    kubelet.pods
      .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'agent')
      .map(({ metadata }) => metadata.name)

  /** From the client's place on the link, which is no node. */
  const diagnose = (words: readonly string[], options: Parameters<typeof run>[2] = {}, user = 'admin') =>
    run(
      'ip',
      [
        ...['netns', 'exec', lab.client.namespace, process.execPath, runJs, 'diagnose', ...words],
        ...['--kubeconfig', kubeconfigOf(user)],
      ],
      options,
    )
  const BY_PODS = ['--agents', '--agent-image', IMAGE]
  const reportOf = ({ stdout, stderr }: Outcome) => {
    expect(stderr).toBe('')
    return JSON.parse(stdout).reports[0]
  }
  const codesOf = (report: { findings: { code: string; check: string }[] }): readonly string[] =>
    report.findings.map(({ code, check }) => `${code} ${check}`)

  /** A table of nftables in a namespace, for as long as the work goes on. */
  async function withRules<T>(namespace: string, rules: string, work: () => Promise<T>): Promise<T> {
    const file = join(lab.folder, 'rules.nft')
    writeFileSync(file, rules)
    lab.net.run(namespace, 'nft', '-f', file)
    try {
      return await work()
    } finally {
      lab.net.run(namespace, 'nft', 'delete', 'table', rules.split(' ')[1] ?? '', 'lab')
    }
  }

  it(
    'finds nothing wrong where nothing is, from every node',
    async () => {
      const outcome = await diagnose(['service', 'shop/web', ...BY_PODS, '-o', 'json'])
      const report = reportOf(outcome)
      expect([outcome.code, codesOf(report)]).toEqual([0, []])
      const check = (id: string) => report.checks.find((each: { id: string }) => each.id === id)
      expect(check('speakers-reach')).toMatchObject({
        result: 'pass',
        text: '6 connections from node to node',
      })
      expect(check('same-answer').text).toContain(others.join(' and '))
      const [pod] = kubelet.started
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
      const before = kubelet.started.length
      const { code, stdout } = await diagnose(['all', ...BY_PODS, '--explain-plan'])
      expect(code).toBe(0)
      expect(stdout).toMatch(
        /create Pod metallb-system\/lbctl-agent-RUN-0 on node-[abc]: image registry\.test\/lbctl:1/,
      )
      expect(stdout).toMatch(/from node-a: TCP to port 7946 of node-b and node-c, closed without a byte/)
      expect(kubelet.started.length).toBe(before)
    },
    DEADLINE_MS,
  )

  it(
    'names two nodes between which port 7946 is dropped, by Pods and by ssh',
    async () => {
      const [from = '', to = ''] = others
      const rules = `table inet lab {
        chain leaving { type filter hook output priority 0; ip daddr ${lab.node(to).host.address4} tcp dport 7946 drop; }
      }`
      await withRules(namespaceOf(from), rules, async () => {
        const report = reportOf(await diagnose(['all', ...BY_PODS, '--only', 'speakers-reach', '-o', 'json']))
        expect(codesOf(report)).toEqual(['F34 speakers-reach'])
        expect(report.findings[0].title).toBe(`${from} does not reach the speaker of ${to} on port 7946.`)

        const bySsh = reportOf(
          await diagnose(['all', '--ssh', 'root@', '--only', 'speakers-reach', '-o', 'json'], withSsh()),
        )
        expect(codesOf(bySsh)).toEqual(['F34 speakers-reach'])
        expect(bySsh.matrix.gossip).toContainEqual({ from, to, outcome: 'silent' })
        expect(bySsh.matrix.gossip).toContainEqual({ from: to, to: from, outcome: 'connected' })
      })
    },
    DEADLINE_MS,
  )

  it(
    'names the node that hears no answer while another one does',
    async () => {
      const [deaf = '', hearing = ''] = others
      const rules = `table bridge lab {
        chain passing { type filter hook forward priority 0; oifname "${lab.node(deaf).host.port}" arp operation reply arp saddr ip ${ADDRESS} drop; }
      }`
      await withRules(lab.switch, rules, async () => {
        const outcome = await diagnose(['service', 'shop/web', ...BY_PODS, '-o', 'json'])
        const report = reportOf(outcome)
        expect([outcome.code, codesOf(report)]).toEqual([1, ['F16 same-answer']])
        expect(report.findings[0].title).toMatch(
          new RegExp(`^${deaf} hears no answer for ${ADDRESS}, and .*${hearing}`),
        )
        expect(report.findings[0].evidence.join()).toContain(
          `${hearing} hears ${owner} (${lab.node(owner).host.mac}, eth0)`,
        )
      })
    },
    DEADLINE_MS,
  )

  it(
    'says why nothing is seen from a node whose image cannot be pulled, and goes on',
    async () => {
      const outcome = await diagnose([
        'service',
        'shop/web',
        '--agents',
        '--agent-image',
        'nowhere.test/lbctl:2',
        '--no-probe',
      ])
      expect(outcome.code).toBe(3)
      const text = unwrapped(outcome.stdout)
      expect(text).toMatch(/from node-a: its image cannot be pulled \(ImagePullBackOff/)
      expect(text).toContain('Name an image that the nodes can pull with --agent-image')
      expect(text).toMatch(/endpoints: some can serve/)
    },
    DEADLINE_MS,
  )

  it(
    'notices a log that was cut',
    async () => {
      kubelet.cutLogs = 40
      try {
        const outcome = await diagnose(['service', 'shop/web', ...BY_PODS, '--no-probe', '-o', 'json'])
        expect(reportOf(outcome).notTested.join('\n')).toMatch(
          /from node-a: the result in the log is cut off/,
        )
      } finally {
        kubelet.cutLogs = 0
      }
    },
    DEADLINE_MS,
  )

  it(
    'creates nothing for a user who could not delete it, and names the rule',
    async () => {
      const before = kubelet.started.length
      const outcome = await diagnose(['service', 'shop/web', ...BY_PODS, '--no-probe'], {}, 'reader')
      expect(outcome.code).toBe(3)
      expect(unwrapped(outcome.stdout)).toContain(
        'This user may not create pods in namespace metallb-system, so no Pod was created.',
      )
      expect(kubelet.started.length).toBe(before)
    },
    DEADLINE_MS,
  )

  it(
    'leaves no Pod behind when it is stopped in the middle, and sweeps what another run left',
    async () => {
      kubelet.stuck = true
      try {
        const before = kubelet.started.length
        api.applyObjects([leftOver()])
        const outcome = await diagnose(['all', ...BY_PODS], {
          whileRunning: async (pid) => {
            await eventually('all Pods run', () => kubelet.started.length >= before + 3 || undefined, 30_000)
            process.kill(pid, 'SIGINT')
          },
        })
        expect([outcome.code, outcome.stdout]).toEqual([130, ''])
        expect(agentPods()).toEqual([])
      } finally {
        kubelet.stuck = false
      }
    },
    DEADLINE_MS,
  )

  /** Of a run whose process was killed, two hours ago, on a node that is gone. */
  const leftOver = (): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'lbctl-agent-older1-0',
      namespace: 'metallb-system',
      creationTimestamp: new Date(Date.now() - 7_200_000).toISOString().replace(/\.\d+/, ''),
      labels: {
        'app.kubernetes.io/name': 'lbctl',
        'app.kubernetes.io/component': 'agent',
        'app.kubernetes.io/managed-by': 'lbctl',
        'lbctl.dev/agent-run': 'older1',
      },
    },
    spec: { nodeName: 'node-z', activeDeadlineSeconds: 90, containers: [{ name: 'agent', image: IMAGE }] },
    status: { phase: 'Pending' },
  })

  it(
    'looks through ssh, and says where lbctl is missing',
    async () => {
      const outcome = await diagnose(
        ['service', 'shop/web', '--ssh', 'root@', '--no-probe', '-o', 'json'],
        withSsh('node-c'),
      )
      const report = reportOf(outcome)
      expect(codesOf(report)).toEqual([])
      expect(report.notTested.join('\n')).toMatch(/from node-c: lbctl is not installed there/)
      expect(report.notTested.join('\n')).not.toMatch(/from node-[ab]: /)
    },
    DEADLINE_MS,
  )

  /** A program `ssh` in PATH that goes into the namespace of the node instead. @param without node on which there is no lbctl */
  function withSsh(without = ''): { env: Record<string, string> } {
    const path = join(lab.folder, 'ssh')
    const cases = NODES.map((name) => `root@${name}) namespace=${namespaceOf(name)} ;;`)
    writeFileSync(
      path,
      [
        '#!/bin/sh',
        'while [ "$1" != lbctl ]; do target=$1; shift; done',
        'shift',
        `case $target in ${cases.join(' ')} *) echo "Permission denied (publickey)." >&2; exit 255 ;; esac`,
        `if [ "$target" = "root@${without}" ]; then echo "sh: 1: lbctl: not found" >&2; exit 127; fi`,
        `exec ip netns exec "$namespace" ${process.execPath} ${runJs} "$@"`,
        '',
      ].join('\n'),
    )
    chmodSync(path, 0o755)
    return { env: { PATH: `${lab.folder}:${process.env['PATH'] ?? ''}` } }
  }
})
