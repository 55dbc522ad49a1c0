// `lbctl pool …` put together: files or cluster → objects → who has which address.

import type { Diagnostic } from '../config/diagnostic.ts'
import { readObjects } from '../config/objects/read-objects.ts'
import { parseYaml } from '../config/source/parse.ts'
import { formatPosition } from '../config/source/source.ts'
import { poolsFact, serviceFact } from '../controller/facts/facts-from-objects.ts'
import { PoolSurvey } from '../controller/pools/pool-survey.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { placeOf } from '../terminal/diagnostics/place.ts'
import { readConfiguration } from './configuration-input.ts'

export interface SurveyRequest {
  readonly file?: readonly string[] | undefined
  readonly 'from-cluster': boolean
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}

/** @throws LbctlError `input` for texts that cannot be read and pools that are not valid */
export async function readSurvey(request: SurveyRequest, signal: AbortSignal): Promise<PoolSurvey> {
  const files = request.file ?? []
  if (files.length === 0 && !request['from-cluster'])
    throw new LbctlError('usage', 'Nothing says which pools and Services there are.', {
      hints: [
        'Use --from-cluster, or name files by -f: IPAddressPools, and Services as "kubectl get services -A -o yaml" prints them.',
      ],
    })
  const { sources, diagnostics } = await readConfiguration({ ...request, files }, signal)
  const parsed = sources.map((source) => parseYaml(source))
  // Half a text would leave out Services, and their addresses would look free.
  refuse(
    [...diagnostics, ...parsed.flatMap((each) => each.diagnostics)].filter(
      ({ severity }) => severity === 'error',
    ),
  )
  const read = readObjects(parsed.flatMap(({ documents }) => documents))
  const pools = poolsFact(read)
  if (!pools.ok) {
    refuse(pools.error)
    throw new Error('pools are invalid for no reason')
  }
  const { services, namespaces } = read.objects
  return new PoolSurvey({
    pools: pools.value,
    namespaces: new Map(namespaces.map(({ name, labels }) => [name, labels])),
    services: services.map(serviceFact),
  })
}

function refuse(problems: readonly Diagnostic[]): void {
  const [first] = problems
  if (first === undefined) return
  const place = first.at === undefined ? '' : `${formatPosition(placeOf(first.at).start)}: `
  throw new LbctlError('input', `${place}${first.message}`, {
    hints: ['`lbctl validate` shows everything that is wrong.'],
  })
}
