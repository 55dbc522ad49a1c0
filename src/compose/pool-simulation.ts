// `lbctl pool simulate` put together: the world as it is, and the one that is imagined.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Identified, NodeObject } from '../config/objects/read-object.ts'
import type { ReadResult } from '../config/objects/read-objects.ts'
import { NEWEST_RELEASE, parseRelease, type Release } from '../config/schema/release.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { Result } from '../net/result.ts'
import { withApplied, withoutPools } from '../simulate/changed-objects.ts'
import { drained } from '../simulate/drained.ts'
import { type Simulation, simulate } from '../simulate/simulate.ts'
import { type World, type WorldSettings, worldOf } from '../simulate/world.ts'
import { readSources } from './files.ts'
import { objectsIn, type PoolObjectsRequest, readPoolObjects, refuse } from './pool-objects.ts'
import type { Speakers } from './pool-speakers.ts'
import { nodesInFile } from './simulated-nodes.ts'

export interface SimulationRequest extends PoolObjectsRequest {
  readonly drain?: readonly string[] | undefined
  readonly 'delete-pool'?: readonly string[] | undefined
  readonly apply?: readonly string[] | undefined
  readonly 'upgrade-to'?: string | undefined
  readonly 'compat-version'?: string | undefined
  readonly 'ignore-exclude-lb': boolean
  readonly nodes?: string | undefined
}

/** What was simulated, with what it rests on. */
export interface SimulationReport extends Simulation {
  readonly drained: readonly string[]
  readonly deletedPools: readonly string[]
  readonly applied: readonly string[]
  readonly release: { readonly before: Release; readonly after: Release }
  /** there are no EndpointSlices, so every Service is taken to be served on every node */
  readonly servedEverywhere: boolean
  /** addresses are pseudonyms: who answers for one that a Service had not before cannot be told */
  readonly pseudonyms: boolean
  /** preferences among nodes count as they are, because lbctl's speakers are among themselves */
  readonly preferences: boolean
  /** nodes that have no speaker as it is, in order */
  readonly withoutSpeaker: readonly string[]
}

/** @throws LbctlError `usage` for names that are not there, `input` for objects that are not valid before or afterwards */
export async function simulation(request: SimulationRequest, signal: AbortSignal): Promise<SimulationReport> {
  const { drain = [], apply = [] } = request
  const deletePool = request['delete-pool'] ?? []
  const upgradeTo = releaseOf('upgrade-to', request['upgrade-to'])
  const compat = releaseOf('compat-version', request['compat-version'])
  if (drain.length + apply.length + deletePool.length === 0 && upgradeTo === undefined)
    throw new LbctlError('usage', 'Nothing says what is to be simulated.', {
      hints: ['Use --drain, --delete-pool, --apply or --upgrade-to, or several of them.'],
    })
  const { present, speakers } = await presentObjects(request, signal)
  const release = compat ?? speakers?.release ?? presentRelease(upgradeTo)
  const comes = apply.length === 0 ? undefined : objectsIn(await readSources(apply, { signal }))
  const servedEverywhere =
    speakers === undefined && present.objects.endpointSlices.length === 0 && !hasSlices(comes)
  const settings: WorldSettings = {
    release,
    loadBalancerClass: request['lb-class'] ?? speakers?.loadBalancerClass,
    placements: speakers?.placements,
    memberlist: speakers?.memberlist !== false,
    // Who says which release it is does not mean speakers that weigh them among themselves.
    weighsPreferences: compat === undefined && speakers?.weighsPreferences === true,
    ignoreExcludeLabel: request['ignore-exclude-lb'] || speakers?.ignoreExcludeLabel === true,
    servedEverywhere,
    elections: new Map(Object.entries(speakers?.elections ?? {})),
  }
  const before = valid(worldOf(present, settings), 'as it is')
  if (before.nodes.size === 0)
    throw new LbctlError('input', 'No Node is known, so nobody could announce anything.', {
      hints: ['Give the Nodes: kubectl get nodes -o yaml > nodes.yaml, then --nodes nodes.yaml.'],
    })
  mustExist(
    'delete-pool',
    'IPAddressPool',
    deletePool,
    before.pools.map(({ name }) => name),
  )
  mustExist('drain', 'Node', drain, [...before.nodes.keys()])
  const afterwards =
    upgradeTo === undefined ? settings : { ...settings, release: upgradeTo, weighsPreferences: false }
  const without = withoutPools(present, new Set(deletePool))
  const changed = comes === undefined ? without : withApplied(without, comes)
  const then = valid(worldOf(changed, afterwards), 'afterwards')
  return {
    ...simulate(before, drained(then, new Set(drain))),
    ...{ drained: drain, deletedPools: deletePool, applied: apply },
    release: { before: release, after: upgradeTo ?? release },
    servedEverywhere,
    pseudonyms: settings.elections.size > 0,
    preferences: settings.weighsPreferences,
    withoutSpeaker: [...before.nodes.keys()]
      .filter((name) => before.speakerNodes?.has(name) === false)
      .sort(),
  }
}

const hasSlices = (read: ReadResult | undefined): boolean => (read?.objects.endpointSlices.length ?? 0) > 0

interface Present {
  readonly present: ReadResult
  /** what is known of the speakers; undefined: files do not say */
  readonly speakers: (Speakers & { readonly elections?: ClusterFacts['elections'] }) | undefined
}

async function presentObjects(request: SimulationRequest, signal: AbortSignal): Promise<Present> {
  const { read, bundle } = await readPoolObjects(request, signal)
  const given: readonly NodeObject[] = request.nodes === undefined ? [] : await nodesInFile(request.nodes)
  const objects = { ...read.objects, nodes: joined(given, read.objects.nodes) }
  if (request.bundle !== undefined && bundle !== undefined) {
    const { speakersOfBundle } = await import('./pool-bundle.ts')
    return {
      present: { ...read, objects },
      speakers: speakersOfBundle(request.bundle, bundle, request['lb-class']),
    }
  }
  if (!request['from-cluster']) return { present: { ...read, objects }, speakers: undefined }
  const { speakersOfCluster } = await import('./pool-cluster.ts')
  const { slices, ...speakers } = await speakersOfCluster(
    request,
    new Set(read.objects.pools.map(({ namespace }) => namespace)),
    request['lb-class'],
    signal,
  )
  const live = objectsIn({ sources: slices, diagnostics: [] }).objects.endpointSlices
  const endpointSlices = joined(objects.endpointSlices, live)
  return { present: { ...read, objects: { ...objects, endpointSlices } }, speakers }
}

/** What is given takes the place of what is there by the same name. */
function joined<T extends Identified>(given: readonly T[], there: readonly T[]): readonly T[] {
  const keyOf = ({ namespace = '', name }: T): string => `${namespace}/${name}`
  const keys = new Set(given.map(keyOf))
  return [...there.filter((each) => !keys.has(keyOf(each))), ...given]
}

/** Two releases that are the same by accident would hide what an upgrade does. */
function presentRelease(upgradeTo: Release | undefined): Release {
  if (upgradeTo === undefined) return NEWEST_RELEASE
  throw new LbctlError('usage', 'It is not known which MetalLB is upgraded.', {
    hints: ['Name the release of now: --compat-version 0.15.2.'],
  })
}

function releaseOf(flag: string, text: string | undefined): Release | undefined {
  if (text === undefined) return undefined
  const release = parseRelease(text)
  if (release !== undefined) return release
  throw new LbctlError('usage', `--${flag} takes a MetalLB release such as 0.15.2, not "${text}".`)
}

function valid(world: Result<World, readonly Diagnostic[]>, when: string): World {
  if (world.ok) return world.value
  refuse(world.error)
  throw new Error(`the configuration ${when} is invalid for no reason`)
}

function mustExist(flag: string, kind: string, names: readonly string[], known: readonly string[]): void {
  const missing = names.find((name) => !known.includes(name))
  if (missing === undefined) return
  throw new LbctlError('usage', `--${flag}: there is no ${kind} "${missing}" in what was given.`, {
    hints: [known.length === 0 ? `There is no ${kind} at all.` : `There is ${[...known].sort().join(', ')}.`],
  })
}
