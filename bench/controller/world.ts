// The laboratory's API server with MetalLB's definitions and the rights of an installation, and what the benchmark sees of it: how many
// Services have an address, and what the controller wrote.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'
import { allItems } from '../../src/install/install-objects.ts'
import { startApiServer } from '../../src/lab/apiserver/api-server.ts'

const NS = 'metallb-system'
const ACCOUNT = `system:serviceaccount:${NS}:lbctl-controller`
const RIGHTS = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ServiceAccount', 'Deployment']
const WRITES = ['create', 'update', 'patch', 'delete']

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80, protocol: 'TCP' }] },
})

export type World = Awaited<ReturnType<typeof startWorld>>

export async function startWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'lbctl-bench-'))
  const writes = new Map<string, number>()
  const server = await startApiServer({
    tokens: [
      { token: 'token-of-the-bench', user: 'admin', groups: ['system:masters'] },
      { token: 'token-of-the-controller', user: ACCOUNT },
    ],
    audit: ({ user, asked: { verb, resource = '', subresource = '' } }) => {
      if (user !== ACCOUNT || !WRITES.includes(verb)) return
      const what = subresource === '' ? resource : `${resource}/${subresource}`
      writes.set(what, (writes.get(what) ?? 0) + 1)
    },
  })
  const namespaces = [NS, 'shop'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  server.applyObjects([...customResourceDefinitions(), ...namespaces])
  server.applyObjects([
    {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'lan', namespace: NS },
      spec: { addresses: ['198.18.0.0/15'] },
    },
    ...allItems(NS)
      .map(({ object }) => object)
      .filter(({ kind }) => RIGHTS.includes(kind)),
  ])
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, server.kubeconfig(ACCOUNT))

  const waiting = new Map<string, () => void>()
  server.store.listen('services', ({ key, object }) => {
    const { loadBalancer } = (object['status'] ?? {}) as { loadBalancer?: { ingress?: readonly object[] } }
    if ((loadBalancer?.ingress?.length ?? 0) === 0) return
    waiting.get(key)?.()
    waiting.delete(key)
  })
  return {
    kubeconfig,
    namespace: NS,
    token: 'token-of-the-controller',
    url: server.url,
    /** all at once; resolves when each has its address */
    createServices: async (names: readonly string[]): Promise<void> => {
      const all = names.map(
        (name) => new Promise<void>((resolve) => void waiting.set(`shop/${name}`, resolve)),
      )
      server.applyObjects(names.map(service))
      await Promise.all(all)
    },
    /** what the controller wrote since it was asked last, without the lease */
    takeWrites: (): Readonly<Record<string, number>> => {
      const { leases: _, ...counted } = Object.fromEntries(writes)
      writes.clear()
      return counted
    },
    stop: async (): Promise<void> => {
      await server.kill()
      rmSync(folder, { recursive: true })
    },
  }
}
