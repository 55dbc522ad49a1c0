// Scenarios of layer 2, by name: on which interfaces, and for which Services.
import { expect, it } from 'vitest'
import type { ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import type { SecondLink } from '../support/cluster-lab/second-link.ts'
import { exposed, NODES } from '../support/cluster-lab/user-objects.ts'
import { layer2Advertisement, pool } from '../support/speaker-lab/speaker-objects.ts'

const ADDRESS = '192.0.2.100'
const POOL = pool('link', `${ADDRESS}-192.0.2.110`)
const on = (...values: readonly string[]) => ({
  matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }],
})
type Spec = Readonly<Record<string, unknown>>
const base = (spec: Spec) => [POOL, layer2Advertisement('one', spec), ...exposed('web', NODES)]

export function interfaceScenarios(lab: () => ClusterLab, second: () => SecondLink): void {
  const only = (interfaces: readonly string[], node = 'node2') =>
    base({ interfaces, nodeSelectors: [on(node)] })
  const status = () => lab().cluster.objects('servicel2statuses.metallb.io')[0]?.status
  const interfacesBecome = (...names: readonly string[]) =>
    lab().until(
      `the status names ${names.join(' and ')}`,
      () => JSON.stringify(status()?.['interfaces']) === JSON.stringify(names.map((name) => ({ name }))),
    )
  const patch = (interfaces: readonly string[]) =>
    lab().cluster.kubectl([
      ...['patch', 'l2advertisement', 'one', '-n', 'metallb-system', '--type=merge', '-p'],
      JSON.stringify({ spec: { interfaces } }),
    ])

  it('interface selector: L2ServiceStatus has the interface', () =>
    lab().scenario(only(['eth1']), async () => {
      await interfacesBecome('eth1')
      expect(status()?.['node']).toBe('node2')
    }))

  it('interface selector: the MAC of the address is that of the interface', () =>
    lab().scenario(only(['eth1']), async () => {
      await lab().answeredOn(second().client, ADDRESS, second().mac('node2'))
      await lab().answeredBy(ADDRESS)
    }))

  it('interface selector: the list of interfaces is modified', () =>
    lab().scenario(only(['eth1']), async () => {
      await lab().answeredOn(second().client, ADDRESS, second().mac('node2'))
      await patch(['eth0'])
      await lab().answeredBy(ADDRESS, 'node2')
      await lab().answeredOn(second().client, ADDRESS)
      await interfacesBecome('eth0')
    }))

  it('interface selector: interfaces that do not exist, an event and no announcement', () =>
    lab().scenario(only(['eth7']), async () => {
      await lab().until('the event', () =>
        lab()
          .cluster.eventsOf('web')
          .some(
            ({ reason, message }) =>
              reason === 'announceFailed' &&
              message ===
                `the interfaces specified by LB IP "${ADDRESS}" doesn't exist in assigned node "node2" with protocol "layer2"`,
          ),
      )
      await lab().answeredBy(ADDRESS)
      await lab().answeredOn(second().client, ADDRESS)
    }))

  it('interface selector: two advertisements of a pool, their union', () =>
    lab().scenario(
      [...only(['eth0']), layer2Advertisement('two', { interfaces: ['eth1'], nodeSelectors: [on('node2')] })],
      async () => {
        await lab().answeredBy(ADDRESS, 'node2')
        await lab().answeredOn(second().client, ADDRESS, second().mac('node2'))
      },
    ))

  it('interface selector: with a node selector', () =>
    lab().scenario(
      [
        ...only(['eth1'], 'node3'),
        layer2Advertisement('two', { interfaces: ['eth0'], nodeSelectors: [on('nowhere')] }),
      ],
      async () => {
        await lab().answeredOn(second().client, ADDRESS, second().mac('node3'))
        await lab().answeredBy(ADDRESS)
      },
    ))
}

export function serviceScenarios(lab: () => ClusterLab): void {
  const gold = { matchLabels: { tier: 'gold' } }
  const silver = { matchLabels: { tier: 'silver' } }
  const labelled = (name: string, tier?: string) =>
    exposed(name, NODES, tier === undefined ? {} : { labels: { tier } })
  const addressOf = async (name: string): Promise<string> => (await lab().cluster.assigned(name))[0] ?? ''

  it('service selector: pool and Service', () =>
    lab().scenario(
      [
        POOL,
        layer2Advertisement('one', { ipAddressPools: ['link'], serviceSelectors: [gold] }),
        ...labelled('web', 'gold'),
        ...labelled('plain'),
      ],
      async () => {
        await lab().theOneWhoAnswers(await addressOf('web'))
        await lab().answeredBy(await addressOf('plain'))
        // A label makes it one that is meant.
        await lab().cluster.kubectl(['label', 'service', 'plain', '-n', 'shop', 'tier=gold'])
        await lab().theOneWhoAnswers(await addressOf('plain'))
      },
    ))

  it('service selector: exactly one announcer with two matching advertisements', () =>
    lab().scenario(
      [
        POOL,
        layer2Advertisement('one', { serviceSelectors: [gold], nodeSelectors: [on('node1')] }),
        layer2Advertisement('two', { serviceSelectors: [gold], nodeSelectors: [on('node2')] }),
        ...labelled('web', 'gold'),
      ],
      async () => {
        const node = await lab().theOneWhoAnswers(await addressOf('web'))
        expect(['node1', 'node2']).toContain(node)
        await lab().until('the one status', () => {
          const all = lab().cluster.objects('servicel2statuses.metallb.io')
          return all.length === 1 && all[0]?.status?.['node'] === node
        })
      },
    ))

  it('service selector: nobody when no advertisement matches Service and node', () =>
    lab().scenario(
      [
        POOL,
        layer2Advertisement('one', { serviceSelectors: [gold], nodeSelectors: [on('nowhere')] }),
        layer2Advertisement('two', { serviceSelectors: [silver] }),
        ...labelled('web', 'gold'),
      ],
      async () => {
        const address = await addressOf('web')
        await lab().until('the speakers say why', async () => {
          const { services } = await lab().speaker('node1').status()
          return services[0]?.layer2.reason === 'noMatchingAdvertisement'
        })
        await lab().answeredBy(address)
        await lab().cluster.kubectl(['label', 'service', 'web', '-n', 'shop', 'tier=silver', '--overwrite'])
        await lab().theOneWhoAnswers(address)
      },
    ))

  it('service selector: selectors of an advertisement are alternatives', () =>
    lab().scenario(
      [
        POOL,
        layer2Advertisement('one', { serviceSelectors: [gold, silver] }),
        ...labelled('first', 'gold'),
        ...labelled('second', 'silver'),
        ...labelled('third', 'bronze'),
      ],
      async () => {
        await lab().theOneWhoAnswers(await addressOf('first'))
        await lab().theOneWhoAnswers(await addressOf('second'))
        await lab().answeredBy(await addressOf('third'))
      },
    ))
}
