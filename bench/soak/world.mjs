// What the files say, and therefore which addresses have to be answered for: those of Services in a pool that is advertised. Changed at
// random; each address knows since when it has to be as it is.
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const POOLS = ['64', '80']
const MODES = ['all', 'all', 'one-pool', 'one-node', 'two-nodes']
const addressIn = (pool, i) => `10.${pool}.${i >> 8}.${i & 255}`

const resource = (kind, name, spec) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind,
  metadata: { name, namespace: 'metallb-system' },
  spec,
})

const rackSelector = (names) => [{ matchExpressions: [{ key: 'rack', operator: 'In', values: names }] }]

export class World {
  #folder
  #hosts
  /** number of a Service → its pool; undefined: the Service is not there */
  #services = []
  #pools = new Set(POOLS)
  #mode = 'all'
  #random
  #since = new Map()
  #wanted = new Map()
  changes = { services: 0, pools: 0, advertisements: 0 }

  /** @param random numbers from 0 to 1 */
  constructor(folder, hosts, count, random) {
    this.#folder = folder
    this.#hosts = hosts
    this.#random = random
    for (let i = 0; i < count; i++) this.#setService(i, POOLS[i % 2])
    this.#writeConfiguration()
    for (const address of this.addresses()) this.#judge(address)
  }

  /** All that may ever be announced. */
  addresses() {
    return this.#services.flatMap((_, i) => POOLS.map((pool) => addressIn(pool, i)))
  }

  isWanted = (address) => this.#wanted.get(address)
  since = (address) => this.#since.get(address)

  #write(name, text) {
    writeFileSync(join(this.#folder, '.written'), text)
    renameSync(join(this.#folder, '.written'), join(this.#folder, name))
  }

  #setService(i, pool) {
    this.#services[i] = pool
    if (pool === undefined) rmSync(join(this.#folder, `service-${i}.yaml`))
    else {
      const annotations = { 'metallb.io/loadBalancerIPs': addressIn(pool, i) }
      const metadata = { name: `service-${i}`, namespace: 'default', annotations }
      const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'LoadBalancer' } }
      this.#write(`service-${i}.yaml`, JSON.stringify(service))
    }
  }

  #writeConfiguration() {
    const pools = [...this.#pools].map((pool) =>
      resource('IPAddressPool', `pool-${pool}`, { addresses: [`10.${pool}.0.0/16`] }),
    )
    const nodes = Object.entries(this.#hosts).map(([name, address]) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { rack: name } },
      status: { addresses: [{ type: 'InternalIP', address }] },
    }))
    const [first, second] = Object.keys(this.#hosts)
    const spec = {
      all: {},
      'one-pool': { ipAddressPools: ['pool-64'] },
      'one-node': { nodeSelectors: rackSelector([first]) },
      'two-nodes': { nodeSelectors: rackSelector([first, second]) },
    }[this.#mode]
    const objects = [...pools, resource('L2Advertisement', 'all', spec), ...nodes]
    this.#write('a-configuration.yaml', objects.map((each) => JSON.stringify(each)).join('\n---\n'))
  }

  #judge(address) {
    const [, pool, high, low] = address.split('.')
    const there = this.#services[Number(high) * 256 + Number(low)] === pool
    const advertised = this.#pools.has(pool) && (this.#mode !== 'one-pool' || pool === '64')
    const wanted = there && advertised
    if (this.#wanted.get(address) === wanted) return
    this.#wanted.set(address, wanted)
    this.#since.set(address, performance.now())
  }

  #pick = (list) => list[Math.floor(this.#random() * list.length)]

  changeService() {
    const i = Math.floor(this.#random() * this.#services.length)
    const before = this.#services[i]
    this.#setService(i, this.#pick([undefined, ...POOLS].filter((pool) => pool !== before)))
    for (const pool of POOLS) this.#judge(addressIn(pool, i))
    this.changes.services++
  }

  changeConfiguration() {
    if (this.#random() < 0.5) {
      this.changes.advertisements++
      this.#mode = this.#pick(MODES.filter((mode) => mode !== this.#mode))
    } else {
      this.changes.pools++
      if (!this.#pools.delete('80')) this.#pools.add('80')
    }
    this.#writeConfiguration()
    for (const address of this.addresses()) this.#judge(address)
  }
}
