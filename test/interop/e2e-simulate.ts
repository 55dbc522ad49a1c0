// What `lbctl pool simulate` foretells is what the controller and the speakers of the cluster do, once it is done to them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, it } from 'vitest'
import type { ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import type { ListeningRouter } from '../support/cluster-lab/listening-router.ts'
import { exposed, loadBalancer, NODES, requestedPool } from '../support/cluster-lab/user-objects.ts'
import {
  bgpAdvertisement,
  endpointSlice,
  type KubernetesObject,
  layer2Advertisement,
  pool,
} from '../support/speaker-lab/speaker-objects.ts'

interface Foretold {
  readonly services: readonly {
    readonly service: string
    readonly effect: string
    readonly after: {
      readonly addresses: readonly string[]
      readonly layer2Owner: string | null
      readonly bgpNodes: readonly string[]
    } | null
  }[]
  readonly peers: readonly { readonly peer: string; readonly after: number }[]
}

/** By the name of the Service: addresses, who answers for the first on the link, who announces it to the router. */
type Picture = Readonly<Record<string, readonly [string, string, string]>>

const LOCAL = { spec: { externalTrafficPolicy: 'Local' } }
/** Only for who asks for it. */
const FAR = { ...pool('far'), spec: { addresses: ['198.51.100.0/29'], autoAssign: false } }
const OBJECTS = (peer: KubernetesObject): readonly KubernetesObject[] => [
  peer,
  pool('link', '192.0.2.100-192.0.2.102'),
  pool('spare', '192.0.2.110-192.0.2.111'),
  FAR,
  layer2Advertisement('link', { ipAddressPools: ['link', 'spare'] }),
  bgpAdvertisement('far', { ipAddressPools: ['far'] }),
  ...exposed('a', NODES),
  ...exposed('b', ['node2', 'node3'], LOCAL),
  ...exposed('c', ['node1'], LOCAL),
  ...exposed('d', NODES, { annotations: requestedPool('far') }),
  ...exposed('e', ['node1', 'node2'], { ...LOCAL, annotations: requestedPool('far') }),
]
const SERVICES = ['a', 'b', 'c', 'd', 'e'] as const

/** @param peer the BGPPeer of the router */
export function simulationScenarios(
  lab: () => ClusterLab,
  router: () => ListeningRouter,
  peer: () => KubernetesObject,
): void {
  const settled = async () => {
    for (const name of SERVICES) await lab().cluster.assigned(name)
    const [far] = await lab().cluster.assigned('d')
    await lab().until('the router hears all nodes', () => router().from(`${far}/32`).length === 3)
  }
  const foretell = async (...words: string[]): Promise<{ report: Foretold; picture: Picture }> => {
    const { code, stdout, stderr } = await lab().cluster.lbctl([
      ...['pool', 'simulate', '--from-cluster', '-o', 'json', '--all', ...words],
    ])
    expect([stderr, code === 0 || code === 1]).toEqual(['', true])
    const report = JSON.parse(stdout) as Foretold
    const picture = Object.fromEntries(
      report.services.map(({ service, after }) => [
        service.replace('shop/', ''),
        [after?.addresses.join() ?? '', after?.layer2Owner ?? '', after?.bgpNodes.join() ?? ''] as const,
      ]),
    )
    return { report, picture }
  }
  const seen = async (): Promise<Picture> => {
    const all: [string, readonly [string, string, string]][] = []
    for (const name of SERVICES) {
      const addresses = lab().cluster.addressesOf(name)
      const [first = '192.0.2.254'] = addresses
      const onLink = first.startsWith('192.0.2.') ? await lab().whoAnswers(first) : []
      all.push([name, [addresses.join(), onLink.join(), router().from(`${first}/32`).join()]])
    }
    return Object.fromEntries(all)
  }
  /** It stays so, too: what was before has gone by then. */
  const comesTrue = async (picture: Picture): Promise<void> => {
    let last: Picture = {}
    await lab()
      .until('what was foretold', async () => {
        last = await seen()
        return isDeepStrictEqual(last, picture)
      })
      .catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(picture)}, but it is ${JSON.stringify(last)}`)
      })
  }
  const scenario = (work: () => Promise<void>) =>
    lab().scenario(OBJECTS(peer()), async () => {
      await settled()
      await work()
    })

  it('pool simulate --drain: what it foretells is what happens', () =>
    scenario(async () => {
      const { report, picture } = await foretell('--drain', 'node1')
      expect(report.services.find(({ service }) => service === 'shop/c')?.effect).toBe('loses-announcement')
      expect(picture['d']?.[2]).toBe('node2,node3')
      // Its Pods are evicted, and the node goes down.
      const rest = { a: ['node2', 'node3'], c: [], d: ['node2', 'node3'], e: ['node2'] }
      for (const [name, nodes] of Object.entries(rest))
        await lab().cluster.apply(endpointSlice(name, ...nodes))
      await lab().speaker('node1').stop()
      await comesTrue(picture)
    }))

  it('pool simulate --delete-pool: what it foretells is what happens', () =>
    scenario(async () => {
      const { report, picture } = await foretell('--delete-pool', 'link')
      // Two of three find a place in the other pool.
      expect(report.services.filter(({ effect }) => effect === 'loses-address')).toHaveLength(1)
      await lab().cluster.kubectl(['delete', 'ipaddresspool', 'link', '-n', 'metallb-system'])
      await comesTrue(picture)
    }))

  it('pool simulate --apply: what it foretells is what happens', () =>
    scenario(async () => {
      const hosts = [{ matchLabels: { 'kubernetes.io/hostname': 'node2' } }]
      const changed = [
        layer2Advertisement('link', { ipAddressPools: ['link', 'spare'], nodeSelectors: hosts }),
        bgpAdvertisement('far', { ipAddressPools: ['far'], nodeSelectors: hosts }),
        pool('link', '192.0.2.101-192.0.2.104'),
        loadBalancer('e', { ...LOCAL, annotations: requestedPool('spare') }),
      ]
      const file = join(lab().hosts.folder, 'changed.json')
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: changed }))
      const { picture } = await foretell('--apply', file)
      await lab().cluster.kubectl(['apply', '-f', file])
      await comesTrue(picture)
    }))
}
