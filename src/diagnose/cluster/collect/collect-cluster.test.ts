import { expect, it } from 'vitest'
import type { KubeObject } from '../../../config/kube-object.ts'
import { LbctlError } from '../../../errors/lbctl-error.ts'
import { CLUSTER_CHECKS } from '../check-list.ts'
import { itemsOf } from '../cluster-facts.ts'
import { ClusterView } from '../cluster-view.ts'
import { judgeCluster } from '../judge-cluster.ts'
import type { ClusterSource, ListRequest } from '../ports.ts'
import { readClusterFacts } from '../read-cluster-facts.ts'
import { healthyWorld, NOW, object, type World } from '../testing/world.ts'
import { collectCluster } from './collect-cluster.ts'
import { planeOf } from './facts-of-objects.ts'

const QUESTION = { namespace: undefined, podNamespaces: ['shop'], takenAt: NOW, from: 'host test' }
const SILENT = { step: () => undefined }

/** A cluster that holds a world, lists by namespace and label, and refuses some resources. */
function cluster(world: World, refused: readonly string[] = []) {
  const requests: ListRequest[] = []
  const objects = Object.values(world.planes).flat()
  const source: ClusterSource = {
    title: 'cluster "test" at https://192.0.2.1:6443',
    version: async () => 'v1.33.1',
    served: async (group) => {
      const kinds = [
        ...new Set(
          objects.filter(({ apiVersion }) => apiVersion.startsWith(`${group}/`)).map(({ kind }) => kind),
        ),
      ]
      return kinds.map((kind) => ({
        group,
        kind,
        resource: `${kind.toLowerCase()}s`,
        versions: [versionOf(objects, kind)],
      }))
    },
    list: async (request) => {
      requests.push(request)
      if (refused.includes(request.resource))
        throw new LbctlError(
          'permission',
          `User "eve" may not list ${request.resource} in the whole cluster.`,
          {
            hints: [`Missing RBAC rule in a ClusterRole: resources: ["${request.resource}"]`],
          },
        )
      return objects.filter((each) => fits(each, request))
    },
  }
  return { source, requests }
}

const versionOf = (objects: readonly KubeObject[], kind: string): string =>
  objects.find((each) => each.kind === kind)?.apiVersion.split('/')[1] ?? ''

function fits({ kind, apiVersion, metadata }: KubeObject, request: ListRequest): boolean {
  const wanted = request.group === '' ? request.version : `${request.group}/${request.version}`
  const [label, value] = request.labelSelector?.split('=') ?? []
  const [field, name] = request.fieldSelector?.split('=') ?? []
  return (
    kind === request.kind &&
    apiVersion === wanted &&
    (request.namespace === undefined || metadata.namespace === request.namespace) &&
    (label === undefined || metadata.labels?.[label] === value) &&
    (field !== 'metadata.name' || metadata.name === name)
  )
}

const verdictOn = (facts: Awaited<ReturnType<typeof collectCluster>>) =>
  judgeCluster(new ClusterView(facts), { checks: CLUSTER_CHECKS, failOn: 'warning' })

it('gathers a whole installation, and what it gathered reads back as the same', async () => {
  const facts = await collectCluster(cluster(healthyWorld()).source, QUESTION, SILENT)
  expect(verdictOn(facts).status).toBe('healthy')
  expect(itemsOf(facts.pods).map(({ metadata }) => metadata.namespace)).toContain('shop')
  const again = readClusterFacts(JSON.parse(JSON.stringify(facts)))
  expect(again).toEqual(JSON.parse(JSON.stringify(facts)))
  expect(verdictOn(again)).toEqual(verdictOn(facts))
})

it('knows what it was not allowed to read, and never takes it for empty', async () => {
  const { source } = cluster(healthyWorld(), ['endpointslices'])
  const verdict = verdictOn(await collectCluster(source, QUESTION, SILENT))
  expect(verdict.status).toBe('undetermined')
  expect(verdict.findings).toEqual([])
  expect(verdict.checks.find(({ id }) => id === 'usable-endpoints')).toMatchObject({ result: 'unknown' })
  expect(verdict.notTested[0]).toBe(
    'EndpointSlices: User "eve" may not list endpointslices in the whole cluster. Missing RBAC rule in a ClusterRole: resources: ["endpointslices"]',
  )
})

it('keeps no secret', async () => {
  const world = healthyWorld()
  Object.assign(object(world, 'configuration', 'tor').spec, { password: 'hunter2' })
  object(world, 'configuration', 'tor').metadata.annotations = {
    'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{"password":"hunter2"}}',
  }
  world.planes.configMaps.push({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'config', namespace: 'metallb-system' },
    data: { config: 'peers:\n- peer-address: 192.0.2.1\n  password: "hunter2"\n' },
  })
  object(world, 'secrets', 'memberlist').data = { secretkey: 'aHVudGVyMg==' }
  object(world, 'pods', 'shop/web-node-a').spec.containers[0].env = [{ name: 'X', value: 'hunter2' }]
  const text = JSON.stringify(await collectCluster(cluster(world).source, QUESTION, SILENT))
  expect(text).not.toMatch(/hunter2|aHVudGVyMg/)
  expect(text).toContain('(hidden)')
})

it('asks for nothing that it has no plane for, and for Secrets and ConfigMaps in two namespaces only', async () => {
  const { source, requests } = cluster(healthyWorld())
  await collectCluster(source, QUESTION, SILENT)
  for (const { resource, namespace } of requests)
    if (resource === 'secrets' || resource === 'configmaps' || resource === 'pods')
      expect(namespace).toBeDefined()
  expect(requests.filter(({ resource }) => resource === 'secrets').map(({ namespace }) => namespace)).toEqual(
    ['metallb-system'],
  )
  expect(
    Object.values(healthyWorld().planes)
      .flat()
      .filter((each) => planeOf(each) === undefined),
  ).toEqual([])
})
