// `lbctl validate --from-cluster` against an API server that answers as recorded.
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

beforeEach(async () => {
  api = await RecordedApi.start(['default', NS])
  directory = mkdtempSync(join(tmpdir(), 'lbctl-validate-'))
  writeFileSync(join(directory, 'kubeconfig'), api.kubeconfig())
  for (const object of [
    {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'lan', namespace: NS },
      spec: { addresses: ['10.0.0.0/24'] },
    },
    {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'L2Advertisement',
      metadata: { name: 'lan', namespace: NS },
      spec: { ipAddressPools: ['Lan'] },
    },
  ])
    api.seed(object as unknown as Map_)
})
afterEach(async () => {
  await api.stop()
  rmSync(directory, { recursive: true })
})

const validate = (...args: string[]) =>
  lbctl(['validate', '--from-cluster', '--kubeconfig', 'kubeconfig', ...args], { cwd: directory })

it('checks what is in the cluster and points into its objects', async () => {
  const { stdout, code } = await validate()
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^<cluster: L2Advertisement metallb-system\/lan>:\d+:\d+: warning V502: There is no IPAddressPool "Lan"/m,
  )
  expect((await validate('--strict')).code).toBe(1)
})

it('does not hold defaults of the API server against anybody', async () => {
  api.seed({
    apiVersion: 'metallb.io/v1beta2',
    kind: 'BGPPeer',
    metadata: { name: 'p', namespace: NS },
    spec: { myASN: 1, peerASN: 2, peerAddress: '10.0.0.1', disableMP: false },
  } as unknown as Map_)
  expect((await validate()).stdout).not.toContain('V903')
})

it('takes the file for the object that it is about to replace, and the cluster for the rest', async () => {
  const file = join(directory, 'l2.yaml')
  writeFileSync(
    file,
    'apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {name: lan}\nspec: {ipAddressPools: [lan]}\n',
  )
  const { stdout, code } = await validate(file, '--strict')
  expect(stdout).not.toMatch(/V502|V023|V801/)
  expect(code).toBe(0)
})
