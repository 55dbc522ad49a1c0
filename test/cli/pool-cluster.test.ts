// `lbctl pool simulate --from-cluster` against the embedded API server: EndpointSlices and Nodes are asked for, too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl, unwrapped } from '../support/cli.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

const metal = (kind: string, name: string, spec: object) => ({
  ...{ apiVersion: 'metallb.io/v1beta1', kind, spec },
  metadata: { name, namespace: 'metallb-system' },
})

it('simulate: a drain takes the only endpoint of a Service', async () => {
  const server = await startApiServer()
  const directory = mkdtempSync(join(tmpdir(), 'lbctl-pool-cluster-'))
  try {
    server.applyObjects(crds)
    server.applyObjects([
      metal('IPAddressPool', 'lan', { addresses: ['192.0.2.10-192.0.2.12'] }),
      metal('L2Advertisement', 'lan', {}),
      ...['worker-1', 'worker-2'].map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })),
      {
        ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name: 'web' } },
        spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.10' }] } },
      },
      {
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
        metadata: { namespace: 'shop', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
        endpoints: [{ addresses: ['10.244.0.1'], nodeName: 'worker-1', conditions: { ready: true } }],
      },
    ])
    const kubeconfig = join(directory, 'kubeconfig')
    writeFileSync(kubeconfig, server.kubeconfig())
    const run = (node: string) =>
      lbctl(['pool', 'simulate', '--from-cluster', '--kubeconfig', kubeconfig, '--drain', node, '--json'])
    const [lost, kept] = [await run('worker-1'), await run('worker-2')]
    expect([lost.stderr, lost.code, kept.code]).toEqual(['', 1, 0])
    expect(JSON.parse(lost.stdout).services).toMatchObject([
      { service: 'shop/web', effect: 'loses-announcement', after: { addresses: ['192.0.2.10'] } },
    ])
    expect(JSON.parse(kept.stdout).servedEverywhere).toBe(false)
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true })
  }
})

it('simulate: what the DaemonSet of the speakers says of nodes and of the class counts', async () => {
  const server = await startApiServer()
  const directory = mkdtempSync(join(tmpdir(), 'lbctl-pool-speakers-'))
  const labels = { app: 'metallb', component: 'speaker' }
  const image = 'quay.io/metallb/speaker:v0.15.2'
  try {
    server.applyObjects(crds)
    server.applyObjects([
      metal('IPAddressPool', 'lan', { addresses: ['192.0.2.10-192.0.2.12'] }),
      metal('L2Advertisement', 'lan', {}),
      ...['worker-1', 'worker-2'].map((name) => ({
        ...{
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name, labels: { edge: String(name === 'worker-1') } },
        },
      })),
      ...['edge', undefined].map((loadBalancerClass, index) => ({
        ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name: `web-${index}` } },
        spec: { type: 'LoadBalancer', ports: [{ port: 80 }], loadBalancerClass },
        status: { loadBalancer: { ingress: [{ ip: `192.0.2.1${index}` }] } },
      })),
      {
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
        metadata: { namespace: 'shop', name: 'web-0-1', labels: { 'kubernetes.io/service-name': 'web-0' } },
        endpoints: [{ addresses: ['10.244.0.1'], nodeName: 'worker-2', conditions: { ready: true } }],
      },
      {
        ...{ apiVersion: 'apps/v1', kind: 'DaemonSet' },
        metadata: { namespace: 'metallb-system', name: 'speaker', labels },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              nodeSelector: { edge: 'true' },
              containers: [{ name: 'speaker', image, args: ['--lb-class=edge', '--ml-bindaddr=0.0.0.0'] }],
            },
          },
        },
      },
    ])
    const kubeconfig = join(directory, 'kubeconfig')
    writeFileSync(kubeconfig, server.kubeconfig())
    const run = (node: string) =>
      lbctl(['pool', 'simulate', '--from-cluster', '--kubeconfig', kubeconfig, '--drain', node, '--json'])
    const edge = await run('worker-1')
    expect([edge.stderr, edge.code]).toEqual(['', 1])
    expect(JSON.parse(edge.stdout).services).toMatchObject([
      { service: 'shop/web-0', effect: 'loses-announcement', before: { layer2Owner: 'worker-1' } },
    ])
    const from = ['--from-cluster', '--kubeconfig', kubeconfig]
    const idle = await lbctl([
      'pool',
      'simulate',
      ...from,
      '--drain',
      'worker-2',
      '--compat-version',
      '0.16.1',
    ])
    expect(unwrapped(idle.stdout)).toContain('with a speaker on every node but worker-2.')
    const bundle = join(directory, 'bundle.tar.gz')
    const made = await lbctl(['bundle', '--kubeconfig', kubeconfig, '-o', bundle])
    expect(made.code).toBe(0)
    const bundled = await lbctl(['pool', 'simulate', '--bundle', bundle, '--drain', 'worker-1', '--json'])
    expect(JSON.parse(bundled.stdout)).toEqual(JSON.parse(edge.stdout))
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true })
  }
})
