// Scenarios of layer 2, by name: which node announces.
import { expect, it } from 'vitest'
import type { ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import { exposed, NODES } from '../support/cluster-lab/user-objects.ts'
import { layer2Advertisement, pool } from '../support/speaker-lab/speaker-objects.ts'

const ADDRESS = '192.0.2.100'
const POOL = pool('link', `${ADDRESS}-192.0.2.110`)
const on = (...values: readonly string[]) => ({
  matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }],
})
const prefers = (weight: number, ...nodes: readonly string[]) => ({ weight, preference: on(...nodes) })
type Spec = Readonly<Record<string, unknown>>
const base = (spec: Spec) => [POOL, layer2Advertisement('one', spec), ...exposed('web', NODES)]

export function nodeScenarios(lab: () => ClusterLab): void {
  const patch = (name: string, spec: Spec) =>
    lab().cluster.kubectl([
      ...['patch', 'l2advertisement', name, '-n', 'metallb-system', '--type=merge', '-p'],
      JSON.stringify({ spec }),
    ])

  it('node selector: one node', () =>
    lab().scenario(base({ nodeSelectors: [on('node2')] }), async () => {
      await lab().answeredBy(ADDRESS, 'node2')
      await patch('one', { nodeSelectors: [on('node3')] })
      await lab().answeredBy(ADDRESS, 'node3')
    }))

  it('node selector: multiple selectors', () =>
    lab().scenario(base({ nodeSelectors: [on('node2'), on('node3')] }), async () => {
      const first = await lab().theOneWhoAnswers(ADDRESS)
      expect(['node2', 'node3']).toContain(first)
      // Without it the other one: both were candidates, and the first node never was.
      const other = first === 'node2' ? 'node3' : 'node2'
      const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers'
      await lab().cluster.kubectl(['label', 'node', first, `${excluded}=`])
      await lab().answeredBy(ADDRESS, other)
      await lab().cluster.kubectl(['label', 'node', other, `${excluded}=`])
      await lab().answeredBy(ADDRESS)
    }))

  it('node selector: nodes are added by a label', () =>
    lab().scenario(base({ nodeSelectors: [{ matchLabels: { rack: 'a' } }] }), async () => {
      await lab().answeredBy(ADDRESS)
      await lab().cluster.kubectl(['label', 'node', 'node3', 'rack=a'])
      await lab().answeredBy(ADDRESS, 'node3')
      await lab().cluster.kubectl(['label', 'node', 'node3', 'rack=b', '--overwrite'])
      await lab().answeredBy(ADDRESS)
    }))

  it('preferred node: prefers the labelled node, and falls back', () =>
    lab().scenario(base({}), async () => {
      const usual = await lab().theOneWhoAnswers(ADDRESS)
      const other = usual === 'node3' ? 'node2' : 'node3'
      await patch('one', {
        preferredNodeSelectors: [{ weight: 50, preference: { matchLabels: { tier: 'edge' } } }],
      })
      await lab().cluster.kubectl(['label', 'node', other, 'tier=edge'])
      await lab().answeredBy(ADDRESS, other)
      await lab().cluster.kubectl(['label', 'node', other, 'tier-'])
      await lab().answeredBy(ADDRESS, usual)
    }))

  it('preferred node: no match is as no preference', () =>
    lab().scenario(base({}), async () => {
      const usual = await lab().theOneWhoAnswers(ADDRESS)
      await patch('one', { preferredNodeSelectors: [prefers(100, 'nowhere')] })
      await lab().answeredBy(ADDRESS, usual)
    }))

  it('preferred node: fail-over when it is unavailable, and reclaim', () =>
    lab().scenario(base({ preferredNodeSelectors: [prefers(10, 'node3')] }), async () => {
      await lab().answeredBy(ADDRESS, 'node3')
      await lab().speaker('node3').stop()
      await lab().theOneWhoAnswers(ADDRESS, 'node3')
      await lab().startSpeakers()
      await lab().answeredBy(ADDRESS, 'node3')
    }))

  it('preferred node: a changed advertisement elects anew', () =>
    lab().scenario(base({ preferredNodeSelectors: [prefers(10, 'node3')] }), async () => {
      await lab().answeredBy(ADDRESS, 'node3')
      await patch('one', { preferredNodeSelectors: [prefers(10, 'node2')] })
      await lab().answeredBy(ADDRESS, 'node2')
    }))

  it('preferred node: nodeSelectors stay a hard filter', () =>
    lab().scenario(
      base({ nodeSelectors: [on('node1', 'node2')], preferredNodeSelectors: [prefers(100, 'node3')] }),
      async () => {
        expect(['node1', 'node2']).toContain(await lab().theOneWhoAnswers(ADDRESS))
        await patch('one', { nodeSelectors: [on('node1', 'node2', 'node3')] })
        await lab().answeredBy(ADDRESS, 'node3')
      },
    ))

  it('preferred node: disjoint selectors', () =>
    lab().scenario(
      [
        ...base({ nodeSelectors: [on('node1')], preferredNodeSelectors: [prefers(100, 'node2')] }),
        layer2Advertisement('two', {
          nodeSelectors: [on('node2', 'node3')],
          preferredNodeSelectors: [prefers(10, 'node3')],
        }),
      ],
      // What the first wishes counts among its own nodes, of which none is preferred.
      () => lab().answeredBy(ADDRESS, 'node3'),
    ))

  it('preferred node: weights add up across advertisements', () =>
    lab().scenario(
      [
        ...base({ preferredNodeSelectors: [prefers(60, 'node1'), prefers(40, 'node3')] }),
        layer2Advertisement('two', { preferredNodeSelectors: [prefers(30, 'node3')] }),
      ],
      async () => {
        await lab().answeredBy(ADDRESS, 'node3')
        await lab().cluster.kubectl(['delete', 'l2advertisement', 'two', '-n', 'metallb-system'])
        await lab().answeredBy(ADDRESS, 'node1')
      },
    ))

  it('preferred node: scoped by serviceSelectors', () =>
    lab().scenario(
      [
        ...base({ preferredNodeSelectors: [prefers(10, 'node2')] }),
        ...exposed('gold', NODES, { labels: { tier: 'gold' } }),
        layer2Advertisement('two', {
          serviceSelectors: [{ matchLabels: { tier: 'gold' } }],
          preferredNodeSelectors: [prefers(100, 'node3')],
        }),
      ],
      async () => {
        const [web = '', gold = ''] = [
          ...(await lab().cluster.assigned('web')),
          ...(await lab().cluster.assigned('gold')),
        ]
        await lab().answeredBy(gold, 'node3')
        await lab().answeredBy(web, 'node2')
      },
    ))

  it('speaker failover: the announcement moves when the speaker stops being ready', () =>
    lab().scenario(base({}), async () => {
      const first = await lab().theOneWhoAnswers(ADDRESS)
      const stopped = await lab().speaker(first).stop()
      expect(stopped.code).toBe(143)
      await lab().theOneWhoAnswers(ADDRESS, first)
      await lab().startSpeakers()
      await lab().answeredBy(ADDRESS, first)
    }))
}
