import { expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { parseIp } from '../../net/ip.ts'
import { changesBetween } from './fact-set.ts'
import { factsFromObjects } from './facts-from-objects.ts'

const read = (yaml: string, outsideCluster = false) =>
  factsFromObjects(readObjects(parseYaml(new Source('facts.yaml', yaml)).documents), { outsideCluster })

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  labels: {app: web}
  annotations: {metallb.universe.tf/loadBalancerIPs: "192.0.2.7, 2001:db8::7", metallb.universe.tf/allow-shared-ip: ""}
spec: {type: LoadBalancer, loadBalancerClass: mine, externalTrafficPolicy: Local}
`
const SLICE = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
endpoints:
- {nodeName: iris1, addresses: [10.1.1.1], conditions: {ready: false, serving: true}}
- {addresses: [], conditions: {ready: null}}
`
const NODE = `apiVersion: v1
kind: Node
metadata: {name: iris1, labels: {zone: a}}
spec: {unschedulable: true}
status:
  addresses: [{type: Hostname, address: iris1}, {type: ExternalIP, address: 203.0.113.1}, {type: InternalIP, address: 10.0.0.11}]
  conditions: [{type: NetworkUnavailable, status: "True"}]
`

it('reads what the speaker needs of Services, EndpointSlices and Nodes', () => {
  const facts = read([SERVICE, SLICE, NODE].join('---\n'))
  expect(facts.services.get('shop/web')).toEqual({
    namespace: 'shop',
    name: 'web',
    labels: { app: 'web' },
    type: 'LoadBalancer',
    loadBalancerClass: 'mine',
    localTraffic: true,
    sharesAddress: true,
    ingress: [],
  })
  expect(facts.slices.get('shop/web-1')).toEqual({
    namespace: 'shop',
    name: 'web-1',
    service: 'web',
    endpoints: [
      { nodeName: 'iris1', ready: false, serving: true, hasAddress: true },
      { nodeName: undefined, ready: undefined, serving: undefined, hasAddress: false },
    ],
  })
  expect(facts.nodes.get('iris1')).toEqual({
    name: 'iris1',
    labels: { zone: 'a' },
    networkUnavailable: true,
    unschedulable: true,
    addresses: [parseIp('10.0.0.11'), parseIp('203.0.113.1')],
  })
})

it('takes the addresses that a Service asks for where nobody assigns any', () => {
  const ingress = (yaml: string) => read(yaml, true).services.get('shop/web')?.ingress
  expect(ingress(SERVICE)).toEqual(['192.0.2.7', '2001:db8::7'])
  expect(
    ingress(`${SERVICE}status: {loadBalancer: {ingress: [{ip: 192.0.2.9}, {hostname: lb.example}]}}\n`),
  ).toEqual(['192.0.2.9', ''])
})

it('tells only what changed', () => {
  const all = [SERVICE, SLICE, NODE]
  const first = read(all.join('---\n'))
  expect(changesBetween(undefined, first).map(({ kind }) => kind)).toEqual([
    'configuration',
    'node',
    'slice',
    'service',
  ])
  expect(changesBetween(first, read(all.join('---\n')))).toEqual([])
  const second = read([SERVICE.replace('app: web', 'app: shop'), NODE].join('---\n'))
  expect(changesBetween(first, second)).toEqual([
    { kind: 'slice-deleted', namespace: 'shop', name: 'web-1' },
    { kind: 'service', service: second.services.get('shop/web') },
  ])
  const broken =
    'apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: lan}\nspec: {addresses: [nonsense]}\n'
  const third = read([...all, broken].join('---\n'))
  expect(changesBetween(first, third).map(({ kind }) => kind)).toEqual(['configuration'])
  expect(changesBetween(third, read([...all, broken].join('---\n')))).toEqual([])
})
