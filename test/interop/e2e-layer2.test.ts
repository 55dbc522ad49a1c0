// The scenarios of MetalLB's own end-to-end tests of layer 2, by name; the table is in README.md.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CLUSTER_LAB_PROGRAMS, ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import { exposed, loadBalancer, NODES, requestedPool, shared } from '../support/cluster-lab/user-objects.ts'
import { describeInterop } from '../support/namespaces.ts'
import { endpointSlice, layer2Advertisement, pool } from '../support/speaker-lab/speaker-objects.ts'

const LINK4 = '192.0.2.100-192.0.2.110'
const LINK6 = '2001:db8::100-2001:db8::110'
const FIRST4 = '192.0.2.100'
const FIRST6 = '2001:db8::100'
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'
type Spec = Readonly<Record<string, unknown>>
const IPV6 = { ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' }

describeInterop('e2e: layer 2', CLUSTER_LAB_PROGRAMS, () => {
  let lab: ClusterLab
  beforeAll(async () => {
    lab = await ClusterLab.create()
  })
  afterAll(() => lab?.destroy())

  const link = (...addresses: readonly string[]) => [pool('link', ...addresses), layer2Advertisement('link')]
  const local = { spec: { externalTrafficPolicy: 'Local' } }
  const statuses = () => lab.cluster.objects('servicel2statuses.metallb.io').map(({ status }) => status)
  const sample = (page: string, name: RegExp): number =>
    Number(
      page
        .split('\n')
        .find((line) => name.test(line))
        ?.split(' ')
        .at(-1) ?? Number.NaN,
    )

  it('ExternalTrafficPolicy=Cluster works', () =>
    lab.scenario([...link(LINK4), ...exposed('web', ['node3'])], async () => {
      await lab.cluster.assigned('web', FIRST4)
      const node = await lab.theOneWhoAnswers(FIRST4)
      expect(await lab.reached(FIRST4)).toBe(node)
    }))

  it('ExternalTrafficPolicy=Local works: only a node with an endpoint announces', () =>
    lab.scenario([...link(LINK4), ...exposed('web', ['node2'], local)], async () => {
      await lab.answeredBy(FIRST4, 'node2')
      expect(await lab.reached(FIRST4)).toBe('node2')
      await lab.cluster.apply(endpointSlice('web', 'node3'))
      await lab.answeredBy(FIRST4, 'node3')
      expect(await lab.reached(FIRST4)).toBe('node3')
    }))

  it('L2ServiceStatus follows the Service', () =>
    lab.scenario([...link(LINK4), ...exposed('web', ['node2'], local)], async () => {
      const said = (node: string) =>
        lab.until(
          `the one status names ${node}`,
          () => statuses().length === 1 && statuses()[0]?.['node'] === node,
        )
      await said('node2')
      const table = await lab.cluster.kubectl(['get', 'servicel2statuses', '-n', 'metallb-system'])
      expect(table).toMatch(/NAME +ALLOCATED NODE +SERVICE NAME +SERVICE NAMESPACE\nl2-\w+ +node2 +web +shop/)
      await lab.cluster.apply(endpointSlice('web', 'node1'))
      await said('node1')
      await lab.cluster.kubectl(['delete', 'service', 'web', '-n', 'shop'])
      await lab.until('no status is left', () => statuses().length === 0)
    }))

  it('a mixed-protocol Service (TCP and UDP)', () => {
    const ports = [[80, 'TCP'] as const, [80, 'UDP'] as const]
    return lab.scenario([...link(LINK4), ...exposed('web', NODES, { ports })], async () => {
      await lab.cluster.assigned('web', FIRST4)
      const node = await lab.theOneWhoAnswers(FIRST4)
      expect(await lab.reached(FIRST4)).toBe(node)
    })
  })

  it('not announced from a node with NetworkUnavailable', () =>
    lab.scenario([...link(LINK4), ...exposed('web', NODES)], async () => {
      const node = await lab.theOneWhoAnswers(FIRST4)
      const condition = (status: string) =>
        lab.cluster.kubectl([
          ...['patch', 'node', node, '--subresource=status', '-p'],
          JSON.stringify({ status: { conditions: [{ type: 'NetworkUnavailable', status }] } }),
        ])
      await condition('True')
      await lab.theOneWhoAnswers(FIRST4, node)
      await condition('False')
      await lab.answeredBy(FIRST4, node)
    }))

  it('NodeExcludeBalancers: the label moves the announcement', () =>
    lab.scenario([...link(LINK4), ...exposed('web', NODES)], async () => {
      const node = await lab.theOneWhoAnswers(FIRST4)
      await lab.cluster.kubectl(['label', 'node', node, `${EXCLUDED}=`])
      await lab.theOneWhoAnswers(FIRST4, node)
      await lab.cluster.kubectl(['label', 'node', node, `${EXCLUDED}-`])
      await lab.answeredBy(FIRST4, node)
    }))

  it('a pool by range', () =>
    lab.scenario([...link('192.0.2.105-192.0.2.106'), ...exposed('web', NODES)], async () => {
      await lab.cluster.assigned('web', '192.0.2.105')
      expect(await lab.reached('192.0.2.105')).toBe(await lab.theOneWhoAnswers('192.0.2.105'))
    }))

  it('a pool by prefix', () =>
    lab.scenario([...link('192.0.2.112/30'), ...exposed('web', NODES)], async () => {
      await lab.cluster.assigned('web', '192.0.2.112')
      expect(await lab.reached('192.0.2.112')).toBe(await lab.theOneWhoAnswers('192.0.2.112'))
    }))

  const sharing = (family: Spec, range: string, address: string) => {
    const wishes = (port: number) => ({
      ...{ annotations: shared('one'), ports: [[port, 'TCP'] as const], spec: family },
    })
    const objects = [...exposed('first', NODES, wishes(80)), ...exposed('second', NODES, wishes(443))]
    return lab.scenario([...link(range), ...objects], async () => {
      await lab.cluster.assigned('first', address)
      await lab.cluster.assigned('second', address)
      const node = await lab.theOneWhoAnswers(address)
      await lab.until(
        'one node announces both',
        () => statuses().length === 2 && statuses().every((each) => each?.['node'] === node),
      )
      // One of them goes, and the other stays where it was.
      await lab.cluster.kubectl(['delete', 'service', 'second', '-n', 'shop'])
      await lab.until('one status is left', () => statuses().length === 1)
      await lab.answeredBy(address, node)
    })
  }
  it('Services that share an IPv4 address are announced from the same node', () => sharing({}, LINK4, FIRST4))
  it('Services that share an IPv6 address are announced from the same node', () =>
    sharing(IPV6, LINK6, FIRST6))

  const metrics = (family: Spec, range: string, address: string) =>
    lab.scenario([...link(range), ...exposed('web', NODES, { spec: family })], async () => {
      const node = await lab.theOneWhoAnswers(address)
      const pageOf = () => lab.hosts.node(node).metrics()
      const labels = `{[^}]*ip="${address}"[^}]*}`
      await lab.until('the speaker counts what it answered', async () => {
        const page = await pageOf()
        const [asked, answered, told] = ['requests_received', 'responses_sent', 'gratuitous_sent'].map(
          (name) => sample(page, new RegExp(`^metallb_layer2_${name}${labels}`)),
        )
        return Math.min(asked ?? 0, answered ?? 0, told ?? 0) >= 1
      })
      expect(sample(await pageOf(), /^metallb_speaker_announced{[^}]*service="shop\/web"/)).toBe(1)
      const page = await lab.controllerMetrics()
      expect(sample(page, /^metallb_allocator_addresses_in_use_total{pool="link"}/)).toBe(1)
      expect(sample(page, /^metallb_allocator_addresses_total{pool="link"}/)).toBe(
        11 + (address.includes(':') ? 6 : 0),
      )
    })
  it('controller and speaker metrics, IPv4', () => metrics({}, LINK4, FIRST4))
  it('controller and speaker metrics, IPv6', () => metrics(IPV6, LINK6, FIRST6))

  const requesting = (autoAssign: boolean, family: Spec, [usual, other, address]: readonly string[]) => {
    const second = pool('other', other ?? '')
    const asked = { annotations: requestedPool('other'), spec: family }
    const objects = [
      pool('link', usual ?? ''),
      { ...second, spec: { ...(second['spec'] as object), autoAssign } },
      layer2Advertisement('all'),
      ...exposed('asks', NODES, asked),
    ]
    return lab.scenario(objects, async () => {
      await lab.cluster.assigned('asks', address ?? '')
      await lab.theOneWhoAnswers(address ?? '')
      // Who asks for nothing gets nothing of a pool that gives nothing by itself.
      await lab.cluster.apply(loadBalancer('plain', { spec: family }))
      await lab.cluster.assigned('plain')
      await lab.cluster.apply(loadBalancer('more', { spec: family }))
      if (autoAssign) await lab.cluster.assigned('more')
      else {
        await lab.until('it is refused', () =>
          lab.cluster.eventsOf('more').some(({ reason }) => reason === 'AllocationFailed'),
        )
        expect(lab.cluster.addressesOf('plain')).toEqual([usual?.split('/')[0]])
        expect(lab.cluster.addressesOf('more')).toEqual([])
      }
    })
  }
  // One address in the usual pool, two in the other.
  const pools4 = ['192.0.2.100/32', '192.0.2.104-192.0.2.105', '192.0.2.104']
  const pools6 = ['2001:db8::100/128', '2001:db8::104-2001:db8::105', '2001:db8::104']
  it('requesting a specific pool with autoAssign true, IPv4', () => requesting(true, {}, pools4))
  it('requesting a specific pool with autoAssign true, IPv6', () => requesting(true, IPV6, pools6))
  it('requesting a specific pool with autoAssign false, IPv4', () => requesting(false, {}, pools4))
  it('requesting a specific pool with autoAssign false, IPv6', () => requesting(false, IPV6, pools6))
})
