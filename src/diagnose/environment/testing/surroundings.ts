// Hosts and clusters as `--pre` reads them, with one thing that is special.
import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterFacts, clusterFacts, type PlaneName, readPlane } from '../../cluster/cluster-facts.ts'
import {
  ENVIRONMENT_FACTS_FORMAT,
  type EnvironmentFacts,
  type EnvironmentLink,
  type HostEnvironment,
} from '../environment-facts.ts'

export const link = (known: Partial<EnvironmentLink> = {}): EnvironmentLink => ({
  name: 'eth0',
  kind: undefined,
  hardwareType: 1,
  up: true,
  loopback: false,
  noArp: false,
  wireless: false,
  mac: '3c:ec:ef:00:00:01',
  master: undefined,
  bondMode: undefined,
  vlanFiltering: undefined,
  addresses: ['192.0.2.2'],
  ...known,
})
export const host = (known: Partial<HostEnvironment> = {}): HostEnvironment => ({
  vendor: 'Supermicro',
  product: 'X11',
  platform: undefined,
  links: [link()],
  uplink: 'eth0',
  ...known,
})
export const object = (
  kind: string,
  name: string,
  rest: Record<string, unknown> = {},
  apiVersion = 'v1',
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'kube-system', ...((rest['metadata'] as object | undefined) ?? {}) },
  ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'metadata')),
})
export const node = (rest: Record<string, unknown> = {}, labels: Record<string, string> = {}): KubeObject =>
  object('Node', 'node-a', { ...rest, metadata: { labels } })
export const cluster = (planes: Partial<Record<PlaneName, readonly KubeObject[]>> = {}): ClusterFacts => {
  const all = {
    nodes: [node()],
    daemonSets: [],
    deployments: [],
    pods: [],
    configMaps: [],
    foreign: [],
    ...planes,
  }
  return clusterFacts({
    takenAt: '2026-11-27T12:00:00Z',
    origin: 'cluster',
    vantage: 'cluster "home", from host node-a',
    kubernetesVersion: 'v1.33.1',
    ...Object.fromEntries(Object.entries(all).map(([name, items]) => [name, readPlane(items)])),
  })
}
export const facts = (
  ofHost: HostEnvironment = host(),
  ofCluster: ClusterFacts | 'none' = cluster(),
): EnvironmentFacts => ({
  format: ENVIRONMENT_FACTS_FORMAT,
  takenAt: '2026-11-27T12:00:00Z',
  hostName: 'node-a',
  host: { status: 'read', value: ofHost },
  cluster:
    ofCluster === 'none'
      ? { status: 'not-read', reason: 'There is no kubeconfig.' }
      : { status: 'read', value: ofCluster },
})
export const daemonSet = (name: string) => object('DaemonSet', name, {}, 'apps/v1')
export const proxy = (mode: string, strictArp: boolean) =>
  object('ConfigMap', 'kube-proxy', {
    data: {
      'config.conf': `kind: KubeProxyConfiguration\nmode: "${mode}"\nipvs:\n  strictARP: ${strictArp}\n`,
    },
  })
export const crd = (apiVersion: string, kind: string) => object(kind, 'x', {}, apiVersion)
