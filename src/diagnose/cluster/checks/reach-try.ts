// One attempt of a node to reach another machine, and how it ended in words.
import type { ReachedTarget } from '../../agents/reach-facts.ts'

export interface ReachTry {
  readonly from: string
  /** the node, or the Service */
  readonly to: string
  readonly target: ReachedTarget
}

export const outcomeText = ({ target: { code, result, icmp } }: Pick<ReachTry, 'target'>): string =>
  result === 'silent'
    ? 'no answer'
    : `${code ?? result}${icmp?.fromOurselves === false ? `, by ICMP from ${icmp.sender ?? 'a router'}` : ''}`
