// Everything that decides who has which address and who announces it, as one value: what is simulated is a second value of it.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Labels } from '../config/objects/read-object.ts'
import type { ReadResult } from '../config/objects/read-objects.ts'
import type { Release } from '../config/schema/release.ts'
import * as controller from '../controller/facts/facts.ts'
import * as controllerObjects from '../controller/facts/facts-from-objects.ts'
import type { PoolDefinition } from '../ipam/pool.ts'
import { err, ok, type Result } from '../net/result.ts'
import type { Configuration } from '../speaker/configuration/configuration.ts'
import { ENDPOINTS_EVERYWHERE, type Endpoints, summarize } from '../speaker/decide/endpoints.ts'
import { type ReleaseRules, releaseRules } from '../speaker/decide/release-rules.ts'
import type * as speaker from '../speaker/facts/facts.ts'
import { factsFromObjects } from '../speaker/facts/facts-from-objects.ts'
import { nodesWithSpeaker, type Placement } from './placement.ts'

/** A Service as the controller and as the speakers see it. */
export interface WorldService {
  readonly key: string
  readonly controller: controller.ServiceFact
  readonly speaker: speaker.ServiceFact
}

export interface World {
  readonly pools: readonly PoolDefinition[]
  readonly configuration: Configuration
  readonly namespaces: ReadonlyMap<string, Labels>
  /** those of the class that is looked at, by namespace/name */
  readonly services: ReadonlyMap<string, WorldService>
  readonly slices: readonly speaker.EndpointSliceFact[]
  readonly nodes: ReadonlyMap<string, speaker.NodeFact>
  /** names of those that a speaker runs on; undefined: on all */
  readonly speakerNodes: ReadonlySet<string> | undefined
  readonly settings: WorldSettings
}

export interface WorldSettings {
  /** the MetalLB that the speakers decide as */
  readonly release: Release
  /** undefined: Services without a class */
  readonly loadBalancerClass: string | undefined
  /** where a DaemonSet of speakers has Pods; undefined: a speaker runs on every node */
  readonly placements: readonly Placement[] | undefined
  /** the speakers tell each other who is alive: an election is among them, otherwise among all nodes */
  readonly memberlist: boolean
  /** preferences among nodes count, whatever the release says (decision 0010) */
  readonly weighsPreferences: boolean
  /** --ignore-exclude-lb of the speakers */
  readonly ignoreExcludeLabel: boolean
  /** nobody told of any EndpointSlice, so a Service is taken to be served on every node */
  readonly servedEverywhere: boolean
  /**
   * Key of a Service → nodes in the order in which they would answer for its addresses, where these are pseudonyms, whose hashes tell
   * nothing. Empty: addresses are what they are.
   */
  readonly elections: ReadonlyMap<string, readonly string[]>
}

/** Refused as a whole for an error in the configuration, as MetalLB refuses it. */
export function worldOf(read: ReadResult, settings: WorldSettings): Result<World, readonly Diagnostic[]> {
  const pools = controllerObjects.poolsFact(read)
  if (!pools.ok) return err(pools.error)
  const { configuration, services, slices, nodes } = factsFromObjects(read, { outsideCluster: false })
  if (!configuration.ok) return err(configuration.error)
  const ours = read.objects.services
    .map(controllerObjects.serviceFact)
    .filter((service) => controller.isOfClass(service, settings.loadBalancerClass))
    .flatMap((service): WorldService[] => {
      const key = controller.serviceKey(service)
      const seen = services.get(key)
      return seen === undefined ? [] : [{ key, controller: service, speaker: seen }]
    })
  return ok({
    pools: pools.value,
    configuration: configuration.value,
    namespaces: new Map(read.objects.namespaces.map(({ name, labels }) => [name, labels])),
    services: new Map(ours.map((service) => [service.key, service])),
    slices: [...slices.values()],
    nodes,
    speakerNodes:
      settings.placements === undefined
        ? undefined
        : nodesWithSpeaker(settings.placements, read.objects.nodes),
    settings,
  })
}

/** By which the speakers decide. */
export function rulesOf({ release, weighsPreferences }: WorldSettings): ReleaseRules {
  const rules = releaseRules(release)
  return weighsPreferences ? { ...rules, preferences: true } : rules
}

/** Where each Service can be served, by namespace/name. */
export function endpointsOf({ slices, settings }: World): (key: string) => Endpoints {
  const { canServe } = rulesOf(settings)
  const byService = new Map<string, speaker.EndpointSliceFact[]>()
  for (const slice of slices) {
    const key = `${slice.namespace}/${slice.service}`
    const known = byService.get(key)
    if (known === undefined) byService.set(key, [slice])
    else known.push(slice)
  }
  return (key) =>
    settings.servedEverywhere ? ENDPOINTS_EVERYWHERE : summarize(byService.get(key) ?? [], canServe)
}
