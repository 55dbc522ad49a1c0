// Which nodes and Services one node reaches by TCP, as plain JSON.
import type { ReachFacts } from '../facts/link-facts.ts'
import { address, reach } from '../facts/read-link-facts.ts'
import { list, oneOf, record, type Shape, text } from '../facts/shape.ts'

export const REACH_FACTS_FORMAT = 'lbctl/reach-facts/1'

export interface ReachMatrixFacts {
  readonly format: typeof REACH_FACTS_FORMAT
  readonly targets: readonly ReachedTarget[]
}

export interface ReachedTarget extends ReachFacts {
  readonly purpose: 'gossip' | 'webhook'
  /** the node, or the Service */
  readonly name: string
  readonly address: string
}

/** What became of asking a node to take part at all. */
export interface AgentFacts {
  /** how the node was asked */
  readonly by: 'pod' | 'ssh'
  /** a clause; undefined: it answered */
  readonly reason: string | undefined
  /** a whole sentence */
  readonly remedy: string | undefined
  /** what it could not do although it answered; clauses */
  readonly notDone: readonly string[]
}

const target: Shape<ReachedTarget> = (value, path) => ({
  ...reach(value, path),
  ...record<Pick<ReachedTarget, 'purpose' | 'name' | 'address'>>({
    purpose: oneOf('gossip', 'webhook'),
    name: text,
    address,
  })(value, path),
})

const facts = record<ReachMatrixFacts>({ format: oneOf(REACH_FACTS_FORMAT), targets: list(target) })

/** @throws ShapeMismatch */
export const readReachFacts = (value: unknown): ReachMatrixFacts => facts(value, '')
