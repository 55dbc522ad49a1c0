// What a diagnosis of a whole installation knows: values only, as JSON has them, so that the facts of a live cluster, of files, of
// a bundle and of a test are judged by the same code. What could not be read is a value too: it is never taken for "there is none".
import type { KubeObject } from '../../config/kube-object.ts'
import type { AgentFacts, ReachMatrixFacts } from '../agents/reach-facts.ts'
import type { BgpFacts } from '../bgp/bgp-facts.ts'
import type { LinkFacts } from '../facts/link-facts.ts'
import type { PathFacts } from '../path/path-facts.ts'
import type { PoolFacts } from '../pool/pool-facts.ts'
import type { RouteDiagnosisFacts } from '../route/route-facts.ts'
import type { HostFacts } from './host-facts.ts'

/** One kind of fact. */
export type Plane<T> =
  | {
      readonly status: 'read'
      readonly items: readonly T[]
      /** parts that could not be read, each as a clause with its reason: `log of a/b c: the kubelet does not answer` */
      readonly gaps?: readonly string[]
    }
  | {
      readonly status: 'not-read'
      /** a clause: `this user may not list pods in the whole cluster` */
      readonly reason: string
      /** it was wanted and could not be had; otherwise nobody asked for it */
      readonly wanted: boolean
      /** what would help, as a whole sentence: the missing RBAC rule, the flag */
      readonly remedy?: string
    }

/** Kinds of objects, by the name of the plane. Secrets come without their values. */
export const OBJECT_PLANES = [
  'services',
  'endpointSlices',
  'nodes',
  'namespaces',
  'configuration',
  'statuses',
  'pods',
  'daemonSets',
  'deployments',
  'configMaps',
  'secrets',
  'webhooks',
  'events',
  'leases',
  'foreign',
] as const
export type ObjectPlane = (typeof OBJECT_PLANES)[number]

export interface ObjectPlanes {
  readonly services: Plane<KubeObject>
  readonly endpointSlices: Plane<KubeObject>
  readonly nodes: Plane<KubeObject>
  readonly namespaces: Plane<KubeObject>
  /** custom resources of metallb.io that people write, AddressPools of old among them */
  readonly configuration: Plane<KubeObject>
  /** custom resources that MetalLB and frr-k8s write: ServiceL2Status, ConfigurationState, FRRNodeState … */
  readonly statuses: Plane<KubeObject>
  /** of the load balancer, of kube-proxy and the CNI, and of the namespaces of the Services that were asked about */
  readonly pods: Plane<KubeObject>
  readonly daemonSets: Plane<KubeObject>
  readonly deployments: Plane<KubeObject>
  /** those of MetalLB's namespace, of kube-proxy and of the CNI */
  readonly configMaps: Plane<KubeObject>
  readonly secrets: Plane<KubeObject>
  /** ValidatingWebhookConfigurations */
  readonly webhooks: Plane<KubeObject>
  readonly events: Plane<KubeObject>
  readonly leases: Plane<KubeObject>
  /** custom resources of others that announce or allocate too: Calico, Cilium, kube-vip, FRR */
  readonly foreign: Plane<KubeObject>
}

/** A kind that the cluster serves. */
export interface ServedKindFact {
  readonly group: string
  readonly kind: string
  /** the server's preferred one first */
  readonly versions: readonly string[]
}

/** Facts that one of the probing diagnoses gathered, with the place that they were seen from. */
export type ProbeFacts =
  | { readonly kind: 'link'; readonly vantage: string; readonly node?: string; readonly facts: LinkFacts }
  | { readonly kind: 'bgp'; readonly vantage: string; readonly node?: string; readonly facts: BgpFacts }
  | {
      readonly kind: 'route'
      readonly vantage: string
      readonly node?: string
      readonly facts: RouteDiagnosisFacts
    }
  | { readonly kind: 'path'; readonly vantage: string; readonly node?: string; readonly facts: PathFacts }
  | { readonly kind: 'pool'; readonly vantage: string; readonly node?: string; readonly facts: PoolFacts }
  | {
      readonly kind: 'reach'
      readonly vantage: string
      readonly node: string
      readonly facts: ReachMatrixFacts
    }
  /** a node that was to take part: whether it did */
  | { readonly kind: 'agent'; readonly vantage: string; readonly node: string; readonly facts: AgentFacts }

/** Log lines that mean the same, counted. */
export interface LogIncident {
  /** the finding that it points to: `F36` */
  readonly code?: string
  /** stable name of the kind of line: `bgp-connection-refused` */
  readonly signature: string
  /** RFC 3339 */
  readonly first: string
  readonly last: string
  readonly count: number
  /** one of the lines, secrets blotted out */
  readonly example: string
  readonly node?: string
  /** `speaker`, `controller`, `frr`, `kube-vip` … */
  readonly component: string
}

export interface ClusterFacts extends ObjectPlanes {
  readonly format: 'lbctl-cluster-facts/1'
  /** RFC 3339: what is recent is counted from here */
  readonly takenAt: string
  /** objects of files were never admitted by an API server */
  readonly origin: 'cluster' | 'files'
  /** `cluster "home" at https://192.0.2.1:6443, from host laptop` */
  readonly vantage: string
  /** `v1.33.1`; undefined when it is not known */
  readonly kubernetesVersion: string | undefined
  readonly kinds: Plane<ServedKindFact>
  readonly hosts: Plane<HostFacts>
  readonly probes: Plane<ProbeFacts>
  readonly logs: Plane<LogIncident>
  /** key of a Service → its candidates in the order of succession, where pseudonyms stand for addresses */
  readonly elections?: Readonly<Record<string, readonly string[]>>
}

export type PlaneName = ObjectPlane | 'kinds' | 'hosts' | 'probes' | 'logs'

export const PLANES: readonly PlaneName[] = [...OBJECT_PLANES, 'kinds', 'hosts', 'probes', 'logs']

/** The items of a plane; none when it was not read, so ask for the plane first where that makes a difference. */
export const itemsOf = <T>(plane: Plane<T>): readonly T[] => (plane.status === 'read' ? plane.items : [])

export const readPlane = <T>(items: readonly T[], gaps: readonly string[] = []): Plane<T> => ({
  status: 'read',
  items,
  ...(gaps.length === 0 ? {} : { gaps }),
})

export const notAsked = (reason: string, remedy?: string): Plane<never> => ({
  status: 'not-read',
  reason,
  wanted: false,
  ...(remedy === undefined ? {} : { remedy }),
})

const NOT_ASKED: Partial<Record<PlaneName, string>> = {
  hosts: 'nothing was read on the nodes',
  probes: 'nothing was sent',
  logs: 'none was read',
}

/** Facts that hold nothing but what is given: every other plane is one that nobody asked for. */
export function clusterFacts(
  known: Partial<ClusterFacts> & Pick<ClusterFacts, 'takenAt' | 'origin' | 'vantage'>,
): ClusterFacts {
  const planes = Object.fromEntries(
    PLANES.map((name) => [name, notAsked(NOT_ASKED[name] ?? 'not asked for')]),
  ) as unknown as Pick<ClusterFacts, PlaneName>
  return { format: 'lbctl-cluster-facts/1', kubernetesVersion: undefined, ...planes, ...known }
}
