// What a diagnosis costs grows no faster than the installation: with more Services, and with more nodes, it looks at as much more. Looks
// are counted, not timed: every field of an object that is read is one.
import { describe, expect, it } from 'vitest'
import type { ReadObjects } from '../../config/objects/read-object.ts'
import { parseIp } from '../../net/ip.ts'
import { pathFromFiles } from '../path/collect-path.ts'
import type { PathFacts } from '../path/path-facts.ts'
import { iptablesRules } from '../path/testing/kube-proxy-rules.ts'
import { CLUSTER_CHECKS } from './check-list.ts'
import { ClusterView } from './cluster-view.ts'
import { judgeCluster } from './judge-cluster.ts'
import { at, idOf, textAt } from './object-fields.ts'
import { factsOf, healthyWorld, object, type World } from './testing/world.ts'
import { healthyHost, hostRoute, ownerOf } from './testing/world-hosts.ts'
import * as make from './testing/world-objects.ts'
import * as run from './testing/world-workloads.ts'

/** Counts the fields that are read of a value and of all that it holds. */
class Looks {
  count = 0
  readonly #known = new WeakMap<object, object>()

  of<T>(value: T): T {
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value
    const known = this.#known.get(value) ?? this.#watched(value)
    this.#known.set(value, known)
    return known as T
  }

  #watched(value: object): object {
    // A look at a frozen field must give that very field: what is watched is a copy of the outermost layer.
    const copy = Array.isArray(value) ? [...value] : { ...value }
    return new Proxy(copy, {
      get: (target, key, receiver) => {
        this.count++
        return this.of(Reflect.get(target, key, receiver))
      },
    })
  }
}

/** What JSON could hold; private fields of classes do not go through a proxy. */
const isPlain = (value: object): boolean =>
  Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype

class WatchedView extends ClusterView {
  readonly #looks: Looks

  constructor(looks: Looks, world: World) {
    super(looks.of(factsOf(world)))
    this.#looks = looks
  }

  override get objects(): ReadObjects {
    return this.#looks.of(super.objects)
  }
}

interface Size {
  readonly services: number
  readonly nodes: number
}

const addressOf = (index: number): string => `10.64.${index >> 8}.${index & 255}`

/** The healthy world with more of the same; the node that was read knows a route to the Pods of each other one. */
function worldOf({ services, nodes }: Size): World {
  const world = healthyWorld()
  const { planes } = world
  object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('10.64.0.0/16')
  for (let index = 3; index < nodes; index++) {
    planes.nodes.push(make.node(`node-${index}`, `192.0.3.${index}`))
    planes.pods.push(run.speakerPod(`node-${index}`), run.proxyPod(`node-${index}`))
  }
  const names = planes.nodes.map(({ metadata }) => metadata.name)
  for (let index = 0; index < services; index++) {
    const on = [names[index % nodes] ?? '', names[(index + 1) % nodes] ?? '']
    planes.services.push(make.service(`shop/s${index}`, addressOf(index)))
    planes.endpointSlices.push(make.slice(`shop/s${index}`, on))
  }
  return world
}

/** One node was read, with what its rules do for each address, and with a route to the Pods of each other node. */
function withHost(world: World): World {
  const name = ownerOf(world, 'shop/web') ?? ''
  const nodes = world.planes.nodes.length
  const host = healthyHost(name, '192.0.2.12')
  const routes = Array.from({ length: nodes }, (_, index) =>
    hostRoute(`10.244.${index}.0/24`, 'eth0', `192.0.3.${index}`),
  )
  const onLink = hostRoute('10.64.0.0/16', 'eth0')
  world.hosts = [{ ...host, routes: [...host.routes, onLink, ...routes], paths: pathsOf(world) }]
  return world
}

function pathsOf({ planes }: World): readonly PathFacts[] {
  const all = planes.services
    .map((service) => ({
      service,
      address: textAt(service, 'status', 'loadBalancer', 'ingress', 0, 'ip') ?? '',
    }))
    .filter(({ address }) => address !== '')
  const rules = all.map(({ service, address }, index) => ({
    name: `${idOf(service)}:http`,
    id: `S${String(index).padStart(7, '0')}`,
    clusterIp: textAt(service, 'spec', 'clusterIP') ?? '',
    port: 80,
    loadBalancerIps: [address],
    endpoints: [{ address: '10.244.0.5', port: 8080, local: true }],
  }))
  const text = iptablesRules(rules, 'new')
  return all.flatMap(({ address }) => {
    const target = parseIp(address)
    const asked = { asked: address, port: 80, protocol: 'tcp', client: undefined, inInterface: undefined }
    if (target === undefined) return []
    return pathFromFiles({ ...asked, target, endsOnly: true }, [{ name: 'iptables-nft-save', text }], [])
  })
}

const ofAll = (world: World, part: 'spec' | 'status', values: object): void => {
  for (const service of world.planes.services) {
    const before = at(service, part)
    if (before !== undefined && before !== null) Object.assign(before, values)
  }
}

/** What is wrong with every Service, or with none: what is said about a thousand must cost no more either. */
const WORLDS: Readonly<Record<string, (world: World) => void>> = {
  'all is well': () => undefined,
  'a node was read': withHost,
  'no Service has an endpoint': ({ planes }) => {
    planes.endpointSlices = []
  },
  'no pool is announced': ({ planes }) => {
    planes.configuration = planes.configuration.filter(({ kind }) => !kind.endsWith('Advertisement'))
  },
  'BGP announces as well': (world) => {
    object(world, 'configuration', 'routed', 'BGPAdvertisement').spec.ipAddressPools.push('lan')
  },
  'every Service has endpoints of its own to serve': (world) =>
    ofAll(world, 'spec', { externalTrafficPolicy: 'Local' }),
  'no Service has an address': (world) => ofAll(world, 'status', { loadBalancer: {} }),
  'all Services have one address': (world) =>
    ofAll(world, 'status', { loadBalancer: { ingress: [{ ip: '192.0.2.100' }] } }),
  'the pool is of another network': (world) => {
    object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = ['203.0.113.0/24']
  },
}

function looksAt(size: Size, change: (world: World) => void): number {
  const world = worldOf(size)
  change(world)
  const looks = new Looks()
  judgeCluster(new WatchedView(looks, world), { checks: CLUSTER_CHECKS, failOn: 'warning' })
  return looks.count
}

describe.each(Object.entries(WORLDS))('%s', (_, change) => {
  it.each([
    ['Services', (steps: number): Size => ({ services: 30 * steps, nodes: 6 })],
    ['nodes', (steps: number): Size => ({ services: 20, nodes: 6 + 12 * steps })],
    ['Services and nodes', (steps: number): Size => ({ services: 30 * steps, nodes: 12 * steps })],
  ])('looks at as much more as there are %s', (_what, sizeOf) => {
    const [first = 0, second = 0, third = 0] = [1, 2, 3].map((steps) => looksAt(sizeOf(steps), change))
    // Twice as many more cost twice as much more; lists of a few names that are full earlier make it a little less.
    expect(third - second).toBeLessThan((second - first) * 1.1 + 100)
  })
})
