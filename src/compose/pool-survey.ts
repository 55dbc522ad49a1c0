// `lbctl pool …` put together: files, cluster or bundle → objects → who has which address.
import type { ReadObjects } from '../config/objects/read-object.ts'
import { poolsFact, serviceFact } from '../controller/facts/facts-from-objects.ts'
import { PoolSurvey } from '../controller/pools/pool-survey.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { PoolState } from '../ipam/pool-state.ts'
import { type PoolObjectsRequest, readPoolObjects, refuse } from './pool-objects.ts'

export interface SurveyInput {
  readonly survey: PoolSurvey
  readonly objects: ReadObjects
}

/** @throws LbctlError `input` for texts that cannot be read and pools that are not valid */
export async function readSurvey(request: PoolObjectsRequest, signal: AbortSignal): Promise<SurveyInput> {
  const { read, takenAtMs } = await readPoolObjects(request, signal)
  const pools = poolsFact(read)
  if (!pools.ok) {
    refuse(pools.error)
    throw new Error('pools are invalid for no reason')
  }
  const { services, namespaces } = read.objects
  const survey = new PoolSurvey({
    pools: pools.value,
    namespaces: new Map(namespaces.map(({ name, labels }) => [name, labels])),
    services: services.map(serviceFact),
    loadBalancerClass: request['lb-class'],
    nowMs: takenAtMs,
  })
  return { survey, objects: read.objects }
}

/** @throws LbctlError `usage` where there is no such pool */
export function poolOf(survey: PoolSurvey, name: string): PoolState {
  const pool = survey.allocator.pools.get(name)
  if (pool !== undefined) return pool
  const names = survey.pools().map((each) => each.name)
  throw new LbctlError('usage', `There is no IPAddressPool "${name}" in what was given.`, {
    hints: [names.length === 0 ? 'There is no IPAddressPool at all.' : `There is ${names.join(', ')}.`],
  })
}
