// What the speaker knows of the world. Values only, whoever brings them: files, a cluster, a simulation, a test.

import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Ip } from '../../net/ip.ts'
import type { Configuration } from '../configuration/configuration.ts'

export type Labels = Readonly<Record<string, string>>

/** `namespace/name` of a Service. */
export type ServiceKey = string

export interface ServiceFact {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  /** `LoadBalancer`, `ClusterIP` … */
  readonly type: string
  readonly loadBalancerClass: string | undefined
  /** externalTrafficPolicy is Local: only nodes with an endpoint of their own may announce */
  readonly localTraffic: boolean
  /** carries the annotation allow-shared-ip, with whatever value */
  readonly sharesAddress: boolean
  /** status.loadBalancer.ingress[].ip in order; an entry without an address is an empty text */
  readonly ingress: readonly string[]
}

export interface EndpointFact {
  /** undefined for endpoints that are on no node */
  readonly nodeName: string | undefined
  /** conditions; undefined where the API server has null */
  readonly ready: boolean | undefined
  readonly serving: boolean | undefined
  readonly hasAddress: boolean
}

export interface EndpointSliceFact {
  readonly namespace: string
  readonly name: string
  /** the Service's name, from the label kubernetes.io/service-name */
  readonly service: string
  readonly endpoints: readonly EndpointFact[]
}

export interface NodeFact {
  readonly name: string
  readonly labels: Labels
  /** condition NetworkUnavailable is True */
  readonly networkUnavailable: boolean
  /** cordoned */
  readonly unschedulable: boolean
  /** InternalIP first, then the others in their order */
  readonly addresses: readonly Ip[]
}

/** A configuration that could be read as a whole, or what is wrong with it: each names object and field. */
export type ConfigurationFact =
  | { readonly ok: true; readonly value: Configuration }
  | { readonly ok: false; readonly error: readonly Diagnostic[] }

/** Names of the nodes whose speaker is alive or suspect; undefined: nobody watches, and every node counts. */
export type Members = ReadonlySet<string> | undefined

/** One thing that is different now. Objects are replaced as a whole. */
export type FactChange =
  | { readonly kind: 'configuration'; readonly configuration: ConfigurationFact }
  | { readonly kind: 'service'; readonly service: ServiceFact }
  | { readonly kind: 'service-deleted'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'slice'; readonly slice: EndpointSliceFact }
  | { readonly kind: 'slice-deleted'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'node'; readonly node: NodeFact }
  | { readonly kind: 'node-deleted'; readonly name: string }
  /** weighing: all of them, ourselves included, are speakers of lbctl that let preferredNodeSelectors count */
  | { readonly kind: 'members'; readonly members: Members; readonly weighing?: boolean }
  /** names of the interfaces of this node that are not excluded, up or down */
  | { readonly kind: 'interfaces'; readonly names: ReadonlySet<string> }
  /** link-local address of the router on each interface where one was seen, for peers without an address */
  | { readonly kind: 'routers'; readonly byInterface: ReadonlyMap<string, Ip> }

/** Where facts come from: files, a cluster, the gossip, the interfaces of this machine. */
export interface FactSource {
  /**
   * Calls back with everything that is known first, as one list, then with what changed. Each list is applied as one step, so that
   * what belongs together is never seen in halves. Resolves after the first call.
   */
  start(onChanges: (changes: readonly FactChange[]) => void): Promise<void>
  /** No call comes after this resolved. */
  stop(): Promise<void>
}

export const serviceKey = ({ namespace, name }: { namespace: string; name: string }): ServiceKey =>
  `${namespace}/${name}`
