// The whole way with real clients: what lbctl install prints goes through kubectl into the laboratory's API server, which then asks
// lbctl's webhooks over TLS whatever kubectl applies.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWebhooks, type Webhooks } from '../../src/compose/webhook/start-webhooks.ts'
import { type OpenCluster, openCluster } from '../../src/kubernetes/open-cluster.ts'
import { ApiWriter } from '../../src/kubernetes/writer.ts'
import type { LiveObject } from '../../src/migrate/ports.ts'
import { lbctl } from '../support/cli.ts'
import { KubectlCluster } from '../support/kubectl-cluster.ts'

const NS = 'metallb-system'
let lab: KubectlCluster
let cluster: OpenCluster
let webhooks: Webhooks
let port = 0
let configuration: readonly LiveObject[] = []

const apply = (object: object) => lab.kubectl(['apply', '-f', '-'], object)
const make = (apiVersion: string, kind: string, name: string, spec: object) => ({
  apiVersion: `metallb.io/${apiVersion}`,
  kind,
  metadata: { name, namespace: NS },
  spec,
})

beforeAll(async () => {
  lab = await KubectlCluster.start({
    serviceAddress: (_, name) => (name === 'lbctl-webhook' ? `127.0.0.1:${port}` : undefined),
  })
  const printed = await lbctl(['install', '--dry-run', '-n', NS])
  const applied = await lab.kubectl(['apply', '--server-side', '-f', '-'], printed.stdout)
  expect(applied.stderr).toBe('')
  cluster = openCluster({ kubeconfig: lab.kubeconfig })
  const { writer } = cluster
  if (!(writer instanceof ApiWriter)) throw new Error('another writer')
  webhooks = startWebhooks({
    store: writer,
    namespace: NS,
    host: '127.0.0.1',
    port: 0,
    configuration: () => ({ configuration, nodes: [], namespaces: [] }),
    log: () => undefined,
  })
  port = await webhooks.listening
}, 120_000)
afterAll(async () => {
  await webhooks?.close()
  cluster?.close()
  await lab?.remove()
})

describe('an installation that kubectl applied', { timeout: 120_000 }, () => {
  it('lets a good pool in, and refuses one with the same addresses, in kubectl’s words', async () => {
    const good = await apply(make('v1beta1', 'IPAddressPool', 'lan', { addresses: ['192.0.2.0/24'] }))
    expect(good).toMatchObject({ code: 0, stdout: 'ipaddresspool.metallb.io/lan created\n' })
    configuration = (await cluster.reader.metallbObjects()).objects
    const bad = await apply(
      make('v1beta1', 'IPAddressPool', 'other', { addresses: ['192.0.2.10-192.0.2.20'] }),
    )
    expect(bad.code).toBe(1)
    expect(bad.stderr).toMatch(/The IPAddressPool "other" is invalid: spec\.addresses\[0\]: .* \(V106\)/)
  })

  it('passes on a refusal that is about no field', async () => {
    const elsewhere = make('v1beta1', 'IPAddressPool', 'lost', { addresses: ['198.51.100.0/24'] })
    const bad = await apply({ ...elsewhere, metadata: { name: 'lost', namespace: 'default' } })
    expect(bad.code).toBe(1)
    expect(bad.stderr).toMatch(
      /admission webhook "ipaddresspoolvalidationwebhook.metallb.io" denied the request: resource must be/,
    )
  })

  it('has kubectl show what is only warned of', async () => {
    const warned = await apply(make('v1beta1', 'L2Advertisement', 'l2', { ipAddressPools: ['lann'] }))
    expect(warned.code).toBe(0)
    expect(warned.stderr).toMatch(/Warning: V502: .*lann/)
  })

  it('shows a peer in the old version, and loses nothing when it is written back', async () => {
    const peer = make('v1beta2', 'BGPPeer', 'tor', {
      myASN: 64512,
      peerASN: 64513,
      peerAddress: '192.0.2.1',
      vrf: 'red',
    })
    expect((await apply(peer)).code).toBe(0)
    const old = await lab.kubectl(['get', 'bgppeers.v1beta1.metallb.io', '-n', NS, 'tor', '-o', 'json'])
    expect(JSON.parse(old.stdout)).toMatchObject({ apiVersion: 'metallb.io/v1beta1', spec: { myASN: 64512 } })
    expect(JSON.parse(old.stdout).spec).not.toHaveProperty('vrf')
    const edited = { ...JSON.parse(old.stdout), spec: { ...JSON.parse(old.stdout).spec, holdTime: '30s' } }
    const put = await lab.kubectl(['replace', '-f', '-'], edited)
    expect(put.code).toBe(0)
    const back = await lab.kubectl(['get', 'bgppeers.v1beta2.metallb.io', '-n', NS, 'tor', '-o', 'json'])
    expect(JSON.parse(back.stdout).spec).toMatchObject({ vrf: 'red', holdTime: '30s' })
  })
})
