// An archive that somebody sent → the facts in it. Every byte of it is doubted.
import { err, ok, type Result } from '../../net/result.ts'
import type { ClusterFacts } from '../cluster/cluster-facts.ts'
import { readClusterFacts } from '../cluster/read-cluster-facts.ts'
import { ShapeMismatch } from '../facts/shape.ts'
import { digestOf, FACTS_PATH, MANIFEST_PATH, readManifest } from './manifest.ts'
import { type ArchivedFile, readTar } from './tar.ts'

/** @returns the facts, or the reason as a clause: `it holds no manifest.json` */
export function factsOfBundle(archive: Uint8Array): Result<ClusterFacts> {
  const files = readTar(archive)
  if (!files.ok) return files
  const manifest = jsonIn(files.value, MANIFEST_PATH, readManifest)
  if (!manifest.ok) return manifest
  for (const { path, sha256 } of manifest.value.files) {
    const file = files.value.find((each) => each.path === path)
    if (file === undefined) return err(`${path}, which its manifest names, is missing`)
    if (digestOf(file.bytes) !== sha256) return err(`${path} was changed after the bundle was made`)
  }
  return jsonIn(files.value, FACTS_PATH, readClusterFacts)
}

function jsonIn<T>(files: readonly ArchivedFile[], path: string, read: (value: unknown) => T): Result<T> {
  const file = files.find((each) => each.path === path)
  if (file === undefined) return err(`it holds no ${path}, so it is no bundle of lbctl`)
  try {
    return ok(read(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.bytes))))
  } catch (error) {
    if (error instanceof ShapeMismatch) return err(`${path}: ${error.message}`)
    if (error instanceof SyntaxError || error instanceof TypeError) return err(`${path} is not JSON`)
    throw error
  }
}
