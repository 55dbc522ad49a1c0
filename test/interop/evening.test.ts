// The story of a full evening: an address of a pool that BGP alone announces, a router that has no BGP, a client that says "No route to
// host". `diagnose service` on the node names the cause; the lines that it prints are pasted into kubectl; the same command is green, and
// the client connects. Once more the same evening, with `lbctl fix`.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CERTIFICATE_NAME, newCredentials } from '../../src/compose/lab-apiserver-credentials.ts'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'
import { announcedByBgpAlone } from '../../src/diagnose/cluster/testing/host-cases.ts'
import { drop, healthyWorld, object } from '../../src/diagnose/cluster/testing/world.ts'
import { daemonSetStatus } from '../../src/diagnose/cluster/testing/world-workloads.ts'
import { iptablesRules } from '../../src/diagnose/path/testing/kube-proxy-rules.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { run, runJs } from '../support/cli.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { type LabHost, SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import { connectTo } from '../support/speaker-lab/traffic.ts'

const ADDRESS = '192.0.2.100'
const NODE = 'node-a'
const POD = '10.244.0.5'
/** As long as a busy machine needs to start a program, to elect and to answer. */
const DEADLINE_MS = 60_000

/** One node, one Service at an address of the nodes' own link, one BGPPeer, and nothing that layer 2 is told about. */
function objectsOfTheEvening(): readonly object[] {
  const world = healthyWorld()
  announcedByBgpAlone(world)
  const isElsewhere = (name: string): boolean => /api|routed|node-[bc]|webhook/.test(name)
  for (const plane of Object.keys(world.planes) as (keyof typeof world.planes)[])
    drop(world, plane, (each) => isElsewhere(`${each.metadata.name} ${JSON.stringify(each['spec'] ?? '')}`))
  const slice = object(world, 'endpointSlices', 'shop/web-x1')
  slice.endpoints = slice.endpoints.filter(({ nodeName }: { nodeName: string }) => nodeName === NODE)
  for (const name of ['speaker', 'kube-proxy'])
    Object.assign(object(world, 'daemonSets', name), { status: daemonSetStatus(1, 1) })
  return Object.values(world.planes).flat()
}

describeInterop('an evening', ['sysctl', 'iptables-nft-restore', 'kubectl'], () => {
  let lab: SpeakerLab
  let api: ApiServer | undefined
  let kubeconfig: string
  let server: Server | undefined

  beforeAll(async () => {
    lab = await SpeakerLab.create([NODE])
    const { host } = lab.node(NODE)
    await aPodBehind(host)
    // Layer 3, without ARP, as WireGuard makes them.
    lab.net.ip(host.namespace, 'tuntap add dev wg0 mode tun')
    lab.net.ip(host.namespace, 'addr add 10.9.0.1/24 dev wg0')
    lab.net.ip(host.namespace, 'link set wg0 up')
    const place = lab.host('apiserver', 60)
    // kubectl sends its token over TLS only.
    const { token, ...tls } = newCredentials(Date.now())
    api = await lab.net.inside(place.namespace, () =>
      startApiServer({
        host: place.address4,
        port: 0,
        tls: { ...tls, serverName: CERTIFICATE_NAME },
        tokens: [{ token, user: 'admin', groups: ['system:masters'] }],
      }),
    )
    api.applyObjects([...customResourceDefinitions(), ...objectsOfTheEvening()])
    kubeconfig = join(lab.folder, 'kubeconfig')
    writeFileSync(kubeconfig, api.kubeconfig())
    await lab
      .node(NODE)
      .spawnWith([
        ...['--kubeconfig', kubeconfig, '--node-name', NODE, '--ml-bindaddr', host.address4],
        // It takes the part of the Pod that the objects say runs here.
        ...['--force', '--log-level', 'debug', '--log-format', 'json'],
      ])
      .started()
  }, DEADLINE_MS)
  afterAll(async () => {
    server?.close()
    await lab?.destroy()
    await api?.kill()
  })

  /** kube-proxy's rules for the Service, and the listener that they lead to. */
  async function aPodBehind({ namespace }: LabHost): Promise<void> {
    const { net } = lab
    const pod = net.namespace()
    net.connect([pod, 'eth0'], [namespace, 'pod'])
    net.ip(pod, `addr add ${POD}/30 dev eth0`)
    net.ip(namespace, 'addr add 10.244.0.6/30 dev pod')
    net.ip(pod, 'route add default via 10.244.0.6')
    net.run(namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    server = await net.inside(
      pod,
      () =>
        new Promise<Server>((resolve, reject) => {
          const made = createServer((socket) => {
            socket.on('error', () => undefined)
            socket.end('the shop')
          })
          made.on('error', reject)
          made.listen(8080, POD, () => resolve(made))
        }),
    )
    const folder = net.owns(mkdtempSync(join(tmpdir(), 'lbctl-evening-')))
    const rules = join(folder, 'rules')
    const endpoints = [{ address: POD, port: 8080, local: true }]
    const service = { name: 'shop/web:http', id: 'WEBAAAAA', clusterIp: '10.96.1.1', port: 80, endpoints }
    writeFileSync(rules, iptablesRules([{ ...service, loadBalancerIps: [ADDRESS] }], 'new'))
    net.run(namespace, 'iptables-nft-restore', rules)
  }

  /** A program on the node, in its namespace of the network. */
  const onNode = (words: readonly string[], stdin = '') =>
    run('ip', ['netns', 'exec', lab.node(NODE).host.namespace, ...words], {
      stdin,
      env: { HOME: lab.folder, XDG_STATE_HOME: join(lab.folder, 'state') },
    })
  const lbctl = (...words: string[]) =>
    onNode([process.execPath, runJs, ...words, '--kubeconfig', kubeconfig])
  const kubectl = (words: readonly string[], stdin = '') =>
    onNode(['kubectl', '--kubeconfig', kubeconfig, ...words], stdin)
  const diagnose = (...words: string[]) =>
    lbctl('diagnose', 'service', 'shop/web', '--from', lab.client.address4, ...words)
  const heardByClient = () => connectTo(lab.net, lab.client, ADDRESS, 80, 20_000)

  async function expectGreen(): Promise<void> {
    await eventually('the client connects', async () => (await heardByClient()) === 'the shop', DEADLINE_MS)
    const { code, stdout, stderr } = await diagnose()
    expect(`${code} ${stderr} ${stdout}`).toMatch(/^0 {2}ok: No problem was found/)
    expect(stdout).toMatch(/owner: node-a/)
  }

  it(
    'has one cause, with what follows from it below, and what is no part of it not at all',
    async () => {
      expect(await heardByClient()).toBe('EHOSTUNREACH')
      const { code, stdout, stderr } = await diagnose('-o', 'json')
      expect([code, stderr]).toEqual([1, ''])
      const [report] = JSON.parse(stdout).reports
      expect(report.findings.map(({ code }: { code: string }) => code)).toEqual(['F36'])
      const [cause] = report.findings
      expect(cause.title).toMatch(/192\.0\.2\.1.* is up and has no BGP on this side/)
      expect(cause.evidence.join(' ')).toContain('no L2Advertisement selects the pool "lan"')
      expect(cause.consequences.map(({ code }: { code: string }) => code)).toEqual(['F01'])
      const states = Object.fromEntries(
        report.chain.map(({ link, state }: { link: string; state: string }) => [link, state]),
      )
      expect(states).toMatchObject({
        allocation: 'holds',
        advertisement: 'holds',
        owner: 'broken',
        'data path': 'holds',
        'return path': 'holds',
      })
    },
    2 * DEADLINE_MS,
  )

  it(
    'ends well with the lines that it prints, pasted into kubectl',
    async () => {
      const before = await diagnose()
      expect(before.code).toBe(1)
      const lines = before.stdout.split('\n')
      const from = lines.findIndex((line) => line.includes('apiVersion: metallb.io/v1beta1'))
      const to = lines.findIndex((line, index) => index > from && /^ +[A-Z][a-z ]+:/.test(line))
      const applied = await kubectl(['apply', '-f', '-'], lines.slice(from, to).join('\n'))
      expect([applied.code, applied.stdout]).toEqual([0, 'l2advertisement.metallb.io/lan created\n'])
      try {
        await expectGreen()
      } finally {
        await kubectl(['-n', 'metallb-system', 'delete', 'l2advertisement', 'lan'])
        // It remembers who answered, and the node still serves the address.
        await eventually(
          'the client has no way any more',
          async () => {
            lab.net.ip(lab.client.namespace, 'neigh flush all')
            return (await heardByClient()) === 'EHOSTUNREACH'
          },
          DEADLINE_MS,
        )
      }
    },
    4 * DEADLINE_MS,
  )

  it(
    'ends well with the command that it names',
    async () => {
      const before = await diagnose()
      const [, command = ''] = /By lbctl: lbctl (fix .*)/.exec(before.stdout) ?? []
      const fixed = await lbctl(...command.split(' '), '--apply', '--yes')
      expect([command, fixed.code, fixed.stderr]).toEqual(['fix F36 shop/web', 0, ''])
      expect(fixed.stdout).toContain('F36 breaks nothing any more.')
      await expectGreen()
    },
    4 * DEADLINE_MS,
  )
})
