// `lbctl diagnose all` on a node whose firewall or rules of kube-proxy are at fault, for real; then the fault is mended,
// and nothing is found.
import { connect, createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { object, type World } from '../../src/diagnose/cluster/testing/world.ts'
import { iptablesRules, POD_CIDR } from '../../src/diagnose/path/testing/kube-proxy-rules.ts'
import { describeInterop } from '../support/namespaces.ts'
import { ADDRESS, addressOf, HostsLab, type Node, OTHER, OWNER, ROUTER } from './hosts-lab.ts'

const TEST_MS = 60_000
const PATIENCE_MS = 10_000
const SILENCE_MS = 700

describeInterop('rules of a node', ['sysctl', 'nft', 'iptables-nft-restore'], () => {
  let lab: HostsLab
  const servers: Server[] = []
  beforeAll(async () => {
    lab = await HostsLab.create()
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close()
    await lab.clear()
  })
  afterAll(() => lab?.destroy())

  const listen = (namespace: string, address: string, port: number): Promise<Server> =>
    lab.net.inside(
      namespace,
      () =>
        new Promise((resolve, reject) => {
          const server = createServer((socket) => socket.on('error', () => undefined).end('hello'))
          servers.push(server)
          server.on('error', reject)
          server.listen(port, address, () => resolve(server))
        }),
    )

  /** `connected`, `silent`, or the name of the error. */
  const tried = (namespace: string, address: string, port: number, patienceMs: number): Promise<string> =>
    lab.net.inside(
      namespace,
      () =>
        new Promise((resolve) => {
          const socket = connect({ host: address, port })
          const done = (what: string): void => {
            clearTimeout(timer)
            socket.destroy()
            resolve(what)
          }
          const timer = setTimeout(() => done('silent'), patienceMs)
          socket.on('connect', () => done('connected'))
          socket.on('error', ({ code }: NodeJS.ErrnoException) => done(code ?? 'error'))
        }),
    )

  const load = (node: Node, program: readonly string[], text: string): void => {
    const file = lab.file('rules', text)
    lab.net.run(node.namespace, program[0] ?? '', ...program.slice(1), file)
  }

  it(
    'F34: nftables reject the port of the speakers',
    async () => {
      const [node, other] = [lab.node(OWNER), lab.node(OTHER)]
      await node.sees()
      await listen(node.namespace, addressOf(OWNER), 7946)
      const reaches = (patienceMs: number) => tried(other.namespace, addressOf(OWNER), 7946, patienceMs)
      expect(await reaches(PATIENCE_MS)).toBe('connected')
      load(
        node,
        ['nft', '-f'],
        `table inet guard {
          chain input { type filter hook input priority 0; meta l4proto { tcp, udp } th dport 7946 reject with icmpx admin-prohibited; }
        }`,
      )
      expect(await reaches(PATIENCE_MS)).toBe('EHOSTUNREACH')
      await node.isToldOf({
        code: 'F34',
        check: 'node-firewall',
        says: new RegExp(`The firewall of ${OWNER} rejects port 7946 \\(TCP and UDP\\) of the speakers from`),
        evidence: [/^guard input: .*7946/],
      })
      const { findings } = await node.diagnose()
      const command = findings[0]?.fix.find((each) => each.command !== null)?.command ?? ''
      lab.net.run(node.namespace, 'sh', '-c', command)
      expect(await reaches(PATIENCE_MS)).toBe('connected')
      await node.isHealthy('node-firewall')
    },
    TEST_MS,
  )

  it(
    'F34: ports that the speakers and the router of this installation have, and others do not matter',
    async () => {
      const node = await lab.node(OWNER).sees((world) => {
        const [container] = object(world, 'daemonSets', 'speaker').spec.template.spec.containers
        container.env.push({ name: 'METALLB_ML_BIND_PORT', value: '7947' })
        object(world, 'configuration', 'tor', 'BGPPeer').spec.peerPort = 1179
      })
      const drops = (...ports: readonly number[]): void =>
        load(
          node,
          ['nft', '-f'],
          `table inet guard
          flush table inet guard
          table inet guard {
            chain input { type filter hook input priority 0; meta l4proto { tcp, udp } th dport { ${ports.join()} } drop; }
            chain output { type filter hook output priority 0; tcp dport { ${ports.join()} } drop; }
          }`,
        )
      drops(7946, 179)
      await node.isHealthy('node-firewall')
      drops(7947)
      await node.isToldOf({
        code: 'F34',
        check: 'node-firewall',
        says: new RegExp(`The firewall of ${OWNER} drops port 7947 \\(TCP and UDP\\) of the speakers from`),
        beside: ['F34'],
      })
      drops(1179)
      await node.isToldOf({
        code: 'F34',
        check: 'node-firewall',
        says: new RegExp(`The firewall of ${OWNER} drops port 1179 \\(TCP\\) of the router to ${ROUTER}`),
      })
    },
    TEST_MS,
  )

  it(
    'F34: iptables drop the connection to the router',
    async () => {
      const node = await lab.node(OWNER).sees()
      await listen(lab.router, ROUTER, 179)
      node.run('iptables-nft -A OUTPUT -p tcp --dport 179 -j DROP')
      expect(await tried(node.namespace, ROUTER, 179, SILENCE_MS)).toBe('silent')
      await node.isToldOf({
        code: 'F34',
        check: 'node-firewall',
        says: new RegExp(`The firewall of ${OWNER} drops port 179 \\(TCP\\) of the router to ${ROUTER}`),
        evidence: [/^filter OUTPUT: .*--dport 179.*DROP/],
      })
      const { findings } = await node.diagnose()
      const command = findings[0]?.fix.find((each) => each.command !== null)?.command ?? ''
      lab.net.run(node.namespace, 'sh', '-c', command)
      expect(await tried(node.namespace, ROUTER, 179, PATIENCE_MS)).toBe('connected')
      await node.isHealthy('node-firewall')
    },
    TEST_MS,
  )

  it(
    'F34: a firewall forwards nothing to the endpoints, and connections for the address end there',
    async () => {
      const { node } = await serving({})
      expect(await tried(lab.router, ADDRESS, 80, PATIENCE_MS)).toBe('connected')
      load(
        node,
        ['nft', '-f'],
        `table inet guard {
          chain forward { type filter hook forward priority 10; ct state established,related accept; ip daddr 10.244.0.0/16 drop; }
        }`,
      )
      expect(await tried(lab.router, ADDRESS, 80, SILENCE_MS)).toBe('silent')
      await node.isToldOf({
        code: 'F34',
        check: 'probed-path',
        says: /^F34 A firewall on this node drops connections to .*:80: guard forward/,
        evidence: [/^the same for (198\.51\.100\.0|192\.0\.2\.100):80$/],
      })
      node.run('nft delete table inet guard')
      expect(await tried(lab.router, ADDRESS, 80, PATIENCE_MS)).toBe('connected')
      await node.isHealthy('probed-path')
    },
    TEST_MS,
  )

  it(
    'F29: kube-proxy takes Pods for clients outside, and drops them for want of an endpoint on the node',
    async () => {
      const { node, pod } = await serving({ local: true, elsewhere: true })
      const reaches = (patienceMs: number) => tried(pod, ADDRESS, 80, patienceMs)
      expect(await reaches(PATIENCE_MS)).toBe('connected')
      await node.isHealthy('pods-reach')
      rules(node, { local: true, elsewhere: true, knowsPods: false })
      expect(await reaches(SILENCE_MS)).toBe('silent')
      await node.isToldOf({
        code: 'F29',
        check: 'pods-reach',
        severity: 'warning',
        says: new RegExp(`Pods on ${OTHER} do not reach ${ADDRESS}:80`),
      })
    },
    TEST_MS,
  )

  interface Rules {
    readonly local?: boolean
    readonly elsewhere?: boolean
    readonly knowsPods?: boolean
  }

  const rules = (node: Node, { local = false, elsewhere = false, knowsPods = true }: Rules): void => {
    const endpoint = { address: '10.244.1.5', port: 8080 }
    const web = {
      ...{ name: 'shop/web:http', id: 'WEBAAAAA', clusterIp: '10.96.1.1', port: 80, local },
      loadBalancerIps: [ADDRESS],
      endpoints: [{ ...endpoint, local: !elsewhere }],
    }
    const api = {
      ...{ name: 'shop/api:http', id: 'APIAAAAA', clusterIp: '10.96.1.2', port: 80 },
      loadBalancerIps: ['198.51.100.0'],
      endpoints: [{ ...endpoint, local: !elsewhere }],
    }
    const text = iptablesRules([web, api], 'new')
      .split('\n')
      .filter((line) => knowsPods || !line.includes(POD_CIDR))
      .join('\n')
    load(node, ['iptables-nft-restore'], text)
  }

  /** A node with rules of kube-proxy, a Pod on it, and an endpoint behind another link. */
  async function serving(options: Rules): Promise<{ readonly node: Node; readonly pod: string }> {
    const node = lab.node(options.local === true ? OTHER : OWNER)
    const places = (['pod', 'backend'] as const).map((link, index) => {
      const namespace = lab.net.namespace()
      lab.net.connect([node.namespace, link], [namespace, 'eth0'])
      node.ip(`addr add 10.244.${index}.1/24 dev ${link}`)
      lab.net.ip(namespace, `addr add 10.244.${index}.5/24 dev eth0`)
      lab.net.ip(namespace, `route add default via 10.244.${index}.1`)
      return namespace
    })
    await listen(places[1] ?? '', '10.244.1.5', 8080)
    lab.net.ip(lab.router, `route replace ${ADDRESS}/32 via ${addressOf(node.name)}`)
    rules(node, options)
    await node.sees((world: World) => {
      for (const [index, { metadata }] of world.planes.nodes.entries())
        object(world, 'nodes', metadata.name).spec.podCIDRs = [`10.244.${index}.0/24`]
      if (options.local === true) object(world, 'services', 'shop/web').spec.externalTrafficPolicy = 'Local'
    })
    return { node, pod: places[0] ?? '' }
  }
})
