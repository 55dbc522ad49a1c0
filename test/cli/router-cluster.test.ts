// `lbctl router config` and `router check` with --from-cluster, against an API server that answers as recorded.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'
import type { Map_ } from '../support/recorded-api/objects.ts'
import { RecordedApi } from '../support/recorded-api.ts'

const NS = 'metallb-system'
let api: RecordedApi
let directory: string

const node = (name: string, address: string, rack: string) => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { rack } } },
  status: { addresses: [{ type: 'InternalIP', address }] },
})
const metal = (version: string, kind: string, name: string, spec: object) => ({
  ...{ apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace: NS }, spec },
})

beforeEach(async () => {
  api = await RecordedApi.start(['default', NS])
  directory = mkdtempSync(join(tmpdir(), 'lbctl-router-cluster-'))
  writeFileSync(join(directory, 'kubeconfig'), api.kubeconfig())
  for (const object of [
    node('worker-1', '192.0.2.11', 'a'),
    node('worker-2', '192.0.2.12', 'a'),
    node('worker-3', '192.0.2.13', 'b'),
    metal('v1beta1', 'IPAddressPool', 'lan', { addresses: ['198.51.100.0/24'] }),
    metal('v1beta1', 'BGPAdvertisement', 'lan', {}),
    metal('v1beta2', 'BGPPeer', 'tor', {
      ...{ myASN: 64512, peerASN: 64500, peerAddress: '192.0.2.1' },
      nodeSelectors: [{ matchLabels: { rack: 'a' } }],
    }),
  ])
    api.seed(object as unknown as Map_)
})
afterEach(async () => {
  await api.stop()
  rmSync(directory, { recursive: true })
})

const router = (...args: string[]) =>
  lbctl(['router', ...args, '--from-cluster', '--kubeconfig', 'kubeconfig'], { cwd: directory })

it('takes objects and Nodes from the cluster, and what it writes passes', async () => {
  const { stdout, stderr, code } = await router('config', '--vendor', 'junos')
  expect([code, stderr]).toEqual([0, ''])
  const neighbours = [...stdout.matchAll(/neighbor (\S+) \{/g)].map((match) => match[1])
  expect(neighbours).toEqual(['192.0.2.11', '192.0.2.12'])
  writeFileSync(join(directory, 'junos.conf'), stdout)
  expect((await router('check', 'junos.conf')).code).toBe(0)
})

it('finds the node that has come since', async () => {
  const { stdout } = await router('config', '--vendor', 'bird')
  writeFileSync(join(directory, 'bird.conf'), stdout)
  api.seed(node('worker-4', '192.0.2.14', 'a') as unknown as Map_)
  const { stdout: found, code } = await router('check', 'bird.conf')
  expect([found.includes('R001'), found.includes('"worker-4" (192.0.2.14)'), code]).toEqual([true, true, 1])
})
