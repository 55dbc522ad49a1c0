// Why a node does not announce. The reasons are MetalLB's, letter for letter, so that searches and dashboards go on working; what
// it has one word for and a person wants to know more of is a detail beside it.

/** MetalLB's closed list. */
export type Reason =
  | 'serviceDeleted'
  | 'notLoadBalancer'
  | 'noIPAllocated'
  | 'invalidIP'
  | 'ipNotAllowed'
  | 'internalError'
  | 'loadBalancerIPChanged'
  | 'notOwner'
  | 'noMatchingAdvertisement'
  | 'sharedIPWithServiceSelector'
  | 'conflictingAdvertisements'
  | 'nodeNetworkUnavailable'
  | 'nodeLabeledExcludeBalancers'
  | 'noLocalEndpoints'
  | 'noEndpoints'

/** What stands behind `notOwner`, which MetalLB says of every node that lost for any reason. */
export type Detail =
  /** no endpoint anywhere can serve, so nobody announces */
  | 'no-endpoints'
  /** there is no Node of this name */
  | 'unknown-node'
  /** its speaker is not a member, or dead */
  | 'no-speaker'
  | 'network-unavailable'
  | 'excluded-by-label'
  | 'unschedulable'
  | 'no-local-endpoint'
  /** another node is preferred by preferredNodeSelectors */
  | 'less-preferred'
  /** another node's hash comes first */
  | 'lost-election'
  /** no BGPAdvertisement of the pool selects the node */
  | 'no-advertisement'

export type Protocol = 'layer2' | 'bgp'

/** A node's part in announcing a Service by one protocol: it announces, or a reason. */
export type Verdict =
  | { readonly announces: true }
  | { readonly announces: false; readonly reason: Reason; readonly detail?: Detail }

export const ANNOUNCES: Verdict = { announces: true }

export const refuse = (reason: Reason, detail?: Detail): Verdict =>
  detail === undefined ? { announces: false, reason } : { announces: false, reason, detail }

/** Whether a node may become the owner by layer 2, or is it. */
export const isCandidate = (layer2: Verdict): boolean =>
  layer2.announces || layer2.detail === 'lost-election' || layer2.detail === 'less-preferred'

export const sameVerdict = (a: Verdict | undefined, b: Verdict | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.announces === b.announces &&
    (a.announces || (!b.announces && a.reason === b.reason && a.detail === b.detail)))
