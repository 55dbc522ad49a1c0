// The API server's JSON and the same objects as files have to say the same.
import { expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import { printYaml } from '../../config/print.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { factsFromObjects } from '../../controller/facts/facts-from-objects.ts'
import { NewestListed } from './newest-listed.ts'
import { projectService } from './project-service.ts'

type Raw = Record<string, unknown>

function fromFile(object: Raw) {
  const { documents } = parseYaml(new Source('x.yaml', printYaml(object as never)))
  return factsFromObjects(readObjects(documents)).flatMap((each) =>
    each.kind === 'service' ? each.service : [],
  )[0]
}

const service = (metadata: Raw, spec: Raw, ingress?: readonly Raw[]): Raw => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u-1',
    resourceVersion: '17',
    creationTimestamp: '2026-11-27T10:00:00Z',
    ...metadata,
  },
  spec,
  ...(ingress === undefined ? {} : { status: { loadBalancer: { ingress } } }),
})

it.each([
  service({}, { type: 'LoadBalancer', clusterIP: '10.0.0.1', ports: [{ port: 80, protocol: 'UDP' }] }),
  service(
    { labels: { a: 'b', c: '' }, annotations: { 'metallb.io/address-pool': 'lan', other: 'x' } },
    {
      type: 'LoadBalancer',
      loadBalancerClass: 'x',
      loadBalancerIP: '192.0.2.7',
      externalTrafficPolicy: 'Local',
      selector: { app: 'web' },
      clusterIPs: ['10.0.0.1', 'fd00::1'],
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'PreferDualStack',
      ports: [{ port: 80 }],
    },
    [{ hostname: 'x' }, { ip: '192.0.2.1', ipMode: 'VIP' }],
  ),
  service({ annotations: { 'metallb.io/ip-allocated-from-pool': 'lan' } }, { type: 'ClusterIP' }),
])('a Service', (object) => {
  expect(projectService(object)).toEqual({ service: fromFile(object), uid: 'u-1' })
})

it('a Service that is no load balancer is kept only while it carries something of one', () => {
  const plain = { type: 'ClusterIP', clusterIP: '10.0.0.1' }
  expect(projectService(service({}, plain))).toBeUndefined()
  expect(projectService(service({}, plain, [{ ip: '192.0.2.1' }]))?.service.type).toBe('ClusterIP')
})

it('what a list said counts until the watch has come that far', () => {
  const listed = new NewestListed()
  expect(listed.take('shop/a', '10', '10')).toBe(false)
  expect(listed.take('shop/a', '12', '9')).toBe(true)
  expect(['10', '11', '12', '11'].map((version) => listed.isNews('shop/a', version))).toEqual([
    false,
    false,
    true,
    true,
  ])
  expect(listed.isNews('shop/b', '1')).toBe(true)
})
