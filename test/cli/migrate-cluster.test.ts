// --from-cluster, --diff, --apply and --undo-from against an API server that answers as recorded.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'
import type { Map_ } from '../support/recorded-api/objects.ts'
import { RecordedApi } from '../support/recorded-api.ts'

const NS = 'metallb-system'
let api: RecordedApi
let directory: string

beforeEach(async () => {
  api = await RecordedApi.start(['default', 'shop', NS])
  directory = mkdtempSync(join(tmpdir(), 'lbctl-cluster-'))
  writeFileSync(join(directory, 'kubeconfig'), api.kubeconfig())
})
afterEach(async () => {
  await api.stop()
  rmSync(directory, { recursive: true })
})

const migrate = (...args: string[]) =>
  lbctl(['migrate', '--kubeconfig', 'kubeconfig', ...args], { cwd: directory })
const PEER = '    peers:\n    - {peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2, password: sup3rs3cret}\n'
const config = (more = '') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'config', namespace: NS },
  data: {
    config: `${more.replaceAll(/^ {4}/gm, '')}address-pools:\n- name: Lan\n  protocol: layer2\n  addresses:\n  - 10.0.0.0/24\n`,
  },
})
const service = (ip: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', annotations: { 'metallb.universe.tf/address-pool': 'Lan' } },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }], clusterIP: '10.96.0.9' },
  status: { loadBalancer: { ingress: [{ ip }] } },
})
const seed = (...objects: object[]) => {
  for (const object of objects) api.seed(object as unknown as Map_)
}

it('reads everything from the cluster and proves that addresses stay', async () => {
  seed(config(), service('10.0.0.7'))
  const { stdout, stderr, code } = await migrate('--from-cluster')
  expect({ stderr, code }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('1 Service with 1 address'),
  })
  expect(stdout).toContain('name: lan\n')
  expect(stderr).toContain(
    'Service shop/web: metallb.io/address-pool is set beside metallb.universe.tf/address-pool, and the pool "Lan" is called "lan" now',
  )
})

it('shows the difference, without a password, and writes nothing', async () => {
  seed(config(PEER), service('10.0.0.7'))
  const { stdout, code } = await migrate('--from-cluster', '--diff')
  expect(code).toBe(0)
  expect(stdout).toContain('+kind: IPAddressPool')
  expect(stdout).toContain('Service shop/web: metallb.io/address-pool is set')
  expect(stdout).not.toMatch(/sup3rs3cret|c3VwM3JzM2NyZXQ/)
  expect((await migrate('--from-cluster')).stdout).toContain('kind: IPAddressPool')
})

it('applies, writes the way back first, is idempotent, and goes back', async () => {
  seed(config(PEER), service('10.0.0.7'))
  const applied = await migrate('--from-cluster', '--apply', '--undo', 'undo.json')
  expect(applied).toMatchObject({ code: 0, stdout: '' })
  expect(applied.stderr).toContain(`created  IPAddressPool ${NS}/lan`)
  expect(applied.stderr).toContain('changed  Service shop/web')
  expect(existsSync(join(directory, 'undo.json'))).toBe(true)
  const again = await migrate('--from-cluster', '--apply', '--undo', 'undo2.json')
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing to do') })
  expect(existsSync(join(directory, 'undo2.json'))).toBe(false)
  const back = await migrate('--undo-from', 'undo.json')
  expect(back).toMatchObject({ code: 0 })
  expect(back.stderr).toContain(`deleted  IPAddressPool ${NS}/lan`)
  expect(readFileSync(join(directory, 'undo.json'), 'utf8')).toContain('lbctl-undo/1')
})

it('refuses to apply when a Service would lose its address, unless forced', async () => {
  seed(config(), service('10.9.9.9'))
  const refused = await migrate('--from-cluster', '--apply', '--undo', 'undo.json')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('Nothing was applied, because the proof of addresses failed')
  expect(existsSync(join(directory, 'undo.json'))).toBe(false)
  expect((await migrate('--from-cluster', '--apply', '--undo', 'undo.json', '--force')).code).toBe(1)
  expect(existsSync(join(directory, 'undo.json'))).toBe(true)
})

it('refuses on a conflict, names the field and its owner, and writes nothing', async () => {
  seed(config())
  api.seed(
    {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'L2Advertisement',
      metadata: { name: 'lan', namespace: NS },
      spec: { ipAddressPools: ['other'] },
    } as unknown as Map_,
    'argocd',
  )
  const file = join(directory, 'legacy.yaml')
  writeFileSync(file, config().data.config)
  const { stderr, code } = await migrate(file, '--apply', '--undo', 'undo.json')
  expect(code).toBe(1)
  expect(stderr).toContain('argocd')
  expect(stderr).toContain('.spec.ipAddressPools')
  expect(existsSync(join(directory, 'undo.json'))).toBe(false)
})

it('an unreachable cluster is exit code 3', async () => {
  await api.stop()
  expect((await migrate('--from-cluster')).code).toBe(3)
  api = await RecordedApi.start(['default'])
})

it('a cluster without any of it is an input that holds nothing', async () => {
  expect(await migrate('--from-cluster')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('neither a legacy configuration nor resources of MetalLB'),
  })
})

it('a cluster that is migrated already has nothing left to migrate', async () => {
  seed({
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: 'lan', namespace: NS },
    spec: { addresses: ['10.0.0.0/24'] },
  })
  expect(await migrate('--from-cluster')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('There is nothing to migrate'),
  })
  expect(JSON.parse((await migrate('--from-cluster', '-o', 'json')).stdout)).toEqual({
    apiVersion: 'v1',
    kind: 'List',
    items: [],
  })
})
