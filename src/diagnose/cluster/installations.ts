// Which MetalLB runs where, told from its workloads, by the labels of its manifests and of its charts (metallb.md §7.6).
import type { KubeObject } from '../../config/kube-object.ts'
import type { Mode } from '../../config/rules/context.ts'
import { parseRelease, type Release } from '../../config/schema/release.ts'
import { type ClusterFacts, itemsOf } from './cluster-facts.ts'
import { listAt, mapAt, textAt, textsAt } from './object-fields.ts'

export interface Workload {
  readonly object: KubeObject
  /** `DaemonSet metallb-system/speaker` */
  readonly title: string
  readonly image: string
  /** undefined: the tag says none that is known */
  readonly release: Release | undefined
  readonly arguments: readonly string[]
}

export interface Installation {
  readonly namespace: string
  readonly controller: Workload | undefined
  readonly speaker: Workload | undefined
  readonly mode: Mode | undefined
  readonly loadBalancerClass: string | undefined
  readonly ignoreExcludeLabel: boolean
  /** the speakers tell each other who is alive; undefined: cannot be told */
  readonly memberlist: boolean | undefined
}

export function installationsOf(facts: ClusterFacts): readonly Installation[] {
  const workloads = [...itemsOf(facts.daemonSets), ...itemsOf(facts.deployments)].filter(isMetallb)
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

export const isMetallb = ({ metadata: { labels = {} } }: Pick<KubeObject, 'metadata'>): boolean =>
  labels['app'] === 'metallb' || labels['app.kubernetes.io/name'] === 'metallb'

/** `speaker` or `controller`, of a workload or a pod. */
export const componentOf = ({
  metadata: { labels = {} },
}: Pick<KubeObject, 'metadata'>): string | undefined =>
  labels['component'] ?? labels['app.kubernetes.io/component']

function installation(namespace: string, workloads: readonly KubeObject[]): Installation {
  const controller = workloadOf(workloads, 'controller')
  const speaker = workloadOf(workloads, 'speaker')
  const words = speaker?.arguments ?? []
  return {
    namespace,
    controller,
    speaker,
    mode: modeOf(speaker?.object) ?? modeOf(controller?.object),
    loadBalancerClass: flagOf(words, 'lb-class') ?? flagOf(controller?.arguments ?? [], 'lb-class'),
    ignoreExcludeLabel: isSet(words, 'ignore-exclude-lb'),
    memberlist: speaker === undefined ? undefined : usesMemberlist(speaker),
  }
}

function workloadOf(workloads: readonly KubeObject[], component: string): Workload | undefined {
  const object = workloads.find((each) => componentOf(each) === component)
  if (object === undefined) return undefined
  const all = containersOf(object)
  const chosen = all.find((each) => textAt(each, 'name')?.endsWith(component) === true) ?? all[0]
  const image = textAt(chosen, 'image') ?? ''
  return {
    object,
    title: `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
    image,
    release: releaseOf(image),
    arguments: [...textsAt(chosen, 'command'), ...textsAt(chosen, 'args')],
  }
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

function environmentOf(container: unknown): Readonly<Record<string, string>> {
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
function flagOf(words: readonly string[], name: string): string | undefined {
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
