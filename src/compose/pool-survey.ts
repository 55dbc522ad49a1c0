// `lbctl pool …` put together: files or cluster → objects → who has which address.
import { poolsFact, serviceFact } from '../controller/facts/facts-from-objects.ts'
import { PoolSurvey } from '../controller/pools/pool-survey.ts'
import { type PoolObjectsRequest, readPoolObjects, refuse } from './pool-objects.ts'

/** @throws LbctlError `input` for texts that cannot be read and pools that are not valid */
export async function readSurvey(request: PoolObjectsRequest, signal: AbortSignal): Promise<PoolSurvey> {
  const read = await readPoolObjects(request, signal)
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
    loadBalancerClass: request['lb-class'],
  })
}
