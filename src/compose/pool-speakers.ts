// How the speakers of a cluster were started, MetalLB's and lbctl's, and where they run, as their DaemonSets say it.
import type { KubeObject } from '../config/kube-object.ts'
import type { Release } from '../config/schema/release.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import {
  componentOf,
  installationFor,
  installationsOf,
  isSet,
  weighsPreferences,
} from '../diagnose/cluster/installations.ts'
import { at, listAt, mapAt, textAt, textsAt } from '../diagnose/cluster/object-fields.ts'
import type { NodeRequirement, Placement, Toleration } from '../simulate/placement.ts'

export interface Speakers {
  /** of MetalLB, or that lbctl decides as; undefined: nothing says one */
  readonly release: Release | undefined
  readonly loadBalancerClass: string | undefined
  readonly ignoreExcludeLabel: boolean
  readonly weighsPreferences: boolean
  readonly memberlist: boolean
  /** undefined: there is no DaemonSet, so nobody knows where they run */
  readonly placements: readonly Placement[] | undefined
}

/**
 * Of the installation for the class that is asked for, where one says that it is for that one; else of the one that the configuration is for.
 * @param configured namespaces that hold configuration
 */
export function speakersOf(
  facts: Pick<ClusterFacts, 'daemonSets' | 'deployments'>,
  configured: ReadonlySet<string | undefined>,
  loadBalancerClass: string | undefined,
): Speakers {
  const all = installationsOf(facts)
  const ofClass = all.filter((each) => each.loadBalancerClass === loadBalancerClass)
  const installation =
    installationFor(loadBalancerClass === undefined ? [] : ofClass, configured) ??
    installationFor(all, configured)
  const speakers = (installation?.workloads ?? []).filter(
    ({ object }) => object.kind === 'DaemonSet' && componentOf(object) === 'speaker',
  )
  return {
    release: installation?.speaker?.release,
    loadBalancerClass: installation?.loadBalancerClass,
    // Side by side, those that have the flag announce from nodes where the others do not.
    ignoreExcludeLabel: speakers.some((each) => isSet(each.arguments, 'ignore-exclude-lb')),
    weighsPreferences: weighsPreferences(installation),
    memberlist: installation?.memberlist !== false,
    placements: speakers.length === 0 ? undefined : speakers.map(({ object }) => placementOf(object)),
  }
}

function placementOf(daemonSet: KubeObject): Placement {
  const spec = at(daemonSet, 'spec', 'template', 'spec')
  const required = at(spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution')
  return {
    nodeSelector: mapAt(spec, 'nodeSelector'),
    required:
      required === undefined
        ? undefined
        : listAt(required, 'nodeSelectorTerms').map((term) => ({
            labels: requirements(term, 'matchExpressions'),
            fields: requirements(term, 'matchFields'),
          })),
    tolerations: listAt(spec, 'tolerations').map(
      (each): Toleration => ({
        key: textAt(each, 'key') || undefined,
        operator: textAt(each, 'operator') === 'Exists' ? 'Exists' : 'Equal',
        value: textAt(each, 'value') ?? '',
        effect: textAt(each, 'effect') || undefined,
      }),
    ),
  }
}

const requirements = (term: unknown, name: string): readonly NodeRequirement[] =>
  listAt(term, name).map((each) => ({
    key: textAt(each, 'key') ?? '',
    operator: textAt(each, 'operator') ?? '',
    values: textsAt(each, 'values'),
  }))
