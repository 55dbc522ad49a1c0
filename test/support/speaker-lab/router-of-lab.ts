// The router of a lab, set up as a user does it: `lbctl router config` for the objects of the speakers, loaded into the real daemon.
// Behind it is a network of its own with a client that reaches the announced addresses through it alone.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lbctl } from '../cli.ts'
import { type RouterDaemon, RouterDaemons } from '../router-daemons.ts'
import type { LabHost, SpeakerLab } from './speaker-lab.ts'
import { type KubernetesObject, yamlText } from './speaker-objects.ts'

export type RouterKind = 'frr' | 'bird'

export class RouterOfLab {
  readonly daemon: RouterDaemon
  readonly kind: RouterKind
  /** 203.0.113.2, behind the router */
  readonly client: LabHost
  readonly #lab: SpeakerLab
  readonly #daemons: RouterDaemons

  private constructor(
    lab: SpeakerLab,
    kind: RouterKind,
    daemons: RouterDaemons,
    daemon: RouterDaemon,
    client: LabHost,
  ) {
    this.#lab = lab
    this.#daemons = daemons
    this.kind = kind
    this.daemon = daemon
    this.client = client
  }

  /** @param peers names of the BGPPeers of this router */
  static async start(
    kind: RouterKind,
    lab: SpeakerLab,
    objects: readonly KubernetesObject[],
    peers: readonly string[],
  ): Promise<RouterOfLab> {
    const client = clientBehind(lab)
    const file = join(lab.folder, `router-${kind}.yaml`)
    writeFileSync(file, yamlText(objects))
    const words = ['router', 'config', '--vendor', kind, '-f', file, '--show-passwords']
    const { stdout, stderr, code } = await lbctl([...words, ...peers.flatMap((peer) => ['--peer', peer])])
    if (code !== 0) throw new Error(`router config: exit code ${code}\n${stderr}${stdout}`)
    // Directly connected networks are the kernel's, which bird has to be told to look at.
    const more = kind === 'bird' ? 'router id 192.0.2.1;\nprotocol direct { ipv4; ipv6; }\n' : ''
    const daemons = new RouterDaemons()
    const daemon = await daemons.start(kind, lab.router.namespace, `${more}${stdout}`)
    return new RouterOfLab(lab, kind, daemons, daemon, client)
  }

  /** To whom the kernel of the router sends what is for the prefix, ascending: names of nodes, or else addresses. */
  nextHops(prefix: string): readonly string[] {
    const family = prefix.includes(':') ? '-6 ' : ''
    const routes = this.#lab.net.ipJson<{ gateway?: string; nexthops?: { gateway: string }[] }[]>(
      this.#lab.router.namespace,
      `${family}route show ${prefix}`,
    )
    const hops = routes.flatMap(({ gateway, nexthops = [] }) => [
      ...(gateway === undefined ? [] : [gateway]),
      ...nexthops.map((one) => one.gateway),
    ])
    return hops.map((address) => this.#lab.nameAt(address)).sort()
  }

  /** The daemon's log and what it says of its neighbours. */
  explain(): string {
    const state =
      this.kind === 'frr'
        ? this.daemon.vtysh('show bgp neighbors')
        : this.daemon.birdc('show', 'protocols', 'all')
    return `${state}\n${this.daemon.log()}`
  }

  stop(): Promise<void> {
    return this.#daemons.stop()
  }
}

function clientBehind(lab: SpeakerLab): LabHost {
  const { net, router } = lab
  const namespace = net.namespace()
  net.connect([namespace, 'eth0'], [router.namespace, 'eth1'])
  const far = { address4: '203.0.113.2', address6: '2001:db8:f::2' }
  for (const [where, link, last] of [
    [router.namespace, 'eth1', 1],
    [namespace, 'eth0', 2],
  ] as const) {
    net.ip(where, `addr add 203.0.113.${last}/24 dev ${link}`)
    net.ip(where, `addr add 2001:db8:f::${last}/64 dev ${link}`)
  }
  net.ip(namespace, 'route add default via 203.0.113.1')
  net.ip(namespace, '-6 route add default via 2001:db8:f::1')
  for (const setting of [
    'ipv4.ip_forward=1',
    'ipv6.conf.all.forwarding=1',
    'ipv4.fib_multipath_hash_policy=1',
    'ipv6.fib_multipath_hash_policy=1',
  ])
    net.run(router.namespace, 'sysctl', '-qw', `net.${setting}`)
  for (const { host } of lab.nodes) {
    net.ip(host.namespace, `route add 203.0.113.0/24 via ${router.address4}`)
    net.ip(host.namespace, `-6 route add 2001:db8:f::/64 via ${router.address6}`)
  }
  return { namespace, link: 'eth0', ...far, linkLocal: '', mac: '', port: '' }
}
