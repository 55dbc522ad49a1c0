// Facts → the files of a bundle, uncompressed: the manifest first, then what it describes.
import type { ClusterFacts } from '../cluster/cluster-facts.ts'
import {
  type BundleManifest,
  type DescribedFile,
  FACTS_PATH,
  MANIFEST_PATH,
  type ManifestFacts,
  manifestOf,
} from './manifest.ts'
import { writeTar } from './tar.ts'

export interface MadeBundle {
  readonly archive: Uint8Array
  readonly manifest: BundleManifest
}

/**
 * @param facts redacted
 * @param more other files, made with the manifest at hand that does not yet count them
 */
export function makeBundle(
  facts: ClusterFacts,
  known: ManifestFacts,
  more: (manifest: BundleManifest) => readonly DescribedFile[],
): MadeBundle {
  const own = { path: FACTS_PATH, holds: 'what the diagnosis judges', bytes: jsonBytes(facts) }
  const files = [own, ...more(manifestOf(facts, [own], known))]
  const manifest = manifestOf(facts, files, known)
  const first = { path: MANIFEST_PATH, bytes: jsonBytes(manifest, 2) }
  const seconds = Math.max(0, Math.floor(Date.parse(facts.takenAt) / 1000)) || 0
  return { archive: writeTar([first, ...files], seconds), manifest }
}

/** Planes that were wanted and could not be read make a bundle a partial one. */
export const isPartial = ({ missing }: BundleManifest): boolean => missing.some(({ wanted }) => wanted)

export const jsonBytes = (value: unknown, indent?: number): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, undefined, indent)}\n`)
