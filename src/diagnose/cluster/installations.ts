// Which load balancer runs where, MetalLB or lbctl or both side by side, told from its workloads, by the labels of its manifests and of its
// charts (metallb.md §7.6).
import type { KubeObject } from '../../config/kube-object.ts'
import type { Mode } from '../../config/rules/context.ts'
import { parseRelease, type Release } from '../../config/schema/release.ts'
import { type ClusterFacts, itemsOf } from './cluster-facts.ts'
import { listAt, mapAt, textAt, textsAt } from './object-fields.ts'

/** Whose program it is. */
export type Maker = 'MetalLB' | 'lbctl'

export interface Workload {
  readonly object: KubeObject
  readonly maker: Maker
  /** `DaemonSet metallb-system/speaker` */
  readonly title: string
  /** that of the component, among others of its Pods */
  readonly container: unknown
  readonly image: string
  /** of MetalLB, that it is or decides as; undefined: it says none that is known */
  readonly release: Release | undefined
  readonly arguments: readonly string[]
}

export interface Installation {
  readonly namespace: string
  /** MetalLB's, where both run */
  readonly controller: Workload | undefined
  readonly speaker: Workload | undefined
  /** every workload of either component */
  readonly workloads: readonly Workload[]
  readonly mode: Mode | undefined
  readonly loadBalancerClass: string | undefined
  readonly ignoreExcludeLabel: boolean
  /** the speakers tell each other who is alive; undefined: cannot be told */
  readonly memberlist: boolean | undefined
}

export function installationsOf(
  facts: Pick<ClusterFacts, 'daemonSets' | 'deployments'>,
): readonly Installation[] {
  const workloads = [...itemsOf(facts.daemonSets), ...itemsOf(facts.deployments)].filter(
    (each) => makerOf(each) !== undefined,
  )
  const byNamespace = new Map<string, KubeObject[]>()
  for (const workload of workloads) {
    const namespace = workload.metadata.namespace ?? ''
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), workload])
  }
  return [...byNamespace]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, all]) => installation(namespace, all))
    .filter(({ controller, speaker }) => controller !== undefined || speaker !== undefined)
}

/** Namespaces that hold configuration. */
export const configuredNamespaces = ({
  configuration,
}: Pick<ClusterFacts, 'configuration'>): ReadonlySet<string | undefined> =>
  new Set(itemsOf(configuration).map(({ metadata }) => metadata.namespace))

/**
 * The one that the configuration is for; else the first by its namespace.
 * @param configured namespaces that hold configuration
 */
export const installationFor = (
  installations: readonly Installation[],
  configured: ReadonlySet<string | undefined>,
): Installation | undefined =>
  installations.find(({ namespace }) => configured.has(namespace)) ?? installations[0]

export const isMetallb = ({ metadata: { labels = {} } }: Pick<KubeObject, 'metadata'>): boolean =>
  labels['app'] === 'metallb' || labels['app.kubernetes.io/name'] === 'metallb'

/** Whose workload or Pod of a load balancer it is; undefined: of none. */
export function makerOf(object: Pick<KubeObject, 'metadata'>): Maker | undefined {
  if (isMetallb(object)) return 'MetalLB'
  const isOurs = object.metadata.labels?.['app.kubernetes.io/name'] === 'lbctl'
  return isOurs && COMPONENTS.some((each) => each === componentOf(object)) ? 'lbctl' : undefined
}

const COMPONENTS = ['controller', 'speaker'] as const
export type Component = (typeof COMPONENTS)[number]

/** `speaker` or `controller`, of a workload or a pod. */
export const componentOf = ({
  metadata: { labels = {} },
}: Pick<KubeObject, 'metadata'>): string | undefined =>
  labels['component'] ?? labels['app.kubernetes.io/component']

function installation(namespace: string, objects: readonly KubeObject[]): Installation {
  const workloads = objects.flatMap(workloadsOf)
  const [controller, speaker] = COMPONENTS.map((component) => chosen(workloads, component))
  const words = speaker?.arguments ?? []
  return {
    namespace,
    controller,
    speaker,
    workloads,
    mode: modeOf(speaker?.object) ?? modeOf(controller?.object),
    loadBalancerClass: flagOf(words, 'lb-class') ?? flagOf(controller?.arguments ?? [], 'lb-class'),
    ignoreExcludeLabel: isSet(words, 'ignore-exclude-lb'),
    memberlist: speaker === undefined ? undefined : usesMemberlist(speaker),
  }
}

/** Beside MetalLB, lbctl does as MetalLB does. */
function chosen(workloads: readonly Workload[], component: Component): Workload | undefined {
  const all = workloads.filter(({ object }) => componentOf(object) === component)
  return all.find(({ maker }) => maker === 'MetalLB') ?? all[0]
}

function workloadsOf(object: KubeObject): readonly Workload[] {
  const maker = makerOf(object)
  const component = COMPONENTS.find((each) => each === componentOf(object))
  if (maker === undefined || component === undefined) return []
  const all = containersOf(object)
  const container = all.find((each) => textAt(each, 'name')?.endsWith(component) === true) ?? all[0]
  const image = textAt(container, 'image') ?? ''
  const words = [...textsAt(container, 'command'), ...textsAt(container, 'args')]
  return [
    {
      object,
      maker,
      title: `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
      container,
      image,
      release: maker === 'MetalLB' ? releaseOf(image) : parseRelease(flagOf(words, 'compat-version') ?? ''),
      arguments: words,
    },
  ]
}

/**
 * Whether preferences among nodes count: lbctl's speakers weigh them as long as they are among themselves and hear of each other
 * (docs/decisions/0010).
 */
export const weighsPreferences = (installation: Installation | undefined): boolean =>
  installation?.speaker?.maker === 'lbctl' &&
  installation.speaker.release === undefined &&
  installation.memberlist === true

/** For `kubectl -l`: the Pods of a component, whoever made it. */
export function podSelector(installation: Installation | undefined, component: Component): string {
  const labels = Object.entries(mapAt(installation?.[component]?.object, 'spec', 'selector', 'matchLabels'))
  return labels.length === 0
    ? `component=${component}`
    : labels.map(([key, value]) => `${key}=${String(value)}`).join(',')
}

/** Of a workload's template, or of a pod. */
export const containersOf = (object: KubeObject): readonly unknown[] =>
  listAt(object, 'spec', 'template', 'spec', 'containers').length > 0
    ? listAt(object, 'spec', 'template', 'spec', 'containers')
    : listAt(object, 'spec', 'containers')

/** A tag stands after the last slash and before a digest; a build number may follow the release. */
export function releaseOf(image: string): Release | undefined {
  const path = image.split('@')[0] ?? ''
  const tag = /^[^:]+:(.+)$/.exec(path.slice(path.lastIndexOf('/') + 1))?.[1]
  if (tag === undefined) return undefined
  return parseRelease(tag) ?? parseRelease(tag.split('-')[0] ?? '')
}

const MODES: readonly Mode[] = ['native', 'frr', 'frr-k8s']

function modeOf(workload: KubeObject | undefined): Mode | undefined {
  if (workload === undefined) return undefined
  const containers = containersOf(workload)
  for (const container of containers) {
    const value = environmentOf(container)['METALLB_BGP_TYPE']
    const mode = MODES.find((each) => each === value)
    if (mode !== undefined) return mode
  }
  if (workload.kind !== 'DaemonSet') return undefined
  return containers.some((each) => textAt(each, 'name') === 'frr') ? 'frr' : 'native'
}

export function environmentOf(container: unknown): Readonly<Record<string, string>> {
  const pairs = listAt(container, 'env').map((each) => [
    textAt(each, 'name') ?? '',
    textAt(each, 'value') ?? '',
  ])
  return Object.fromEntries(pairs) as Record<string, string>
}

/** Without an address to bind to there is no memberlist, and every node counts as a speaker. */
function usesMemberlist({ object, arguments: words }: Workload): boolean {
  if (flagOf(words, 'ml-bindaddr') !== undefined) return true
  return containersOf(object).some((container) =>
    listAt(container, 'env').some((each) => textAt(each, 'name') === 'METALLB_ML_BIND_ADDR'),
  )
}

/** `--name=value`, `-name=value` or the two words after each other. */
export function flagOf(words: readonly string[], name: string): string | undefined {
  for (const [index, word] of words.entries()) {
    const match = new RegExp(`^--?${name}(?:=(.*))?$`, 's').exec(word)
    if (match === null) continue
    const value = match[1] ?? words[index + 1] ?? ''
    return value === '' ? undefined : value
  }
  return undefined
}

/** A flag that is a switch, as Go's and lbctl's commands take it. */
export function isSet(words: readonly string[], name: string): boolean {
  const word = words.find((each) => new RegExp(`^--?${name}(=|$)`).test(each))
  return word !== undefined && !/=(false|f|0|False|FALSE|F)$/.test(word)
}

/** Whether the pods of a workload are those of a label selector's matchLabels. */
export const selectsPod = (workload: KubeObject, pod: KubeObject): boolean => {
  const wanted = Object.entries(mapAt(workload, 'spec', 'selector', 'matchLabels'))
  const labels = pod.metadata.labels ?? {}
  return (
    workload.metadata.namespace === pod.metadata.namespace &&
    wanted.length > 0 &&
    wanted.every(([key, value]) => labels[key] === value)
  )
}
