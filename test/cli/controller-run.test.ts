// `lbctl controller run` against the API server of the laboratory: addresses, restarts, outages, and two controllers of which one sleeps.
import { afterEach, expect, it } from 'vitest'
import { ControllerLab } from '../support/controller-lab/controller-lab.ts'
import { DEADLINE_MS } from '../support/controller-lab/running-controller.ts'
import { eventually } from '../support/namespaces.ts'

const TEST_MS = 120_000
/** With one new Service. */
const AFTER_A_RESTART = ['patch services/status', 'create events', 'patch ipaddresspools/status']
const EVENTS = '/api/v1/namespaces/shop/events'
const POOLS = '/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools'
const STATES = '/apis/metallb.io/v1beta1/namespaces/metallb-system/configurationstates'
const SERVICES = '/api/v1/namespaces/shop/services'
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/metallb-system/leases/lbctl-controller'

const labs: ControllerLab[] = []
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.remove()))
})

async function lab(addresses: string): Promise<ControllerLab> {
  const made = await ControllerLab.create(addresses)
  labs.push(made)
  return made
}

it(
  'gives every Service its address with one write and one event, and writes nothing after a restart',
  async () => {
    const cluster = await lab('192.0.2.0/24')
    const names = Array.from({ length: 20 }, (_, i) => `web${i}`)
    await cluster.createServices(...names.slice(0, 10))
    // On a machine that is busy a short lease may end meanwhile, and what was said is said again.
    const first = cluster.controller('--lease-duration', '60s')
    await first.until('leading')
    await cluster.createServices(...names.slice(10))
    const assigned = await cluster.untilAssigned(...names)
    expect(new Set(Object.values(assigned)).size).toBe(20)
    await eventually(
      'an event for each',
      async () => (await cluster.versions(EVENTS)).length >= 20,
      DEADLINE_MS,
    )
    const pools = await eventually('the counters of the pool', async () => {
      const { items } = (await cluster.request('GET', POOLS)) as {
        items: readonly { readonly status?: Readonly<Record<string, number>> }[]
      }
      return items[0]?.status?.['assignedIPv4'] === 20 ? items[0].status : undefined
    })
    expect(pools).toMatchObject({ availableIPv4: 236, assignedIPv6: 0 })
    await eventually('the state of the configuration', async () => {
      const { items } = (await cluster.request('GET', STATES)) as {
        items: readonly { readonly metadata: { name: string }; readonly status?: { result?: string } }[]
      }
      return items.some(
        ({ metadata, status }) => metadata.name === 'controller' && status?.result === 'Valid',
      )
    })
    expect(Math.max(...cluster.writes.values())).toBe(1)
    const asked = (what: string) => cluster.asked.get(what) ?? 0
    // Two writes for each Service, as the server counted them; a retry would be one more.
    expect([asked('patch services/status'), asked('create events'), asked('patch events')]).toEqual([
      20, 20, 0,
    ])
    expect(await first.metric('metallb_allocator_addresses_in_use_total')).toBe(20)
    expect((await first.get('/readyz')).status).toBe(200)

    expect(await first.stop()).toBe(143)
    expect((await cluster.request('GET', LEASE)) as object).toMatchObject({ spec: { holderIdentity: '' } })
    const before = await Promise.all([SERVICES, EVENTS, POOLS, STATES].map((path) => cluster.versions(path)))
    cluster.asked.clear()
    const second = cluster.controller('--lease-duration', '60s')
    await second.until('leading')
    // What it wants to write it has written when a Service made after that has its address.
    await cluster.createServices('later')
    await cluster.untilAssigned('later')
    const isOld = (each: string): boolean => !/^(later|lan)/.test(each)
    const after = await Promise.all([SERVICES, EVENTS, POOLS, STATES].map((path) => cluster.versions(path)))
    // Nothing was so much as asked to be written, but for the one that is new.
    expect([asked('patch services/status'), asked('patch events')]).toEqual([1, 0])
    expect([...cluster.asked.keys()].filter((what) => !AFTER_A_RESTART.includes(what))).toEqual([])
    expect(after.map((each) => each.filter(isOld))).toEqual(before.map((each) => each.filter(isOld)))
    expect(cluster.doubles).toEqual([])
  },
  TEST_MS,
)

it(
  'a Service that waits gets the address of one that is deleted',
  async () => {
    const cluster = await lab('192.0.2.1-192.0.2.1')
    const controller = cluster.controller()
    await controller.until('leading')
    await cluster.createServices('first')
    await cluster.untilAssigned('first')
    await cluster.createServices('second')
    await eventually(
      'the refusal',
      () => controller.lines.some(({ op, service }) => op === 'allocateIPs' && service === 'shop/second'),
      DEADLINE_MS,
    )
    expect(await cluster.addresses()).toEqual({ first: '192.0.2.1', second: '' })
    await cluster.deleteService('first')
    expect(await cluster.untilAssigned('second')).toEqual({ second: '192.0.2.1' })
  },
  TEST_MS,
)

it(
  'while the API server is away nothing changes, and nothing when it is back',
  async () => {
    const cluster = await lab('192.0.2.0/24')
    const controller = cluster.controller()
    await cluster.createServices('a', 'b', 'c')
    const assigned = await cluster.untilAssigned('a', 'b', 'c')
    const leads = controller.count('leading')
    cluster.writes.clear()
    await cluster.down()
    await controller.until('following')
    await cluster.up()
    await controller.until('leading', leads + 1)
    await cluster.createServices('d')
    await cluster.untilAssigned('d')
    const { d, ...others } = await cluster.addresses()
    expect(others).toEqual(assigned)
    expect([...cluster.writes.values()]).toEqual([1])
    expect(d).toMatch(/^192\.0\.2\./)
  },
  TEST_MS,
)

it(
  'of two controllers one sleeps past its lease in the middle of its work: no second writer, no address twice',
  async () => {
    const cluster = await lab('192.0.2.0/24')
    const sleeper = cluster.controller('--pod-name', 'sleeper')
    await sleeper.until('leading')
    const other = cluster.controller('--pod-name', 'other')
    await other.until('stateSynced')
    cluster.server.faults.latencyMs = 5
    const names = Array.from({ length: 120 }, (_, i) => `web${i}`)
    const creating = cluster.createServices(...names)
    await eventually('some are written', () => cluster.writes.size >= 20, DEADLINE_MS)
    sleeper.signal('SIGSTOP')
    await creating
    await other.until('leading')
    const first = await cluster.untilAssigned(...names)
    sleeper.signal('SIGCONT')
    await sleeper.until('following')
    const written = await sleeper.metric('lbctl_controller_writes_total')
    expect(await sleeper.metric('lbctl_controller_leading')).toBe(0)

    // The sleeper is awake, sees all of this, and leaves it to the other.
    await cluster.createServices('late1', 'late2')
    const last = await cluster.untilAssigned('late1', 'late2')
    expect(await sleeper.metric('lbctl_controller_writes_total')).toBe(written)
    const { late1: _, late2: __, ...same } = last
    expect(same).toEqual(first)
    expect(new Set(Object.values(last)).size).toBe(122)
    expect(cluster.doubles).toEqual([])
    expect(Math.max(...cluster.writes.values())).toBe(1)
    // In order: the one that leads ends, and the one that slept follows it.
    await other.stop()
    await sleeper.until('leading', 2)
    await cluster.createServices('last')
    await cluster.untilAssigned('last')
    expect(cluster.doubles).toEqual([])
  },
  TEST_MS,
)
