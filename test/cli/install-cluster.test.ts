// `lbctl install` and `lbctl uninstall` as built, against an API server that words its answers as a real one did.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../src/config/kube-object.ts'
import { installItems } from '../../src/install/install-objects.ts'
import { options } from '../../src/install/testing/options.ts'
import { lbctl } from '../support/cli.ts'
import type { Map_ } from '../support/recorded-api/objects.ts'
import { RecordedApi } from '../support/recorded-api.ts'

const NS = 'metallb-system'
const OBJECTS = installItems(options({ namespace: NS })).length
let api: RecordedApi
let directory: string
let kubeconfig: string

beforeEach(async () => {
  api = await RecordedApi.start(['default'])
  directory = mkdtempSync(join(tmpdir(), 'lbctl-install-'))
  kubeconfig = join(directory, 'config')
  writeFileSync(kubeconfig, api.kubeconfig())
})
afterEach(async () => {
  await api.stop()
  rmSync(directory, { recursive: true })
})

const install = (...flags: string[]) => lbctl(['install', '--kubeconfig', kubeconfig, ...flags])
const uninstall = (...flags: string[]) => lbctl(['uninstall', '--kubeconfig', kubeconfig, ...flags])
const writes = () => api.writes
const seed = (object: KubeObject, manager?: string) =>
  api.seed(structuredClone(object) as unknown as Map_, manager)
const workload = (kind: string, name: string, spec: object, status: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: NS, labels: { app: 'metallb', component: name } },
  spec: { ...spec, template: { spec: { containers: [{ name, image: `quay.io/metallb/${name}:v0.15.3` }] } } },
  status,
})

describe('lbctl install', () => {
  it('applies everything to an empty cluster, and nothing a second time', async () => {
    const first = await install('--no-wait')
    expect(first.stderr).toContain(`Done: ${OBJECTS} written, 0 unchanged.`)
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' })
    expect(writes()).toHaveLength(OBJECTS)
    const second = await install('--no-wait')
    expect(second.stderr).toContain(`Nothing to do: ${OBJECTS} objects are as wanted already.`)
    expect(second.code).toBe(0)
    expect(writes()).toHaveLength(OBJECTS)
  })

  it('only tries with --check', async () => {
    const { code, stderr } = await install('--check')
    expect(stderr).toContain(`The dry run went well. To be written: ${OBJECTS}, unchanged: 0.`)
    expect(code).toBe(0)
    expect(writes()).toEqual([])
  })

  it('waits, and says what is not ready when the time is over', async () => {
    const { code, stderr } = await install('--timeout', '1s')
    expect(stderr).toContain(`DaemonSet ${NS}/lbctl-speaker: is not taken up by the cluster yet`)
    expect(stderr).toContain('Not ready after 1s; everything is applied')
    expect(stderr).toContain(`kubectl -n ${NS} get pods,events`)
    expect(code).toBe(4)
  })

  it('names what others own, and writes nothing', async () => {
    expect((await install('--no-wait')).code).toBe(0)
    await uninstall('--yes')
    const daemons = installItems(options({ namespace: NS })).find(({ object }) => object.kind === 'DaemonSet')
    if (daemons === undefined) throw new Error('no DaemonSet')
    seed(
      {
        ...daemons.object,
        spec: {
          ...(daemons.object['spec'] as object),
          minReadySeconds: 5,
          updateStrategy: { type: 'OnDelete' },
        },
      },
      'argocd',
    )
    const before = writes().length
    const { code, stderr } = await install('--no-wait')
    expect(stderr).toContain('Nothing was written, because of:')
    expect(stderr).toMatch(/updateStrategy.*: set by "argocd"/)
    expect(code).toBe(1)
    expect(writes()).toHaveLength(before)
    expect((await install('--no-wait', '--take-over')).code).toBe(0)
  })

  it('refuses beside a MetalLB that runs, and says how to stop it', async () => {
    api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } })
    seed(workload('Deployment', 'controller', { replicas: 1 }))
    seed(workload('DaemonSet', 'speaker', {}, { desiredNumberScheduled: 3 }))
    const refused = await install('--no-wait')
    expect(refused.stderr).toContain('MetalLB runs in this cluster')
    expect(refused.stderr).toContain(`kubectl -n ${NS} scale deployment controller --replicas=0`)
    expect(refused.code).toBe(1)
    expect(writes()).toEqual([])
    const beside = await install('--no-wait', '--mode', 'speaker', '--node-selector', 'rack=1')
    expect(beside.code).toBe(0)
    expect((await install('--no-wait', '--force')).code).toBe(0)
  })

  it('says that MetalLB’s webhook was left behind', async () => {
    seed({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'metallb-webhook-configuration' },
    })
    const { stderr } = await install('--no-wait')
    expect(stderr).toContain('kubectl delete validatingwebhookconfiguration metallb-webhook-configuration')
  })
})

describe('lbctl uninstall', () => {
  it('shows, removes when told to, and keeps CRDs and namespace', async () => {
    await install('--no-wait')
    const before = writes().length
    const shown = await uninstall()
    expect(shown.stdout).toContain(`  DaemonSet ${NS}/lbctl-speaker\n`)
    expect(shown.stdout).toContain(
      'CustomResourceDefinition bgppeers.metallb.io: with it, all objects of its kind would go',
    )
    expect(shown.stderr).toContain('Nothing was removed; --yes removes it.')
    expect(writes()).toHaveLength(before)
    const done = await uninstall('--yes')
    expect(done.code).toBe(0)
    expect(done.stderr).toContain(`Done: ${OBJECTS - 10} written`)
    expect((await uninstall()).stdout).toContain('Nothing of lbctl is there to be removed.')
  })

  it('removes the CRDs when that is confirmed, and tells how much goes with them', async () => {
    await install('--no-wait')
    seed({
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'lan', namespace: NS },
      spec: { addresses: ['192.0.2.0/24'] },
    })
    const shown = await uninstall('--delete-crds')
    expect(shown.stdout).toContain(
      'go ALL objects of their kinds, of every namespace: 1 objects of configuration.',
    )
    const done = await uninstall('--delete-crds', '--delete-all-configuration', '--yes')
    expect(done.code).toBe(0)
    expect(done.stderr).toContain('deleted  CustomResourceDefinition ipaddresspools.metallb.io')
  })
})
