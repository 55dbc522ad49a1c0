// `lbctl diagnose all` and `diagnose service` against the API server of the laboratory: what each of the lists is answered with, a fix that
// is applied and helps, and rights that are missing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'
import { drop, healthyWorld, type World } from '../../src/diagnose/cluster/testing/world.ts'
import { metal } from '../../src/diagnose/cluster/testing/world-objects.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl } from '../support/cli.ts'

let server: ApiServer
let folder: string

beforeEach(async () => {
  server = await startApiServer({
    tokens: [
      { token: 'a', user: 'admin', groups: ['system:masters'] },
      { token: 'e', user: 'eve', groups: [] },
    ],
  })
  server.applyObjects(customResourceDefinitions())
  folder = mkdtempSync(join(tmpdir(), 'lbctl-diagnose-cluster-'))
  writeFileSync(join(folder, 'admin'), server.kubeconfig('admin'))
  writeFileSync(join(folder, 'eve'), server.kubeconfig('eve'))
})
afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

const fill = (world: World): void => server.applyObjects(Object.values(world.planes).flat())
const diagnose = (...words: string[]) => lbctl(['diagnose', ...words], { cwd: folder })

it('finds the pool that nothing announces, and is content when the advertisement that it prints is applied', async () => {
  const world = healthyWorld()
  drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  fill(world)
  const words = ['service', 'shop/web', '--no-probe', '--kubeconfig', 'admin']
  const before = await diagnose(...words)
  expect(before.stdout).toMatch(/^error: F01: Nothing announces the pool "lan"/)
  expect(before.code).toBe(1)
  expect((await diagnose('all', '--kubeconfig', 'admin', '-o', 'short')).stdout).toContain('F01')

  server.applyObjects([metal('L2Advertisement', 'lan', { ipAddressPools: ['lan'] })])
  const after = await diagnose(...words)
  expect(after.stdout).toMatch(/owner: node-b, as MetalLB 0\.15\.2 chooses/)
  expect(after.code).toBe(0)
  const all = await diagnose('all', '--kubeconfig', 'admin', '--fail-on', 'warning', '-o', 'json')
  expect(JSON.parse(all.stdout).reports[0].findings).toEqual([])
  expect(all.code).toBe(0)
})

it('says with the missing rule what it may not read, and that it does not know', async () => {
  fill(healthyWorld())
  const { stdout, code } = await diagnose('all', '--kubeconfig', 'eve', '-o', 'json')
  expect(code).toBe(3)
  const [report] = JSON.parse(stdout).reports
  expect(report.findings).toEqual([])
  expect(report.notTested.join('\n')).toMatch(/User "eve" may not list services.*\n?.*Missing RBAC rule/)
})
