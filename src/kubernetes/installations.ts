// Which MetalLB runs where, told from its workloads (names and labels: metallb.md §7.6).
import type { LiveObject, MetallbInstallation, MetallbMode, WorkloadImage } from '../migrate/ports.ts'
import type { ApiClient } from './client.ts'
import { listObjects } from './lists.ts'
import { pathOf } from './resources.ts'
import { asRecord, asText } from './status.ts'

/** Manifests use the first label, Helm charts the second. */
const SELECTORS = ['app=metallb', 'app.kubernetes.io/name=metallb']
const WORKLOADS = [
  { kind: 'Deployment', resource: 'deployments' },
  { kind: 'DaemonSet', resource: 'daemonsets' },
] as const

export async function findInstallations(
  client: ApiClient,
  inNamespace: string | undefined,
): Promise<readonly MetallbInstallation[]> {
  const byUid = new Map<string, LiveObject>()
  for (const labelSelector of SELECTORS)
    for (const { kind, resource } of WORKLOADS) {
      const path = pathOf({ group: 'apps', version: 'v1', resource }, { namespace: inNamespace })
      const found = await listObjects(
        client,
        { path, query: { labelSelector } },
        { apiVersion: 'apps/v1', kind },
      )
      for (const workload of found) byUid.set(workload.metadata.uid, workload)
    }
  const byNamespace = new Map<string, LiveObject[]>()
  for (const workload of byUid.values()) {
    const namespace = workload.metadata.namespace ?? ''
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), workload])
  }
  return [...byNamespace.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, workloads]) => installation(name, workloads))
    .filter((found) => found.controller !== undefined || found.speaker !== undefined)
}

function installation(namespace: string, workloads: readonly LiveObject[]): MetallbInstallation {
  const controller = workloads.find((w) => component(w) === 'controller')
  const speaker = workloads.find((w) => component(w) === 'speaker')
  const mode = [speaker, controller]
    .map((w) => (w === undefined ? undefined : modeOf(w)))
    .find((m) => m !== undefined)
  return {
    namespace,
    controller: controller === undefined ? undefined : imageOf(controller, 'controller'),
    speaker: speaker === undefined ? undefined : imageOf(speaker, 'speaker'),
    mode: mode?.mode,
    modeEvidence: mode?.evidence,
  }
}

const component = (workload: LiveObject): string | undefined =>
  workload.metadata.labels?.['component'] ?? workload.metadata.labels?.['app.kubernetes.io/component']

function containers(workload: LiveObject): readonly Readonly<Record<string, unknown>>[] {
  const pod = asRecord(asRecord(asRecord(workload['spec'])['template'])['spec'])
  return Array.isArray(pod['containers']) ? pod['containers'].map(asRecord) : []
}

const workloadName = (workload: LiveObject): string => `${workload.kind} ${workload.metadata.name}`

function imageOf(workload: LiveObject, container: string): WorkloadImage | undefined {
  const all = containers(workload)
  // Bitnami's chart calls the containers metallb-controller and metallb-speaker.
  const chosen = all.find((c) => asText(c['name']).endsWith(container)) ?? all[0]
  if (chosen === undefined) return undefined
  const image = asText(chosen['image'])
  // A tag stands after the last slash and before a digest: `registry:5000/metallb/speaker@sha256:…` has none.
  const version = /^[^:@]+:([^:@]+)/.exec(image.slice(image.split('@')[0]?.lastIndexOf('/') ?? 0))?.[1]
  return { workload: workloadName(workload), image, version }
}

const MODES: readonly MetallbMode[] = ['native', 'frr', 'frr-k8s']

function modeOf(workload: LiveObject): { mode: MetallbMode; evidence: string } | undefined {
  const all = containers(workload)
  for (const container of all) {
    const env = Array.isArray(container['env']) ? container['env'].map(asRecord) : []
    const value = asText(env.find((e) => e['name'] === 'METALLB_BGP_TYPE')?.['value'])
    const mode = MODES.find((m) => m === value)
    if (mode !== undefined)
      return { mode, evidence: `METALLB_BGP_TYPE=${value} of ${workloadName(workload)}` }
  }
  if (workload.kind !== 'DaemonSet') return undefined
  return all.some((c) => c['name'] === 'frr')
    ? { mode: 'frr', evidence: `container frr in ${workloadName(workload)}` }
    : { mode: 'native', evidence: `no METALLB_BGP_TYPE and no container frr in ${workloadName(workload)}` }
}
