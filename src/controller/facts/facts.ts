// What the controller knows of the world. Values only, whoever brings them: a cluster, files, a simulation, a test.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Labels } from '../../config/objects/read-object.ts'
import type { PoolDefinition } from '../../ipam/pool.ts'
import type { ServiceKey } from '../../ipam/request.ts'
import type { Ip } from '../../net/ip.ts'
import type { Result } from '../../net/result.ts'

/** What the controller writes to a Service. */
export interface WantedStatus {
  /** status.loadBalancer.ingress, one address each */
  readonly ingress: readonly string[]
  /** annotation metallb.io/ip-allocated-from-pool; undefined: there is none */
  readonly pool: string | undefined
}

export interface ServiceFact {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  /** MetalLB's only, of either prefix */
  readonly annotations: Labels
  /** `LoadBalancer`, `ClusterIP` … */
  readonly type: string
  readonly loadBalancerClass: string | undefined
  readonly loadBalancerIP: string | undefined
  readonly clusterIPs: readonly string[]
  readonly ipFamilies: readonly string[]
  readonly ipFamilyPolicy: string | undefined
  /** externalTrafficPolicy is Local */
  readonly localTraffic: boolean
  readonly selector: Labels
  readonly ports: readonly { readonly protocol: string; readonly port: number }[]
  /** status.loadBalancer.ingress[].ip in order; what else an entry says (ipMode, ports) is not ours */
  readonly ingress: readonly string[]
  /** how many entries there have no address */
  readonly ingressWithoutAddress: number
  /** RFC 3339, UTC: such texts sort by time. Empty when it is not known */
  readonly createdAt: string
  /** metadata.resourceVersion; undefined where there is none, as in files */
  readonly version: string | undefined
}

/** All pools, or what is wrong with one of them: then those from before go on counting. */
export type PoolsFact = Result<readonly PoolDefinition[], readonly Diagnostic[]>

/** What a probe found out about addresses on the link. */
export type ProbeOutcome =
  | { readonly kind: 'free' }
  /** who answered, as far as that is known: a hardware address */
  | { readonly kind: 'in-use'; readonly address: Ip; readonly by: string | undefined }
  /** it could not be found out, and that is no reason to hand out nothing */
  | { readonly kind: 'unknown'; readonly why: string }

/** One thing that is different now. Objects are replaced as a whole. */
export type FactChange =
  | { readonly kind: 'pools'; readonly pools: PoolsFact }
  | { readonly kind: 'namespace'; readonly name: string; readonly labels: Labels }
  | { readonly kind: 'namespace-deleted'; readonly name: string }
  | { readonly kind: 'service'; readonly service: ServiceFact }
  | { readonly kind: 'service-deleted'; readonly namespace: string; readonly name: string }
  /** Everything that there is has been told once: pools, namespaces and Services. Nothing is decided before. */
  | { readonly kind: 'complete' }
  /** This was written to a Service; `version` is the one that it has since. */
  | {
      readonly kind: 'written'
      readonly service: ServiceKey
      readonly status: WantedStatus
      readonly version: string | undefined
    }
  /** The report about the configuration is not in the cluster: it was never written, or somebody deleted it. */
  | { readonly kind: 'state-missing' }
  | { readonly kind: 'probed'; readonly token: number; readonly outcome: ProbeOutcome }

/** Where facts come from. */
export interface FactSource {
  /**
   * Calls back with what is known, then with what changed; one of the calls has `complete`. Each list is applied as one step.
   * Resolves after the first call.
   */
  start(onChanges: (changes: readonly FactChange[]) => void): Promise<void>
  /** No call comes after this resolved. */
  stop(): Promise<void>
}

/** As MetalLB's --lb-class: without a class of its own a load balancer serves Services without one; an empty class is none. */
export const isOfClass = (
  { loadBalancerClass }: Pick<ServiceFact, 'loadBalancerClass'>,
  own: string | undefined,
): boolean => (loadBalancerClass ?? '') === (own ?? '')

export const serviceKey = ({ namespace, name }: { namespace: string; name: string }): ServiceKey =>
  `${namespace}/${name}`
