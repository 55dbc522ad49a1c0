// `lbctl pool … --bundle FILE`: the objects in it. What it does not hold is never taken for "there is none".
import type { ReadResult } from '../config/objects/read-objects.ts'
import type { ClusterFacts, ObjectPlane } from '../diagnose/cluster/cluster-facts.ts'
import { configuredNamespaces } from '../diagnose/cluster/installations.ts'
import { readClusterObjects } from '../diagnose/cluster/read-cluster-objects.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { readBundleFile } from './bundle/read-bundle-file.ts'
import { type Speakers, speakersOf } from './pool-speakers.ts'

const NAMES: Readonly<Partial<Record<ObjectPlane, string>>> = {
  configuration: "MetalLB's configuration",
  services: 'Services',
  namespaces: 'Namespaces',
  endpointSlices: 'EndpointSlices',
  nodes: 'Nodes',
}

interface BundledObjects {
  readonly read: ReadResult
  /** milliseconds since 1970 */
  readonly takenAtMs: number
  readonly bundle: ClusterFacts
}

/** @throws LbctlError `input` for what is no bundle, `permission` for one that lacks what pools hang on */
export function objectsOfBundle(path: string): BundledObjects {
  const bundle = readBundleFile(path)
  mustHold(path, bundle, ['configuration', 'services', 'namespaces'])
  const read = readClusterObjects(bundle)
  return { read, takenAtMs: Date.parse(bundle.takenAt), bundle }
}

export interface SpeakersOfBundle extends Speakers {
  /** see ClusterFacts: addresses are pseudonyms where there are any */
  readonly elections: ClusterFacts['elections']
}

/** @throws LbctlError `permission` for one that lacks what announcements hang on */
export function speakersOfBundle(
  path: string,
  bundle: ClusterFacts,
  loadBalancerClass: string | undefined,
): SpeakersOfBundle {
  mustHold(path, bundle, ['endpointSlices', 'nodes'])
  return {
    ...speakersOf(bundle, configuredNamespaces(bundle), loadBalancerClass),
    elections: bundle.elections,
  }
}

function mustHold(path: string, bundle: ClusterFacts, planes: readonly ObjectPlane[]): void {
  for (const name of planes) {
    const plane = bundle[name]
    if (plane.status === 'not-read')
      throw new LbctlError(
        'permission',
        `The bundle ${path} holds no ${NAMES[name] ?? name}: ${plane.reason.replace(/\.$/, '')}.`,
        {
          facts: { bundle: path, 'made at': bundle.takenAt },
          hints: plane.remedy === undefined ? [] : [plane.remedy],
        },
      )
  }
}
