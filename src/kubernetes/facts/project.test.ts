// The API server's JSON and the same objects as files have to say the same.
import { expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import { printYaml } from '../../config/print.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { factsFromObjects } from '../../speaker/facts/facts-from-objects.ts'
import { projectNode, projectService, projectSlice } from './project.ts'

type Raw = Record<string, unknown>

const fromFile = (object: Raw) =>
  factsFromObjects(readObjects(parseYaml(new Source('x.yaml', printYaml(object as never))).documents), {
    outsideCluster: false,
  })

const service = (metadata: Raw, spec: Raw, ingress?: readonly Raw[]): Raw => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
  ...(ingress === undefined ? {} : { status: { loadBalancer: { ingress } } }),
})

it.each([
  service({}, { type: 'LoadBalancer' }),
  service(
    { labels: { a: 'b', c: '' } },
    { type: 'LoadBalancer', loadBalancerClass: 'x', externalTrafficPolicy: 'Local' },
    [{ ip: '192.0.2.1', ipMode: 'VIP' }],
  ),
  service(
    { annotations: { 'metallb.universe.tf/allow-shared-ip': '' } },
    { type: 'LoadBalancer', externalTrafficPolicy: 'Cluster' },
    [{ hostname: 'x' }, { ip: '192.0.2.1' }, { ip: '2001:db8::1' }],
  ),
  service({ annotations: { 'metallb.io/allow-shared-ip': 'key', other: '1' } }, { type: 'LoadBalancer' }, []),
])('a Service', (object) => {
  expect(projectService(object)).toEqual(fromFile(object).services.get('shop/web'))
})

it('of a Service that is no load balancer only the name and the type are kept', () => {
  const object = service({ labels: { a: 'b' } }, { type: 'ClusterIP', externalTrafficPolicy: 'Local' })
  expect(projectService(object)).toMatchObject({
    namespace: 'shop',
    name: 'web',
    type: 'ClusterIP',
    labels: {},
    ingress: [],
  })
})

const slice = (endpoints: unknown, labels: Raw = { 'kubernetes.io/service-name': 'web' }): Raw => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'shop', labels },
  endpoints,
})

it.each([
  slice([
    {
      addresses: ['10.0.0.1'],
      nodeName: 'a',
      conditions: { ready: true, serving: true, terminating: false },
    },
  ]),
  slice([
    { addresses: [], conditions: {} },
    { addresses: ['10.0.0.2'], conditions: { ready: false, serving: true } },
  ]),
  slice([{ addresses: ['10.0.0.2'], nodeName: 'b' }]),
  slice(null),
])('an EndpointSlice', (object) => {
  expect(projectSlice(object)).toEqual(fromFile(object).slices.get('shop/web-1'))
})

it('a slice of no Service says nothing', () => {
  expect(projectSlice(slice([], {}))).toBeUndefined()
})

it.each([
  {
    labels: { zone: 'a' },
    spec: { unschedulable: true },
    status: {
      addresses: [
        { type: 'Hostname', address: 'n' },
        { type: 'ExternalIP', address: '203.0.113.1' },
        { type: 'InternalIP', address: '192.0.2.1' },
        { type: 'InternalIP', address: '2001:db8::1' },
      ],
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'NetworkUnavailable', status: 'True' },
      ],
    },
  },
  { labels: {}, spec: {}, status: { conditions: [{ type: 'NetworkUnavailable', status: 'False' }] } },
])('a Node', ({ labels, spec, status }) => {
  const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels }, spec, status }
  expect(projectNode(object)).toEqual(fromFile(object).nodes.get('n'))
})
