// Services that have an address and that no node announces: by which protocols it could be, and what keeps each node from it.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import type { Pool } from '../../speaker/configuration/configuration.ts'
import type { CandidateMatrix } from '../../speaker/decide/decider.ts'
import type { Endpoints } from '../../speaker/decide/endpoints.ts'
import type { Detail, Protocol, Reason } from '../../speaker/decide/reasons.ts'
import type { ServiceKey } from '../../speaker/facts/facts.ts'
import { keyOf } from './object-keys.ts'

export type Why = Reason | Detail

export interface SilentService {
  readonly key: ServiceKey
  readonly service: ServiceObject
  readonly pool: Pool
  /** protocols that some advertisement of the pool is for */
  readonly protocols: readonly Protocol[]
  /** what keeps nodes from it: the nodes by reason, over these protocols */
  readonly nodesBy: ReadonlyMap<Why, ReadonlySet<string>>
}

/** The part of the view that this needs. */
interface Decisions {
  readonly servicesWithAddress: readonly ServiceObject[]
  poolOf(service: ServiceObject): Pool | undefined
  matrixOf(service: ServiceObject): CandidateMatrix | undefined
}

export function silentServices(view: Decisions): readonly SilentService[] {
  return view.servicesWithAddress.flatMap((service): SilentService[] => {
    const pool = view.poolOf(service)
    const matrix = view.matrixOf(service)
    // An address of no pool is another trouble.
    if (pool === undefined || matrix === undefined || isAnnounced(matrix)) return []
    const protocols = protocolsOf(pool)
    return [{ key: keyOf(service), service, pool, protocols, nodesBy: refusalsIn(matrix, protocols) }]
  })
}

export const protocolsOf = ({ l2, bgp }: Pool): readonly Protocol[] => [
  ...(l2.length > 0 ? (['layer2'] as const) : []),
  ...(bgp.length > 0 ? (['bgp'] as const) : []),
]

const isAnnounced = ({ nodes }: CandidateMatrix): boolean =>
  [...nodes.values()].some(({ layer2, bgp }) => layer2.announces || bgp.announces)

function refusalsIn(matrix: CandidateMatrix, protocols: readonly Protocol[]): SilentService['nodesBy'] {
  const nodesBy = new Map<Why, Set<string>>()
  for (const [name, verdicts] of matrix.nodes)
    for (const protocol of protocols) {
      const verdict = verdicts[protocol]
      if (verdict.announces) continue
      const why = verdict.detail ?? verdict.reason
      const names = nodesBy.get(why)
      if (names === undefined) nodesBy.set(why, new Set([name]))
      else names.add(name)
    }
  return nodesBy
}

/** Nodes kept away for any of these reasons, in the order of their names. */
export const nodesFor = ({ nodesBy }: SilentService, ...whys: readonly Why[]): readonly string[] =>
  [...new Set(whys.flatMap((why) => [...(nodesBy.get(why) ?? [])]))].sort()

/** No endpoint of it can serve, so that nobody announces it whatever else is so. */
export const lacksEndpoints = (
  view: { endpointsOf(service: ServiceObject): Endpoints },
  { service }: SilentService,
): boolean => !view.endpointsOf(service).anywhere
