// Who reaches whom, as a table of facts: for the JSON as it is, and for the terminal to draw. Judges nothing.
import { ownersOf } from '../checks/answers.ts'
import { type ClusterFacts, itemsOf } from '../cluster/cluster-facts.ts'

export type Reached = 'connected' | 'refused' | 'silent' | 'failed'

export interface NodeMatrix {
  /** the TCP port of memberlist */
  readonly gossip: readonly { readonly from: string; readonly to: string; readonly outcome: Reached }[]
  readonly routers: readonly {
    readonly from: string
    readonly to: string
    readonly outcome: Reached | 'session' | 'not tried'
  }[]
  /** hardware addresses that were heard; none: nobody answered */
  readonly answers: readonly {
    readonly from: string
    readonly address: string
    readonly heard: readonly string[]
  }[]
}

const outcomeOf = ({
  result,
  code,
}: {
  readonly result: string
  readonly code: string | undefined
}): Reached => {
  if (result === 'connected' || result === 'silent') return result
  return code === 'ECONNREFUSED' ? 'refused' : 'failed'
}

/** undefined: no other node took part. */
export function nodeMatrix(facts: ClusterFacts): NodeMatrix | undefined {
  const probes = itemsOf(facts.probes)
  if (!probes.some(({ kind }) => kind === 'agent')) return undefined
  return {
    gossip: probes.flatMap((probe) =>
      probe.kind !== 'reach'
        ? []
        : probe.facts.targets
            .filter(({ purpose }) => purpose === 'gossip')
            .map((target) => ({ from: probe.node, to: target.name, outcome: outcomeOf(target) })),
    ),
    routers: probes.flatMap((probe) => {
      if (probe.kind !== 'bgp' || probe.node === undefined) return []
      const { peer, notTried, attempts } = probe.facts
      const [first] = attempts
      const tried = first === undefined ? 'not tried' : outcomeOf(first)
      return { from: probe.node, to: peer.address, outcome: notTried === 'session' ? 'session' : tried }
    }),
    answers: probes.flatMap((probe) =>
      probe.kind !== 'link'
        ? []
        : {
            from: probe.node ?? probe.facts.host.name,
            address: probe.facts.target.address,
            heard: ownersOf(probe.facts).map(({ mac, node }) => node ?? mac),
          },
    ),
  }
}
