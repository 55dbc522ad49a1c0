// On which nodes a DaemonSet has a Pod, so that a speaker runs there: as the controller of DaemonSets and the scheduler decide of a new
// Pod. One that was there before its node got a taint NoSchedule stays, which the DaemonSet does not tell.
import type { Labels, NodeObject, Taint } from '../config/objects/read-object.ts'

export interface Toleration {
  /** undefined: every key */
  readonly key: string | undefined
  readonly operator: 'Equal' | 'Exists'
  readonly value: string
  /** undefined: every effect */
  readonly effect: string | undefined
}

/** A requirement of a nodeSelectorTerm, about a label or the name of a node. */
export interface NodeRequirement {
  readonly key: string
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt` */
  readonly operator: string
  readonly values: readonly string[]
}

/** All of it has to hold; one that requires nothing is for no node. */
export interface NodeTerm {
  /** matchExpressions */
  readonly labels: readonly NodeRequirement[]
  /** matchFields: `metadata.name` is the only field that there is */
  readonly fields: readonly NodeRequirement[]
}

/** What the template of a DaemonSet says about nodes. */
export interface Placement {
  readonly nodeSelector: Labels
  /** nodeSelectorTerms that it requires; undefined: it requires none */
  readonly required: readonly NodeTerm[] | undefined
  readonly tolerations: readonly Toleration[]
}

/** The controller of DaemonSets lets its Pods tolerate these. */
const ALWAYS_TOLERATED: ReadonlySet<string> = new Set(
  ['not-ready', 'unreachable', 'disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map(
    (name) => `node.kubernetes.io/${name}`,
  ),
)
/** Of Pods in the network of the host, which speakers are. */
const OF_HOST_NETWORK = 'node.kubernetes.io/network-unavailable'

export const hasPodOn = ({ nodeSelector, required, tolerations }: Placement, node: NodeObject): boolean =>
  Object.entries(nodeSelector).every(([key, value]) => labelOf(node, key) === value) &&
  (required === undefined || required.some((term) => isFor(term, node))) &&
  node.taints.every((taint) => !repels(taint) || tolerations.some((each) => tolerates(each, taint)))

const labelOf = ({ labels }: NodeObject, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined

const isFor = ({ labels, fields }: NodeTerm, node: NodeObject): boolean =>
  labels.length + fields.length > 0 &&
  labels.every((each) => fulfils(labelOf(node, each.key), each)) &&
  fields.every((each) => fulfils(each.key === 'metadata.name' ? node.name : undefined, each))

function fulfils(value: string | undefined, { operator, values }: NodeRequirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return integer(value) > integer(values[0])
    case 'Lt':
      return integer(value) < integer(values[0])
    default:
      return false
  }
}

/** NaN for what is none, which is neither greater nor less. */
const integer = (text: string | undefined): number =>
  /^[+-]?\d+$/.test(text ?? '') ? Number(text) : Number.NaN

const repels = ({ key, effect }: Taint): boolean =>
  effect !== 'PreferNoSchedule' && key !== OF_HOST_NETWORK && !ALWAYS_TOLERATED.has(key)

const tolerates = ({ key, operator, value, effect }: Toleration, taint: Taint): boolean =>
  (effect === undefined || effect === taint.effect) &&
  (key === undefined ? operator === 'Exists' : key === taint.key) &&
  (operator === 'Exists' || value === taint.value)

/** Names of the nodes that a speaker runs on, of whichever DaemonSet. */
export const nodesWithSpeaker = (
  placements: readonly Placement[],
  nodes: readonly NodeObject[],
): ReadonlySet<string> =>
  new Set(nodes.filter((node) => placements.some((each) => hasPodOn(each, node))).map(({ name }) => name))
