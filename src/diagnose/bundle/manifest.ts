// What is in a bundle, told in front of it: which files, of when and where, which versions ran, and what could not be read and why.
import type { KubeObject } from '../../config/kube-object.ts'
import { sha256 } from '../../net/sha256.ts'
import { type ClusterFacts, itemsOf, PLANES, type PlaneName } from '../cluster/cluster-facts.ts'
import { installationsOf } from '../cluster/installations.ts'
import { textAt } from '../cluster/object-fields.ts'
import { oneOf, record, ShapeMismatch, text } from '../facts/shape.ts'
import type { ArchivedFile } from './tar.ts'

export const MANIFEST_PATH = 'manifest.json'
export const FACTS_PATH = 'facts.json'

export interface MissingPart {
  readonly what: string
  /** a clause */
  readonly reason: string
  readonly remedy?: string
  /** false: nobody asked for it */
  readonly wanted: boolean
}

export interface BundleManifest {
  readonly format: 'lbctl-bundle/1'
  /** RFC 3339 */
  readonly takenAt: string
  readonly vantage: string
  readonly origin: 'cluster' | 'files'
  readonly versions: {
    readonly lbctl: string
    readonly kubernetes: string | null
    /** `DaemonSet metallb-system/speaker` → image */
    readonly loadBalancer: Readonly<Record<string, string>>
    /** `kubelet v1.33.1, Linux 6.12.0, containerd://2.0` → how many nodes */
    readonly nodes: Readonly<Record<string, number>>
  }
  /** how many values were blotted out */
  readonly hidden: number
  /** `addresses`, `names`: what stands for something else */
  readonly pseudonymised: readonly string[]
  readonly files: readonly {
    readonly path: string
    readonly holds: string
    readonly bytes: number
    /** hexadecimal */
    readonly sha256: string
  }[]
  readonly objects: Readonly<Record<string, number>>
  readonly missing: readonly MissingPart[]
}

export interface DescribedFile extends ArchivedFile {
  readonly holds: string
}

export interface ManifestFacts {
  readonly lbctl: string
  readonly hidden: number
  readonly pseudonymised: readonly string[]
  /** beside the planes of the facts */
  readonly missing: readonly MissingPart[]
}

export function manifestOf(
  facts: ClusterFacts,
  files: readonly DescribedFile[],
  known: ManifestFacts,
): BundleManifest {
  return {
    format: 'lbctl-bundle/1',
    takenAt: facts.takenAt,
    vantage: facts.vantage,
    origin: facts.origin,
    versions: {
      lbctl: known.lbctl,
      kubernetes: facts.kubernetesVersion ?? null,
      loadBalancer: imagesOf(facts),
      nodes: nodeVersions(itemsOf(facts.nodes)),
    },
    hidden: known.hidden,
    pseudonymised: known.pseudonymised,
    files: files.map(({ path, holds, bytes }) => ({
      path,
      holds,
      bytes: bytes.length,
      sha256: digestOf(bytes),
    })),
    objects: Object.fromEntries(
      PLANES.flatMap((name) => {
        const plane = facts[name]
        return plane.status === 'read' ? [[name, plane.items.length]] : []
      }),
    ),
    missing: [...missingPlanes(facts), ...known.missing],
  }
}

/** @throws ShapeMismatch */
export function readManifest(value: unknown): Pick<BundleManifest, 'takenAt' | 'files'> {
  const { takenAt } = record({ format: oneOf('lbctl-bundle/1'), takenAt: text })(value, '')
  const { files } = value as { readonly files?: unknown }
  if (!Array.isArray(files)) throw new ShapeMismatch('files', 'a list')
  const file = record({ path: text, sha256: text })
  return {
    takenAt,
    files: files.map((each, index) => ({ holds: '', bytes: 0, ...file(each, `files[${index}]`) })),
  }
}

export const digestOf = (bytes: Uint8Array): string =>
  [...sha256(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const imagesOf = (facts: ClusterFacts): Record<string, string> =>
  Object.fromEntries(
    installationsOf(facts).flatMap(({ speaker, controller }) =>
      [speaker, controller].flatMap((each) => (each === undefined ? [] : [[each.title, each.image]])),
    ),
  )

function nodeVersions(nodes: readonly KubeObject[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const node of nodes) {
    const info = (key: string): string => textAt(node, 'status', 'nodeInfo', key) ?? 'unknown'
    const title = `kubelet ${info('kubeletVersion')}, kernel ${info('kernelVersion')}, ${info('osImage')}, ${info('containerRuntimeVersion')}`
    counts.set(title, (counts.get(title) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const missingPlanes = (facts: ClusterFacts): readonly MissingPart[] =>
  PLANES.flatMap((name: PlaneName) => {
    const plane = facts[name]
    if (plane.status === 'read') return []
    const { reason, wanted, remedy } = plane
    return [{ what: name, reason, ...(remedy === undefined ? {} : { remedy }), wanted }]
  })
