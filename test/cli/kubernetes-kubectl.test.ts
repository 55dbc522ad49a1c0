// The same cluster seen by kubectl: what it applies, lbctl meets as a conflict; what lbctl applies, it reads and owns not.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cluster, connectCluster, undoFile } from '../../src/compose/cluster.ts'
import type { KubeObject } from '../../src/config/kube-object.ts'
import { applyPlan } from '../../src/migrate/apply/apply-plan.ts'
import { RecordedApi } from '../support/recorded-api.ts'

const NS = 'metallb-system'
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
if (!hasKubectl) {
  if (process.env['LBCTL_REQUIRE_INTEROP'] === '1') throw new Error('kubectl is needed and is not there')
  console.log('skipped: kubectl is not installed')
}

let api: RecordedApi
let cluster: Cluster
let directory: string
beforeEach(async () => {
  api = await RecordedApi.start()
  directory = mkdtempSync(join(tmpdir(), 'lbctl-kubectl-'))
  writeFileSync(join(directory, 'config'), api.kubeconfig())
  cluster = await connectCluster({ kubeconfig: join(directory, 'config') })
})
afterEach(async () => {
  cluster.close()
  await api.stop()
  rmSync(directory, { recursive: true })
})

function kubectl(args: readonly string[], stdin = ''): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: directory, KUBECONFIG: join(directory, 'config') }
    const child = spawn('kubectl', args, { env })
    let out = ''
    const add = (chunk: Buffer): void => {
      out += chunk.toString('utf8')
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.on('close', (code) => resolve({ code, out }))
    child.stdin.end(stdin)
  })
}

const pool = (address: string): KubeObject =>
  ({
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: 'lan', namespace: NS },
    spec: { addresses: [address] },
  }) as KubeObject
const apply = (object: KubeObject) =>
  applyPlan(
    cluster.writer,
    { objects: [object], services: [] },
    { undo: undoFile(join(directory, 'undo.json')) },
  )
const APPLY = ['apply', '--server-side', '--validate=false', '-f', '-']

describe.skipIf(!hasKubectl)('kubectl', () => {
  it('owns what it applied: lbctl refuses and names it', async () => {
    const { code, out } = await kubectl(APPLY, JSON.stringify(pool('192.0.2.0/24')))
    expect([code, out]).toEqual([0, 'ipaddresspool.metallb.io/lan serverside-applied\n'])
    const outcome = await apply(pool('198.51.100.0/24'))
    const facts = outcome.kind === 'refused' ? outcome.refusals.map((r) => r.error.facts) : []
    expect(facts).toEqual([{ '.spec.addresses': 'set by "kubectl"' }])
  })

  it('reads what lbctl applied, and is told that lbctl owns it', async () => {
    expect((await apply(pool('192.0.2.0/24'))).kind).toBe('done')
    const read = await kubectl(['get', 'ipaddresspool', 'lan', '-n', NS, '-o', 'jsonpath={.spec.addresses}'])
    expect(read).toEqual({ code: 0, out: '["192.0.2.0/24"]' })
    const refused = await kubectl(APPLY, JSON.stringify(pool('198.51.100.0/24')))
    expect(refused.code).toBe(1)
    expect(refused.out).toContain('conflict with "lbctl": .spec.addresses')
  })
})
