// The page of a bundle is text, whatever the cluster says.
import { expect, it } from 'vitest'
import { manifestOf } from '../../diagnose/bundle/manifest.ts'
import { CLUSTER_CHECKS } from '../../diagnose/cluster/check-list.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { judgeCluster } from '../../diagnose/cluster/judge-cluster.ts'
import { drop, factsOf, healthyWorld, object, type World } from '../../diagnose/cluster/testing/world.ts'
import { renderBundlePage } from './page.ts'

const pageOf = (world: World): string => {
  const facts = factsOf(world)
  const verdict = judgeCluster(new ClusterView(facts), { checks: CLUSTER_CHECKS, failOn: 'error' })
  const known = { lbctl: '1.2.3', hidden: 2, pseudonymised: [], missing: [] }
  return renderBundlePage(facts, verdict, manifestOf(facts, [], known))
}

it('shows the verdict, what helps, versions, objects and what is missing', () => {
  const world = healthyWorld()
  drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  const page = pageOf(world)
  expect(page).toContain('<h3>error: F01: Nothing announces the pool &quot;lan&quot;')
  expect(page).toContain('kind: L2Advertisement')
  expect(page).toContain('<td>quay.io/metallb/speaker:v0.15.2</td>')
  expect(page).toContain('<summary>Service shop/web</summary><pre>apiVersion: v1\nkind: Service')
  expect(page).toContain('probes on the wire: nothing was sent.')
  expect(page).toContain('2 values were blotted out; Secrets')
})

it('has no script and nothing from elsewhere', () => {
  const world = healthyWorld()
  const evil = `"><script src=https://example.com/x.js></script><img src=x onerror='alert(1)'>\u202e`
  object(world, 'services', 'shop/web').metadata.annotations['example.com/x'] = evil
  object(world, 'nodes', 'node-a').metadata.labels[evil] = evil
  object(world, 'daemonSets', 'speaker').spec.template.spec.containers[0].image = `${evil}:v0.15.2`
  drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  object(world, 'configuration', 'lan', 'IPAddressPool').metadata.name = evil
  const page = pageOf(world)
  const tags = new Set([...page.matchAll(/<\/?([a-z0-9]+)/gi)].map((match) => match[1]))
  for (const tag of ['script', 'img', 'iframe', 'link', 'object', 'svg', 'a', 'form'])
    expect(tags.has(tag)).toBe(false)
  expect([...page.matchAll(/<[^>]*\s(?:src|href|on\w+)=/gi)]).toEqual([])
  expect(page).not.toContain('\u202e')
  expect(page).toContain("default-src 'none'")
})
