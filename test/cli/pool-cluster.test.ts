// `lbctl pool simulate --from-cluster` against the embedded API server: EndpointSlices and Nodes are asked for, too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl } from '../support/cli.ts'
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
