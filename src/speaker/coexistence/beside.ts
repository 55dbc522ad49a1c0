// MetalLB's speakers that run in the same cluster: whether ours may run on this node, and whose way of counting it has to follow so that
// no address has two owners (metallb.md appendix C).
import { compareReleases, NEWEST_RELEASE, parseRelease, type Release } from '../../config/schema/release.ts'

/** A Pod that is a speaker of MetalLB. */
export interface SpeakerInstance {
  readonly pod: string
  readonly nodeName: string
  /** running, and nobody has asked it to end */
  readonly alive: boolean
  /** of its image, without `v`; undefined: a digest */
  readonly tag: string | undefined
  /** what made it: `DaemonSet/speaker` */
  readonly owner: string | undefined
}

export interface Beside {
  /** our node's own, which must not be alive beside us */
  readonly onThisNode: SpeakerInstance | undefined
  /** how many are alive on other nodes */
  readonly others: number
  readonly release: Release
  /** how the release was found, in words */
  readonly because: string
  /** what whoever runs this should know */
  readonly warnings: readonly string[]
}

/** @param wanted what --compat-version says, which counts more than what is found */
export function beside(
  all: readonly SpeakerInstance[],
  nodeName: string,
  wanted: Release | undefined,
): Beside {
  const alive = all.filter((each) => each.alive)
  const onThisNode = alive.find((each) => each.nodeName === nodeName)
  const others = alive.filter((each) => each.nodeName !== nodeName)
  const seen = { onThisNode, others: others.length }
  const found = releasesOf(others)
  const unknown = others.find(({ tag }) => tag === undefined || parseRelease(tag) === undefined)
  const newest = found.at(-1)
  const warnings: string[] = []
  if (wanted !== undefined) {
    if (newest !== undefined && newest !== wanted)
      warnings.push(
        `MetalLB's speakers are of ${found.join(' and ')}, and --compat-version says ${wanted}: an address may get two owners or none.`,
      )
    return { ...seen, release: wanted, because: 'of --compat-version', warnings }
  }
  if (found.length > 1)
    warnings.push(
      `MetalLB's speakers are of several releases (${found.join(', ')}), which may elect different owners until all are of one.`,
    )
  if (newest === undefined && unknown !== undefined)
    warnings.push(
      `The release of MetalLB's speakers cannot be told from their image (${unknown.pod}); name it with --compat-version.`,
    )
  if (newest === undefined)
    return { ...seen, release: NEWEST_RELEASE, because: 'no other speakers run', warnings }
  const because = `${others.length} ${others.length === 1 ? 'speaker' : 'speakers'} of MetalLB ${found.length > 1 ? 'run, the newest of it' : 'run it'}`
  return { ...seen, release: newest, because, warnings }
}

/** Oldest first, each once. */
function releasesOf(speakers: readonly SpeakerInstance[]): Release[] {
  const found = speakers.flatMap(({ tag }) => (tag === undefined ? [] : (parseRelease(tag) ?? [])))
  return [...new Set(found)].sort(compareReleases)
}

/** How to keep MetalLB's speaker off one node, for whoever wants ours there. */
export function howToDrain(
  { owner }: SpeakerInstance,
  nodeName: string,
  namespace: string,
): readonly string[] {
  const [kind = 'DaemonSet', name = 'speaker'] = (owner ?? '').split('/').filter((part) => part !== '')
  const patch =
    '{"spec":{"template":{"spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":' +
    '{"nodeSelectorTerms":[{"matchExpressions":[{"key":"lbctl/speaker","operator":"DoesNotExist"}]}]}}}}}}}'
  return [
    `Mark the node: kubectl label node ${nodeName} lbctl/speaker=`,
    `Keep MetalLB's speaker off marked nodes: kubectl -n ${namespace} patch ${kind.toLowerCase()} ${name} -p '${patch}'`,
    'With --force this speaker starts all the same; two speakers of one node name make all others doubt the node.',
  ]
}
