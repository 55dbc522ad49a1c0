// `--bundle FILE`: an archive of `lbctl bundle` → the facts in it. Limits stand before anything is believed.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { factsOfBundle } from '../../diagnose/bundle/read-bundle.ts'
import type { ClusterFacts } from '../../diagnose/cluster/cluster-facts.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { unreadable } from '../unreadable.ts'

/** A cluster of 1,000 Services on 50 nodes makes a bundle of under 1 MiB that unpacks to under 30 MiB. */
const LARGEST_FILE_BYTES = 256 * 1024 ** 2
const LARGEST_ARCHIVE_BYTES = 512 * 1024 ** 2

/** @throws LbctlError `input` for what is no bundle, is broken, or is larger than any bundle */
export function readBundleFile(path: string): ClusterFacts {
  const facts = factsOfBundle(unpacked(path, bytesOf(path)))
  if (facts.ok) return facts.value
  throw noBundle(path, facts.error)
}

function bytesOf(path: string): Uint8Array {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const { size } = fstatSync(descriptor)
    if (size > LARGEST_FILE_BYTES)
      throw noBundle(path, `it has ${size} bytes, more than the ${LARGEST_FILE_BYTES} that are read`)
    return readFileSync(descriptor)
  } catch (error) {
    throw unreadable(`The bundle ${path}`, path, error)
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** Somebody may have unpacked it with a tool that keeps the tar. */
function unpacked(path: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_ARCHIVE_BYTES })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw noBundle(path, `it unpacks to more than the ${LARGEST_ARCHIVE_BYTES} bytes that are read`)
    if (code === undefined || !code.startsWith('Z_')) throw error
    throw noBundle(path, 'it is cut off or damaged, so it cannot be unpacked')
  }
}

const noBundle = (path: string, reason: string): LbctlError =>
  new LbctlError('input', `${path} cannot be read as a bundle: ${reason}.`, {
    facts: { path },
    hints: ['Bundles are written by: lbctl bundle -o FILE'],
  })
