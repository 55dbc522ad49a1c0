// Files, a cluster or a bundle → objects, for `lbctl pool …`.
import type { Diagnostic } from '../config/diagnostic.ts'
import { type ReadResult, readObjects } from '../config/objects/read-objects.ts'
import { parseYaml } from '../config/source/parse.ts'
import { formatPosition, type Source } from '../config/source/source.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { placeOf } from '../terminal/diagnostics/place.ts'
import { readConfiguration } from './configuration-input.ts'

export interface PoolObjectsRequest {
  readonly file?: readonly string[] | undefined
  readonly 'from-cluster': boolean
  readonly bundle?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly 'lb-class'?: string | undefined
}

export interface PoolObjects {
  readonly read: ReadResult
  /** milliseconds since 1970 at which things were like this */
  readonly takenAtMs: number
  /** the bundle that they are from, which knows more; undefined: another source */
  readonly bundle: ClusterFacts | undefined
}

/** @throws LbctlError `input` for texts that cannot be read, `usage` when nothing is given */
export async function readPoolObjects(
  request: PoolObjectsRequest,
  signal: AbortSignal,
): Promise<PoolObjects> {
  const files = request.file ?? []
  if (request.bundle !== undefined) {
    const { objectsOfBundle } = await import('./pool-bundle.ts')
    return objectsOfBundle(request.bundle)
  }
  if (files.length === 0 && !request['from-cluster'])
    throw new LbctlError('usage', 'Nothing says which pools and Services there are.', {
      hints: [
        'Use --from-cluster, --bundle FILE, or name files by -f: IPAddressPools, and Services as "kubectl get services -A -o yaml" prints them.',
      ],
    })
  // Nobody needs the right to read Secrets to be told of addresses.
  const texts = await readConfiguration({ ...request, files, secrets: false }, signal)
  return { read: objectsIn(texts), takenAtMs: Date.now(), bundle: undefined }
}

/** @throws LbctlError `input` for half a text: it would leave out Services, and their addresses would look free */
export function objectsIn({
  sources,
  diagnostics,
}: {
  readonly sources: readonly Source[]
  readonly diagnostics: readonly Diagnostic[]
}): ReadResult {
  const parsed = sources.map((source) => parseYaml(source))
  refuse(
    [...diagnostics, ...parsed.flatMap((each) => each.diagnostics)].filter(
      ({ severity }) => severity === 'error',
    ),
  )
  return readObjects(parsed.flatMap(({ documents }) => documents))
}

/** @throws LbctlError `input` for the first of them; nothing is wrong where there is none */
export function refuse(problems: readonly Diagnostic[]): void {
  const [first] = problems
  if (first === undefined) return
  const place = first.at === undefined ? '' : `${formatPosition(placeOf(first.at).start)}: `
  throw new LbctlError('input', `${place}${first.message}`, {
    hints: ['`lbctl validate` shows everything that is wrong.'],
  })
}
