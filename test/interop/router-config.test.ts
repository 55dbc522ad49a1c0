// What `lbctl router config` prints, loaded unchanged into FRR, BIRD and OpenBGPD as routers, with two nodes that are other
// daemons: the sessions come up, the prefixes of the pools are there and no others, and both nodes get traffic.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UNNUMBERED } from '../../src/router/testing/clusters.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import {
  DAEMON_PROGRAMS,
  type DaemonKind,
  type RouterDaemon,
  RouterDaemons,
} from '../support/router-daemons.ts'
import {
  birdNode,
  frrNode,
  NODES,
  NODES6,
  SCENARIOS,
  type Scenario,
  unnumberedNode,
} from '../support/router-scenarios.ts'

const DEADLINE_MS = 60_000

describeInterop('lbctl router config, loaded into real routers', DAEMON_PROGRAMS, () => {
  let lab: NetLab
  let folder: string
  let daemons: RouterDaemons

  beforeAll(async () => {
    lab = await NetLab.create()
    folder = mkdtempSync(join(tmpdir(), 'lbctl-router-config-'))
    daemons = new RouterDaemons()
  })
  afterAll(async () => {
    await daemons.stop()
    lab.destroy()
    rmSync(folder, { recursive: true })
  })

  /** A router with a bridge towards two nodes, all in 192.0.2.0/24 and 2001:db8::/64. */
  function network(): { router: string; nodes: readonly string[] } {
    const router = lab.namespace()
    const nodes = NODES.map((address, i) => {
      const node = lab.namespace()
      lab.connect([router, `port${i}`], [node, 'eth0'])
      lab.ip(node, `addr add ${address}/24 dev eth0`)
      lab.ip(node, `addr add ${NODES6[i]}/64 dev eth0`)
      return node
    })
    lab.bridge(router, 'lan', ['port0', 'port1'])
    lab.ip(router, 'addr add 192.0.2.1/24 dev lan')
    lab.ip(router, 'addr add 2001:db8::1/64 dev lan')
    lab.run(router, 'sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1')
    return { router, nodes }
  }

  async function configuration(
    kind: DaemonKind,
    { name, cluster, peers, password }: Scenario,
  ): Promise<string> {
    const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`)
    writeFileSync(file, cluster)
    const secret = join(folder, 'password')
    writeFileSync(secret, `${password}\n`)
    const { stdout, code, stderr } = await lbctl([
      ...['router', 'config', '--vendor', kind, '-f', file],
      ...NODES.flatMap((address, i) => ['--node', `worker-${i + 1}=${address}`]),
      ...NODES6.flatMap((address, i) => ['--node', `worker-${i + 1}=${address}`]),
      ...peers.flatMap((peer) => ['--peer', peer]),
      ...(password === undefined ? [] : ['--password-file', `tor=${secret}`]),
    ])
    expect([code, stderr.includes('rror')]).toEqual([0, false])
    return stdout
  }

  async function settled(router: RouterDaemon, scenario: Scenario): Promise<void> {
    const sessions = [...NODES, ...(scenario.second ? NODES6 : [])].sort()
    await eventually(
      `${sessions.join(', ')} established: ${router.established().join(', ')}`,
      () => (router.established().join() === sessions.join() ? true : undefined),
      DEADLINE_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${router.log()}`)
    })
    const hops = (prefix: string) => (prefix.includes(':') ? NODES6 : NODES).join(' ')
    const expected = scenario.admitted.map((prefix) => `${prefix} ${hops(prefix)}`).sort()
    await eventually(
      'the prefixes are there',
      () =>
        (router.accepted().length >= expected.length &&
          router.accepted().every((line) => line.split(' ').length > 2)) ||
        undefined,
      DEADLINE_MS,
    ).catch(() => undefined)
    expect(router.accepted()).toEqual(expected)
  }

  async function checked(text: string, { name, peers }: Scenario): Promise<void> {
    const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`)
    const args = [
      ...['router', 'check', '-', '-f', file],
      ...NODES.flatMap((address, i) => ['--node', `worker-${i + 1}=${address}`]),
      ...NODES6.flatMap((address, i) => ['--node', `worker-${i + 1}=${address}`]),
      ...peers.flatMap((peer) => ['--peer', peer]),
    ]
    const { stdout, stderr, code } = await lbctl(args, { stdin: text })
    expect([stdout, stderr, code]).toEqual(['<stdin>, 1 document: no problems\n', 'Read as frr.\n', 0])
    const one = await lbctl(args, { stdin: text.replaceAll(/.*neighbor 192\.0\.2\.12 .*\n/g, '') })
    expect([one.stdout.includes('R001'), one.code]).toEqual([true, 1])
  }

  /** Next hops in the kernel's table of the router. */
  const forwarded = (namespace: string, prefix: string): string[] => {
    const family = prefix.includes(':') ? '-6 ' : ''
    const [route] = lab.ipJson<{ gateway?: string; nexthops?: { gateway: string }[] }[]>(
      namespace,
      `${family}route show ${prefix}`,
    )
    return (route?.nexthops?.map(({ gateway }) => gateway) ?? [route?.gateway ?? '']).sort()
  }

  describe.each(['frr', 'bird', 'openbgpd'] as const)('%s', (kind) => {
    it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_, scenario) => {
        // OpenBGPD has no BFD, and says so.
        const usable =
          kind === 'openbgpd' ? { ...scenario, session: scenario.session.replace(/ bfd .*/, '') } : scenario
        const { router, nodes } = network()
        const text = await configuration(kind, usable)
        const daemon = await daemons.start(kind, router, text)
        // BFD and signatures are what BIRD nodes are for; otherwise the nodes are no relatives of the router.
        const asFrr = kind === 'bird' && !usable.second
        for (const [i, node] of nodes.entries())
          await daemons.start(asFrr ? 'frr' : 'bird', node, asFrr ? frrNode(usable, i) : birdNode(usable, i))
        await settled(daemon, usable)
        if (kind !== 'openbgpd')
          for (const prefix of usable.admitted)
            await eventually(
              `two ways to ${prefix} in the kernel`,
              () => (forwarded(router, prefix).length === 2 ? true : undefined),
              DEADLINE_MS,
            )
        if (kind === 'frr' && usable.second)
          await eventually(
            'BFD is up',
            () => /192\.0\.2\.11 +up/.test(daemon.vtysh('show bfd peers brief')) || undefined,
            DEADLINE_MS,
          )
        // What FRR makes of the text is as good to `router check` as the text itself.
        if (kind === 'frr') await checked(daemon.vtysh('show running-config'), scenario)
        await daemons.stop()
      },
      180_000,
    )
  })

  describe.each(['frr', 'bird'] as const)('%s, unnumbered', (kind) => {
    it('finds its nodes on their links, and they find it', async () => {
      const router = lab.namespace()
      // Addresses of IPv4 are needed nowhere but on the loopback, for a router ID.
      lab.ip(router, 'addr add 192.0.2.1/32 dev lo')
      lab.run(router, 'sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1')
      const nodes = ['port1', 'port2'].map((port) => {
        const node = lab.namespace()
        lab.connect([router, port], [node, 'eth0'])
        return node
      })
      const file = join(folder, 'unnumbered.yaml')
      writeFileSync(file, UNNUMBERED)
      const { stdout, code } = await lbctl([
        ...['router', 'config', '--vendor', kind, '-f', file],
        ...['--node', 'worker-1=port1', '--node', 'worker-2=port2'],
      ])
      expect(code).toBe(0)
      await daemons.start(kind, router, stdout)
      for (const [i, node] of nodes.entries()) await daemons.start('frr', node, unnumberedNode(i))
      for (const prefix of ['198.51.100.7/32', '2001:db8:1::7/128'])
        await eventually(
          `two links to ${prefix}`,
          () => linksTo(router, prefix).join() === 'port1,port2' || undefined,
          DEADLINE_MS,
        )
      expect(lab.ip(router, 'route show 198.51.100.0/24')).toBe('')
      await daemons.stop()
    }, 180_000)
  })

  const linksTo = (namespace: string, prefix: string): string[] => {
    const family = prefix.includes(':') ? '-6 ' : ''
    const [route] = lab.ipJson<{ dev?: string; nexthops?: { dev: string }[] }[]>(
      namespace,
      `${family}route show ${prefix}`,
    )
    return (route?.nexthops?.map(({ dev }) => dev) ?? [route?.dev ?? '']).sort()
  }
})
