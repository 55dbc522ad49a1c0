// `lbctl install` and `lbctl uninstall` as built, against the laboratory's API server, which validates, owns fields and garbage-collects
// as a real one does; and the two other ways to the same objects, kubectl and kustomize.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../src/config/kube-object.ts'
import { installItems } from '../../src/install/install-objects.ts'
import { options } from '../../src/install/testing/options.ts'
import { lbctl, root } from '../support/cli.ts'
import { KubectlCluster } from '../support/kubectl-cluster.ts'
import { eventually } from '../support/namespaces.ts'

const NS = 'metallb-system'
const ITEMS = installItems(options({ namespace: NS }))
const OBJECTS = ITEMS.length
let cluster: KubectlCluster

beforeEach(async () => {
  cluster = await KubectlCluster.start()
})
afterEach(() => cluster.remove())

const install = (...flags: string[]) => lbctl(['install', '--kubeconfig', cluster.kubeconfig, ...flags])
const uninstall = (...flags: string[]) => lbctl(['uninstall', '--kubeconfig', cluster.kubeconfig, ...flags])
/** Everything that is stored, with its version: what two looks have the same, nobody wrote in between. */
const stored = (): readonly string[] =>
  cluster.server.store
    .resources()
    .flatMap((resource) =>
      cluster.server.store
        .list(resource)
        // Every namespace gets one, whenever the server comes to it.
        .filter(({ kind, metadata: { name } }) => kind !== 'ServiceAccount' || name !== 'default')
        .map(({ metadata: { namespace, name, resourceVersion } }) =>
          [resource, namespace ?? '', name, resourceVersion].join(' '),
        ),
    )
    .sort()
const names = (): readonly string[] => stored().map((line) => line.slice(0, line.lastIndexOf(' ')))
/** Definitions are served a moment after they are stored. */
const served = () => cluster.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=20s'])
const seed = (...objects: object[]) => cluster.server.applyObjects(objects)
const workload = (kind: string, name: string, spec: object, status: object = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: NS, labels: { app: 'metallb', component: name } },
  spec: { ...spec, template: { spec: { containers: [{ name, image: `quay.io/metallb/${name}:v0.15.3` }] } } },
  status,
})

describe('lbctl install', { timeout: 60_000 }, () => {
  it('applies everything to an empty cluster, and nothing a second time', async () => {
    const first = await install('--no-wait')
    expect(first.stderr).toContain(`Done: ${OBJECTS} written, 0 unchanged.`)
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' })
    await served()
    const before = stored()
    const second = await install('--no-wait')
    expect(second.stderr).toContain(`Nothing to do: ${OBJECTS} objects are as wanted already.`)
    expect(second.code).toBe(0)
    expect(stored()).toEqual(before)
  })

  it('only tries with --check', async () => {
    const before = stored()
    const { code, stderr } = await install('--check')
    expect(stderr).toContain(`The dry run went well. To be written: ${OBJECTS}, unchanged: 0.`)
    expect(code).toBe(0)
    expect(stored()).toEqual(before)
  })

  it('names what others own, and writes nothing', async () => {
    const daemons = ITEMS.find(({ object }) => object.kind === 'DaemonSet')?.object as KubeObject
    const theirs = {
      ...daemons,
      spec: { ...(daemons['spec'] as object), updateStrategy: { type: 'OnDelete' } },
    }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } }
    expect((await cluster.kubectl(['apply', '-f', '-'], namespace)).code).toBe(0)
    const flags = ['apply', '--server-side', '--field-manager=argocd', '-f', '-']
    expect((await cluster.kubectl(flags, theirs)).stderr).toBe('')
    const before = stored()
    const { code, stderr } = await install('--no-wait')
    expect(stderr).toContain('Nothing was written, because of:')
    expect(stderr).toMatch(/updateStrategy.*: set by "argocd"/)
    expect(code).toBe(1)
    expect(stored()).toEqual(before)
    expect((await install('--no-wait', '--take-over')).code).toBe(0)
  })

  it('refuses beside a MetalLB that runs, and says how to stop it', async () => {
    seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } })
    seed(workload('Deployment', 'controller', { replicas: 1 }))
    seed(workload('DaemonSet', 'speaker', {}, { desiredNumberScheduled: 3 }))
    const before = stored()
    const refused = await install('--no-wait')
    expect(refused.stderr).toContain('MetalLB runs in this cluster')
    expect(refused.stderr).toContain(`kubectl -n ${NS} scale deployment controller --replicas=0`)
    expect(refused.code).toBe(1)
    expect(stored()).toEqual(before)
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

describe('the same objects by kubectl', { timeout: 60_000 }, () => {
  it.each(['json', 'yaml'])(
    'take lbctl’s %s, strictly validated, and nothing differs afterwards',
    async (output) => {
      const printed = await lbctl(['install', '--dry-run', '-o', output])
      const apply = ['apply', '--server-side', '--validate=strict', '-f', '-']
      const applied = await cluster.kubectl(apply, printed.stdout)
      expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' })
      expect(applied.stdout.trim().split('\n')).toHaveLength(OBJECTS)
      await served()
      const before = stored()
      // Who applied it may apply it again, and nothing changes; nor does lbctl want to write anything.
      expect((await cluster.kubectl(apply, printed.stdout)).code).toBe(0)
      expect(stored()).toEqual(before)
      const checked = await install('--check')
      expect(checked.stderr).toContain(`Nothing to do: ${OBJECTS} objects are as wanted already.`)
    },
  )

  it('take the kustomize base, and the other overlays after it', async () => {
    const overlay = (name: string) => join(root, 'deploy/kustomize', name)
    const base = overlay('base')
    const applied = await cluster.kubectl(['apply', '--server-side', '--validate=strict', '-k', base])
    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' })
    const clientSide = await KubectlCluster.start()
    try {
      const again = await clientSide.kubectl(['apply', '--validate=strict', '-k', base])
      expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' })
    } finally {
      await clientSide.remove()
    }
    expect(applied.stdout.trim().split('\n')).toHaveLength(OBJECTS)
    for (const name of ['single-node', 'speaker-beside-metallb']) {
      const flags = ['apply', '--server-side', '--force-conflicts', '--validate=strict', '-k', overlay(name)]
      const over = await cluster.kubectl(flags)
      expect({ name, code: over.code, stderr: over.stderr }).toEqual({ name, code: 0, stderr: '' })
    }
  })
})

const isKept = (line: string): boolean =>
  line.startsWith('customresourcedefinitions') ||
  line === `namespaces  ${NS}` ||
  line.includes(` ${NS} default`)

describe('lbctl uninstall', { timeout: 60_000 }, () => {
  it('shows, removes when told to, and keeps CRDs, namespace and configuration', async () => {
    const empty = names()
    await install('--no-wait')
    await served()
    const pool = {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'lan', namespace: NS },
      spec: { addresses: ['192.0.2.0/24'] },
    }
    seed(pool)
    const before = stored()
    const shown = await uninstall()
    expect(shown.stdout).toContain(`  DaemonSet ${NS}/lbctl-speaker\n`)
    expect(shown.stdout).toContain(
      'CustomResourceDefinition bgppeers.metallb.io: with it, all objects of its kind would go',
    )
    expect(shown.stderr).toContain('Nothing was removed; --yes removes it.')
    expect(stored()).toEqual(before)
    const done = await uninstall('--yes')
    expect(done.code).toBe(0)
    // All but nine definitions and the namespace; one definition and the namespace are changed.
    expect(done.stderr).toContain(`Done: ${OBJECTS - 10 + 2} written`)
    expect(done.stderr).toContain('changed  CustomResourceDefinition bgppeers.metallb.io')
    const left = names().filter((line) => !empty.includes(line))
    expect(left.filter((line) => !isKept(line))).toEqual([`ipaddresspools.metallb.io ${NS} lan`])
    expect((await uninstall()).stdout).toContain('Nothing of lbctl is there to be removed.')
    // And it can come back, to the configuration of before.
    expect((await install('--no-wait')).code).toBe(0)
  })

  it('removes the CRDs when that is confirmed, and tells how much goes with them', async () => {
    const empty = names()
    await install('--no-wait')
    await served()
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
    const unsure = await uninstall('--delete-crds', '--yes')
    expect(unsure.code).toBe(2)
    const done = await uninstall('--delete-crds', '--delete-all-configuration', '--yes')
    expect(done.code).toBe(0)
    expect(done.stderr).toContain('deleted  CustomResourceDefinition ipaddresspools.metallb.io')
    const gone = (line: string) => names().every((one) => !one.startsWith(line))
    await eventually('the end of all definitions', () => gone('customresourcedefinitions'))
    expect(names().filter((line) => !empty.includes(line) && !isKept(line))).toEqual([])
  })
})
