// `diagnose service --from CLIENT --agents`: a router spreads the connections of a client over three nodes, and one of them has another way
// back to it. What is said is compared with what happens to the client's connections.
import { createConnection } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drop, healthyWorld } from '../../src/diagnose/cluster/testing/world.ts'
import {
  AgentsLab,
  BY_PODS,
  codesOf,
  DEADLINE_MS,
  NODES,
  ROUTED,
  reportOf,
} from '../support/agents-lab/agents-lab.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { DAEMON_PROGRAMS } from '../support/router-daemons.ts'
import { RouterOfLab } from '../support/speaker-lab/router-of-lab.ts'
import type { KubernetesObject } from '../support/speaker-lab/speaker-objects.ts'

/** So many that each node gets some: of 48, one of three is left out once in 200 million times. */
const CONNECTIONS = 48
const GIVEN_UP_MS = 2000

describeInterop('ways back that differ by node', [...DAEMON_PROGRAMS, 'nft', 'sysctl'], () => {
  let lab: AgentsLab
  let router: RouterOfLab
  let objects: readonly KubernetesObject[]

  beforeAll(async () => {
    const world = healthyWorld()
    for (const plane of Object.keys(world.planes) as (keyof typeof world.planes)[])
      drop(world, plane, (each) => /webhook/.test(each.metadata.name))
    const { nodes, configuration, services, endpointSlices } = world.planes
    objects = [...nodes, ...configuration, ...services, ...endpointSlices] as unknown as KubernetesObject[]
    lab = await AgentsLab.create(world, async (hosts) => {
      router = await RouterOfLab.start('frr', hosts, objects, ['tor'])
      // By the default route, as most hosts have it.
      for (const { host } of hosts.nodes) hosts.net.ip(host.namespace, 'route del 203.0.113.0/24')
      for (const { namespace } of [hosts.client, ...hosts.nodes.map(({ host }) => host)])
        hosts.net.ip(namespace, `route add default via ${hosts.router.address4}`)
    })
    // Else a repeated SYN takes another way than the first one, and hides from the client what became of that.
    lab.hosts.net.run(router.client.namespace, 'sysctl', '-qw', 'net.core.txrehash=0')
    await eventually(
      'the router has all nodes as next hops',
      () => router.nextHops(ROUTED).length === NODES.length || undefined,
      DEADLINE_MS,
    )
  }, DEADLINE_MS)
  afterAll(async () => {
    await router?.stop()
    await lab?.destroy()
  })

  const look = async () =>
    reportOf(
      await lab.diagnose([
        'service',
        'shop/api',
        '--from',
        router.client.address4,
        '--no-probe',
        ...BY_PODS,
        '-o',
        'json',
      ]),
    )

  const connects = () =>
    new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: ROUTED, port: 80 })
      const end = (isConnected: boolean) => () => {
        clearTimeout(timer)
        socket.destroy()
        resolve(isConnected)
      }
      const timer = setTimeout(end(false), GIVEN_UP_MS)
      socket.once('connect', end(true)).once('error', end(false))
    })
  /** What becomes of connections of the client; each fate once. */
  const fates = async (): Promise<readonly boolean[]> => {
    const all = await lab.hosts.net.inside(router.client.namespace, () =>
      Promise.all(Array.from({ length: CONNECTIONS }, connects)),
    )
    return [...new Set(all)].sort()
  }

  it(
    'is well where all nodes answer through the router',
    async () => {
      expect(await fates()).toEqual([true])
      const report = await look()
      expect(codesOf(report)).toEqual([])
      expect(report.checks.find(({ id }) => id === 'probed-return')).toMatchObject({ result: 'pass' })
    },
    DEADLINE_MS,
  )

  it.each([
    [
      'a route that refuses the client',
      'route add unreachable 203.0.113.0/24',
      /a route of type "unreachable" holds it/,
      'ip route del unreachable 203.0.113.0/24',
    ],
    [
      'a rule that refuses the client',
      'rule add to 203.0.113.0/24 prohibit priority 50',
      /of type "prohibit" holds it/,
      'ip rule del priority 50',
    ],
  ])(
    'names the one node with %s, where a part of the connections fails',
    async (_, change, why, undo) => {
      const { namespace } = lab.hosts.node('node-c').host
      lab.hosts.net.ip(namespace, change)
      try {
        expect(await fates()).toEqual([false, true])
        const report = await look()
        expect(codesOf(report)).toEqual(['F30 probed-return'])
        const [finding] = report.findings
        expect(finding?.title).toMatch(
          /^Connections of 203\.0\.113\.2 to 198\.51\.100\.0 that land on node-c fail: /,
        )
        expect(finding?.title).toMatch(why)
        expect(finding).toMatchObject({ severity: 'error', fix: [{ command: undo }] })
        expect(finding?.evidence.at(-1)).toMatch(/^the way back is in order on node-[ab] and node-[ab]$/)
      } finally {
        // As the finding says it.
        lab.hosts.net.ip(namespace, undo.replace(/^ip /, ''))
      }
      expect(await fates()).toEqual([true])
    },
    DEADLINE_MS,
  )

  it(
    'names the one node that answers through another machine, which drops it',
    async () => {
      const { namespace } = lab.hosts.node('node-c').host
      const elsewhere = `203.0.113.0/24 via ${lab.hosts.client.address4}`
      lab.hosts.net.ip(namespace, `route add ${elsewhere}`)
      try {
        expect(await fates()).toEqual([false, true])
        const report = await look()
        expect(codesOf(report)).toEqual(['F30 probed-return'])
        expect(report.findings[0]?.title).toMatch(
          /that land on node-c are answered through 192\.0\.2\.50, and those on node-[ab] and node-[ab] through 192\.0\.2\.1\.$/,
        )
      } finally {
        lab.hosts.net.ip(namespace, `route del ${elsewhere}`)
      }
      expect(await fates()).toEqual([true])
    },
    DEADLINE_MS,
  )

  it(
    'says that one node carries it all, as the router then does (F45)',
    async () => {
      const nodeSelectors = [{ matchLabels: { 'kubernetes.io/hostname': 'node-a' } }]
      const announceFrom = (selectors: object) => {
        const changed = objects.map((each) =>
          each.kind === 'BGPAdvertisement'
            ? { ...each, spec: { ...(each['spec'] as object), ...selectors } }
            : each,
        )
        lab.hosts.write(changed)
        lab.api.applyObjects(changed.filter(({ kind }) => kind === 'BGPAdvertisement'))
      }
      const nextHops = (count: number) =>
        eventually(
          `${count} next hops`,
          () => (router.nextHops(ROUTED).length === count ? router.nextHops(ROUTED) : undefined),
          DEADLINE_MS / 2,
        )
      announceFrom({ nodeSelectors })
      try {
        expect(await nextHops(1)).toEqual(['node-a'])
        const words = ['service', 'shop/api', '--no-probe', '-o', 'json']
        const report = reportOf(await lab.diagnose(words))
        expect(codesOf(report)).toEqual(['F45 equal-shares'])
        expect(report.findings[0]?.title).toMatch(
          /^BGP announces shop\/api from node-a only: one node carries it all/,
        )
      } finally {
        announceFrom({})
        await nextHops(NODES.length)
      }
      expect(codesOf(await look())).toEqual([])
    },
    DEADLINE_MS,
  )
})
