// A controller wants to know whether somebody has addresses that a Service is to get. Which of them this node can ask for, and where: on
// the interfaces where it would announce them (RFC 5227 §2.1.1 probes on the link where the address is going to be used).

import { matchesAny } from '../../config/semantics/selector.ts'
import { formatIp, type Ip } from '../../net/ip.ts'
import { type Configuration, type L2Advert, type Pool, PoolIndex } from '../configuration/configuration.ts'

/** What this speaker knows, at the moment of the question. */
export interface ProbeGround {
  /** undefined: there was no valid one yet */
  readonly configuration: Configuration | undefined
  readonly nodeLabels: Readonly<Record<string, string>>
  /** on which it answers; empty where layer 2 is not possible */
  readonly interfaces: ReadonlySet<string>
  /** texts of the addresses that Services have, be they announced from here or from another node */
  readonly announced: ReadonlySet<string>
}

export interface ProbeTarget {
  readonly address: Ip
  readonly interfaceName: string
}

/** Why an address is not asked for. */
export type Unasked =
  /** a Service has it: whoever answers is one of us */
  | 'announced'
  /** this node would not announce it by layer 2 */
  | 'no-link'
  /** no pool has it, or nothing announces its pool, as far as this speaker has heard: nobody may have others asked for */
  | 'not-known'

export interface ProbePlan {
  readonly targets: readonly ProbeTarget[]
  /** by text of the address */
  readonly unasked: ReadonlyMap<string, Unasked>
}

export function planProbe(addresses: readonly Ip[], ground: ProbeGround): ProbePlan {
  const pools = new PoolIndex(ground.configuration?.pools ?? [])
  const targets: ProbeTarget[] = []
  const unasked = new Map<string, Unasked>()
  for (const address of addresses) {
    const pool = pools.poolOf([address])
    const text = formatIp(address)
    const reason = reasonAgainst(text, pool, ground)
    const names = reason === undefined && pool !== undefined ? interfacesOf(pool.l2, ground) : []
    if (names.length === 0) unasked.set(text, reason ?? 'no-link')
    for (const interfaceName of names) targets.push({ address, interfaceName })
  }
  return { targets, unasked }
}

function reasonAgainst(text: string, pool: Pool | undefined, ground: ProbeGround): Unasked | undefined {
  if (pool === undefined || pool.l2.length + pool.bgp.length === 0) return 'not-known'
  return ground.announced.has(text) ? 'announced' : undefined
}

/** The union over the advertisements for this node; one that names no interfaces stands for all. */
function interfacesOf(adverts: readonly L2Advert[], { nodeLabels, interfaces }: ProbeGround): string[] {
  const mine = adverts.filter(({ nodes }) => nodes.length === 0 || matchesAny(nodes, nodeLabels))
  if (mine.some((advert) => advert.interfaces.length === 0)) return [...interfaces]
  return [...new Set(mine.flatMap((advert) => advert.interfaces))].filter((name) => interfaces.has(name))
}
