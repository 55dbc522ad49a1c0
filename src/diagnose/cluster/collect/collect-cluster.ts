// A cluster → facts. Every list that cannot be read becomes a plane that says why; only a cluster that does not answer at all is an error.
import type { KubeObject } from '../../../config/kube-object.ts'
import { compareReleases } from '../../../config/schema/release.ts'
import { LbctlError } from '../../../errors/lbctl-error.ts'
import {
  type ClusterFacts,
  clusterFacts,
  OBJECT_PLANES,
  type ObjectPlane,
  type ObjectPlanes,
  type Plane,
  readPlane,
} from '../cluster-facts.ts'
import { containersOf, makerOf, releaseOf } from '../installations.ts'
import { textAt } from '../object-fields.ts'
import type { ClusterSource, ServedResource } from '../ports.ts'
import { DISCOVERED_GROUPS, listsFor, type PlannedList, planText, WORKLOADS } from './plan.ts'
import { trimmed } from './trimmed.ts'

export interface ClusterQuestion {
  /** namespace of MetalLB; found by its labels otherwise */
  readonly namespace: string | undefined
  /** namespaces of Services whose Pods are of interest */
  readonly podNamespaces: readonly string[]
  /** RFC 3339 */
  readonly takenAt: string
  /** `host laptop` */
  readonly from: string
}

export interface ClusterProgress {
  readonly step: (name: string, text: string) => void
}

const METALLB = 'metallb.io'
const WITHOUT_CRDS = new LbctlError(
  'input',
  'the cluster serves no resource of metallb.io, so the CRDs of MetalLB are not installed, and the MetalLB that runs here cannot work.',
  { hints: ['Install the CRDs of the same release, as its manifests or its chart hold them.'] },
)

/** A MetalLB of old has a ConfigMap. Of a release that nobody knows it is not claimed that anything is missing. */
function readsResources(workload: KubeObject): boolean {
  const images = containersOf(workload).map((container) => textAt(container, 'image') ?? '')
  return images.some((image) => {
    const release = releaseOf(image)
    return release !== undefined && compareReleases(release, '0.13.0') >= 0
  })
}

const DEFAULT_NAMESPACE = 'metallb-system'
/** At the same time: a busy API server is not asked for everything at once. */
const AT_ONCE = 6

/** @throws LbctlError when the cluster does not answer, or accepts nobody */
export async function collectCluster(
  source: ClusterSource,
  question: ClusterQuestion,
  progress: ClusterProgress,
): Promise<ClusterFacts> {
  progress.step('cluster', `asking ${source.title}`)
  const version = await source.version()
  const results = new PlaneResults()
  const served = await discovered(source, results)
  await inTurns(WORKLOADS, (list) => results.add(list, source))
  const found = results
    .items('daemonSets')
    .concat(results.items('deployments'))
    .filter((each) => makerOf(each) !== undefined)
  if (found.some(readsResources) && !served.some(({ group }) => group === METALLB))
    results.refuse('configuration', WITHOUT_CRDS)
  const namespaces =
    question.namespace === undefined
      ? [...new Set(found.map(({ metadata }) => metadata.namespace ?? ''))]
      : [question.namespace]
  const lists = [
    ...listsFor(namespaces.length === 0 ? [DEFAULT_NAMESPACE] : namespaces, question.podNamespaces),
    ...customLists(served),
  ]
  progress.step('cluster', `reading ${lists.length} lists`)
  await inTurns(lists, (list) => results.add(list, source))
  return clusterFacts({
    takenAt: question.takenAt,
    origin: 'cluster',
    vantage: `${source.title}, from ${question.from}`,
    kubernetesVersion: version,
    kinds: readPlane(served.map(({ group, kind, versions }) => ({ group, kind, versions }))),
    ...results.planes(),
  })
}

/** What would be asked, one line each, without the kinds that only a cluster can tell of. */
export const explainClusterPlan = ({
  namespace,
  podNamespaces,
}: Pick<ClusterQuestion, 'namespace' | 'podNamespaces'>): readonly string[] => [
  'get /version',
  ...DISCOVERED_GROUPS.map(
    ({ group }) => `get /apis/${group}, and list what it serves of MetalLB, FRR, Cilium and Calico`,
  ),
  ...[...WORKLOADS, ...listsFor([namespace ?? DEFAULT_NAMESPACE], podNamespaces)].map(planText),
]

async function discovered(source: ClusterSource, results: PlaneResults): Promise<readonly ServedResource[]> {
  const all: ServedResource[] = []
  await inTurns(DISCOVERED_GROUPS, async ({ group, kinds }) => {
    try {
      all.push(...(await source.served(group)))
    } catch (error) {
      for (const plane of new Set(Object.values(kinds))) results.refuse(plane, error)
    }
  })
  return all
}

const customLists = (served: readonly ServedResource[]): readonly PlannedList[] =>
  served.flatMap(({ group, kind, resource, versions }): PlannedList[] => {
    const plane = DISCOVERED_GROUPS.find((each) => each.group === group)?.kinds[kind]
    const [version] = versions
    return plane === undefined || version === undefined ? [] : [{ plane, group, version, resource, kind }]
  })

class PlaneResults {
  readonly #items = new Map<ObjectPlane, KubeObject[]>()
  readonly #refusals = new Map<
    ObjectPlane,
    { readonly reason: string; readonly remedy: string | undefined }
  >()

  async add(list: PlannedList, source: ClusterSource): Promise<void> {
    try {
      const found = (await source.list(list)).map(trimmed)
      const known = this.#items.get(list.plane)
      if (known === undefined) this.#items.set(list.plane, found)
      else for (const each of found) known.push(each)
    } catch (error) {
      this.refuse(list.plane, error)
    }
  }

  /** @throws what is no LbctlError: a bug */
  refuse(plane: ObjectPlane, error: unknown): void {
    if (!(error instanceof LbctlError)) throw error
    if (this.#refusals.has(plane)) return
    this.#refusals.set(plane, { reason: error.message.replace(/\.$/, ''), remedy: error.hints[0] })
  }

  items(plane: ObjectPlane): readonly KubeObject[] {
    return this.#items.get(plane) ?? []
  }

  /** A plane of which a part is missing counts as not read: what is not there could be in that part. */
  planes(): ObjectPlanes {
    return Object.fromEntries(
      OBJECT_PLANES.map((name) => [name, this.#plane(name)]),
    ) as unknown as ObjectPlanes
  }

  #plane(name: ObjectPlane): Plane<KubeObject> {
    const refusal = this.#refusals.get(name)
    if (refusal === undefined) return readPlane(unique(this.items(name)))
    const { reason, remedy } = refusal
    return { status: 'not-read', reason, wanted: true, ...(remedy === undefined ? {} : { remedy }) }
  }
}

/** Two lists can hold the same object. */
function unique(objects: readonly KubeObject[]): readonly KubeObject[] {
  const seen = new Map(
    objects.map((each) => [
      `${each.apiVersion} ${each.kind} ${each.metadata.namespace ?? ''}/${each.metadata.name}`,
      each,
    ]),
  )
  return [...seen.values()]
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
