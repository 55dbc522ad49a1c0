// The minute without API server, on a cluster of its own: killed under load, changed where nobody sees it, back without its past. What is
// measured all the time: an ARP request each 100 ms, the routes of a real frr, its sessions.
import { expect } from 'vitest'
import type { ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import { seenState, settledState } from '../support/cluster-lab/seen-state.ts'
import { documents } from '../support/cluster-lab/served-cluster.ts'
import { exposed, loadBalancer, NODES, requestedPool } from '../support/cluster-lab/user-objects.ts'
import { RouteWatch, SteadyArping } from '../support/cluster-lab/watched-wire.ts'
import type { RouterOfLab } from '../support/speaker-lab/router-of-lab.ts'
import {
  bgpAdvertisement,
  bgpPeerObject,
  endpointSlice,
  layer2Advertisement,
  pool,
} from '../support/speaker-lab/speaker-objects.ts'

export const AWAY_MS = 60_000
/** One request of so many may be lost on a machine that has other things to do. */
const ONE_LOST_OF = 50
const hostname = (...values: readonly string[]) => ({
  matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }],
})

export const OUTAGE_CONFIGURATION = [
  pool('link', '192.0.2.100-192.0.2.109'),
  pool('third', '192.0.2.110-192.0.2.119'),
  pool('far', '198.51.100.0/24'),
  layer2Advertisement('link', { ipAddressPools: ['link'], nodeSelectors: [hostname('node1', 'node2')] }),
  layer2Advertisement('third', {
    ipAddressPools: ['third'],
    preferredNodeSelectors: [{ weight: 10, preference: hostname('node3') }],
  }),
  bgpAdvertisement('far', { ipAddressPools: ['far'] }),
  // The third node has no session: its speaker dies on the way.
  bgpPeerObject('tor', {
    ...{ myASN: 64512, peerASN: 64500, peerAddress: '192.0.2.1', holdTime: '9s', connectTime: '1s' },
    nodeSelectors: [hostname('node1', 'node2')],
  }),
]
const from = (name: string) => ({ annotations: requestedPool(name) })
const SERVICES = ['web', 'third', 'api', 'moves', 'goes', 'goes-far'] as const
type Name = (typeof SERVICES)[number]

export class ApiOutage {
  readonly #lab: ClusterLab
  readonly #router: RouterOfLab
  /** what each Service had before */
  readonly #at = new Map<Name, string>()

  constructor(lab: ClusterLab, router: RouterOfLab) {
    this.#lab = lab
    this.#router = router
  }

  async run(): Promise<void> {
    const { hosts, cluster } = this.#lab
    const owner = await this.#prepare()
    const before = this.#sessions()
    expect(before.map((line) => line.split(' ')[1])).toEqual(['Established', 'Established'])
    const asking = await new SteadyArping(hosts, this.#address('web')).begun()
    const routes = new RouteWatch(hosts.net, hosts.router)
    await this.#killUnderLoad()
    const endMs = Date.now() + AWAY_MS
    await this.#useTheMinute(endMs, before)
    expect(await this.#lab.whoAnswers(this.#address('goes'))).toHaveLength(1)
    for (const name of ['api', 'moves', 'goes-far'] as const)
      expect(routes.of(this.#address(name)), name).toEqual([])

    await cluster.up()
    const upMs = performance.now()
    const since = () => `${(performance.now() - upMs).toFixed(0)} ms after the API server was back`
    await this.#caughtUp()
    console.info(`all caught up ${since()}`)
    await this.#heirStarted()
    console.info(`the speaker that waited for it announces ${since()}`)
    const after = await settledState(this.#lab, this.#router)
    const { sent, answered, owners } = await asking.stop()
    routes.stop()
    console.info(`${sent} requests in and around the minute, ${sent - answered} without answer`)
    expect(owners).toEqual([hosts.node(owner).host.mac])
    expect(sent).toBeGreaterThan(AWAY_MS / 200)
    expect(sent - answered).toBeLessThanOrEqual(sent / ONE_LOST_OF)
    expect(routes.of(this.#address('api'))).toEqual([])
    expect(this.#sessions()).toEqual(before)
    expect(Math.min(...this.#neighbours().map(([, said]) => Number(said['bgpTimerUpMsec'])))).toBeGreaterThan(
      AWAY_MS,
    )
    await this.#startAnew()
    await this.#lab
      .until(
        'all is as before',
        async () => JSON.stringify(await seenState(this.#lab, this.#router)) === JSON.stringify(after),
      )
      .catch(async () => expect(await seenState(this.#lab, this.#router)).toEqual(after))
  }

  /** From the beginning, whatever became of it the last time. */
  async again(): Promise<void> {
    const { cluster } = this.#lab
    await cluster.kill()
    await cluster.up()
    await this.#lab.reset()
    await this.run()
  }

  #address(name: Name): string {
    return this.#at.get(name) ?? ''
  }

  /** @returns who answers for the address that is asked for all the time */
  async #prepare(): Promise<string> {
    const lab = this.#lab
    await lab.cluster.apply(
      ...OUTAGE_CONFIGURATION,
      ...exposed('web', NODES, from('link')),
      ...exposed('third', NODES, from('third')),
      ...exposed('api', NODES, from('far')),
      ...exposed('moves', ['node1'], { ...from('far'), spec: { externalTrafficPolicy: 'Local' } }),
      ...exposed('goes', NODES, from('link')),
      ...exposed('goes-far', NODES, from('far')),
    )
    for (const name of SERVICES) this.#at.set(name, (await lab.cluster.assigned(name))[0] ?? '')
    for (const name of ['api', 'goes-far'] as const) await this.#routed(this.#address(name), 'node1', 'node2')
    await this.#routed(this.#address('moves'), 'node1')
    await lab.answeredBy(this.#address('third'), 'node3')
    return lab.theOneWhoAnswers(this.#address('web'))
  }

  /** Services come and go, a dozen at a time, and in the middle the API server is gone. */
  async #killUnderLoad(): Promise<void> {
    const lab = this.#lab
    const { cluster } = lab
    const some = Array.from({ length: 12 }, (_, i) =>
      exposed(`load${i}`, NODES, { ...from(i % 2 === 0 ? 'link' : 'far'), labels: { load: 'yes' } }),
    ).flat()
    const remove = ['delete', 'services', '-n', 'shop', '-l', 'load=yes', '--wait=false']
    let rounds = 0
    const load = async (): Promise<void> => {
      for (;;)
        for (const words of [['apply', '-f', '-'], remove]) {
          if ((await cluster.kubectlSays(words, documents(some))).code !== 0) return
          rounds++
        }
    }
    const loading = load()
    await lab.until('the load is on', () => rounds >= 4)
    await cluster.kill()
    await loading
  }

  /** A speaker dies, and the others notice by themselves; the cluster goes on where no speaker sees it. */
  async #useTheMinute(endMs: number, sessions: readonly string[]): Promise<void> {
    const lab = this.#lab
    const diedMs = performance.now()
    await lab.speaker('node3').stop('SIGKILL')
    const heir = await lab.theOneWhoAnswers(this.#address('third'), 'node3')
    console.info(`replaced by ${heir} without API server: ${(performance.now() - diedMs).toFixed(0)} ms`)
    const waiting = lab.spawnSpeaker('node3')
    await waiting.until('it waits for the API server', () =>
      waiting.logged(({ msg }) => String(msg).startsWith('Waiting')),
    )
    await lab.cluster.elsewhere(() => this.#changeTheCluster())
    while (Date.now() < endMs) {
      expect(this.#router.nextHops(`${this.#address('api')}/32`)).toEqual(['node1', 'node2'])
      expect(this.#sessions()).toEqual(sessions)
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }

  async #changeTheCluster(): Promise<void> {
    const { cluster } = this.#lab
    const { revision } = cluster.server.store
    await cluster.kubectl(['delete', 'services', '-n', 'shop', '-l', 'load=yes'])
    await cluster.kubectl(['delete', 'services', '-n', 'shop', 'goes', 'goes-far'])
    await cluster.apply(
      ...exposed('late', NODES, from('link')),
      ...exposed('late-far', NODES, from('far')),
      endpointSlice('moves', 'node2'),
      loadBalancer('nowhere', from('link')),
    )
    const metadata = { name: 'busy', namespace: 'shop' }
    for (let i = 0; i < 500; i++)
      cluster.load({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { i: `${i}` } })
    expect(cluster.server.store.revision).toBeGreaterThan(revision + 500)
  }

  async #caughtUp(): Promise<void> {
    const lab = this.#lab
    for (const name of ['late', 'late-far', 'nowhere']) await lab.cluster.assigned(name)
    await this.#routed(lab.cluster.addressesOf('late-far')[0] ?? '', 'node1', 'node2')
    await this.#routed(this.#address('moves'), 'node2')
  }

  async #heirStarted(): Promise<void> {
    const lab = this.#lab
    await lab.speaker('node3').started()
    await lab.answeredBy(this.#address('third'), 'node3')
  }

  async #startAnew(): Promise<void> {
    const lab = this.#lab
    for (const { name, running } of lab.hosts.nodes) {
      const { code, tookMs } = await running.stop()
      console.info(`${name} ended ${tookMs.toFixed(0)} ms after SIGTERM`)
      expect(code).toBe(143)
    }
    expect(await lab.controller.stop()).toBe(143)
    await lab.startController()
    await lab.startSpeakers()
  }

  #routed(address: string, ...nodes: readonly string[]): Promise<unknown> {
    return this.#lab.until(
      `the router sends ${address} to ${nodes.join(' and ')}`,
      () => String(this.#router.nextHops(`${address}/32`)) === String(nodes),
    )
  }

  #neighbours(): readonly (readonly [peer: string, said: Readonly<Record<string, unknown>>])[] {
    return Object.entries(JSON.parse(this.#router.daemon.vtysh('show bgp neighbors json')))
  }

  /** As frr sees them: how often each began and ended. */
  #sessions(): readonly string[] {
    return this.#neighbours().map(([peer, said]) =>
      [peer, said['bgpState'], said['connectionsEstablished'], said['connectionsDropped']].join(' '),
    )
  }
}
