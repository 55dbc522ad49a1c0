// What an agent found, as it travels: read with care, because the agent may be of another version, and its node is another machine.
import { readBgpFacts } from '../bgp/read-bgp-facts.ts'
import type { ProbeFacts } from '../cluster/cluster-facts.ts'
import type { HostFacts } from '../cluster/host-facts.ts'
import { hostFactsShape } from '../cluster/host-shape.ts'
import { readLinkFacts } from '../facts/read-link-facts.ts'
import { list, maybe, oneOf, record, type Shape, ShapeMismatch, text } from '../facts/shape.ts'
import { routeFacts } from '../route/read-route-facts.ts'
import { readReachFacts } from './reach-facts.ts'

export const AGENT_RESULT_FORMAT = 'lbctl/agent-result/1'

export interface AgentResult {
  readonly format: typeof AGENT_RESULT_FORMAT
  readonly run: string
  readonly node: string
  readonly probes: readonly ProbeFacts[]
  readonly host: HostFacts | undefined
  /** what was wanted and could not be done; clauses */
  readonly notDone: readonly string[]
}

const wayBack = routeFacts({ withClient: true })

const anything: Shape<unknown> = (value) => value

const object: Shape<object> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ShapeMismatch(path, 'an object')
  return value
}

const head = record({
  format: oneOf(AGENT_RESULT_FORMAT),
  run: text,
  node: text,
  probes: list(anything),
  host: maybe(object),
  notDone: list(text),
})

/** @throws ShapeMismatch also when it is of another run or node */
export function readAgentResult(value: unknown, run: string, node: string): AgentResult {
  const read = head(value, '')
  if (read.run !== run) throw new ShapeMismatch('run', `"${run}"`)
  if (read.node !== node) throw new ShapeMismatch('node', `"${node}"`)
  const { host } = read
  return {
    ...read,
    probes: read.probes.map((probe, index) => probeIn(probe, `probes[${index}]`, node)),
    host: host === undefined ? undefined : { ...hostFactsShape(host, 'host'), node },
  }
}

function probeIn(value: unknown, path: string, node: string): ProbeFacts {
  const { kind, facts } = record({ kind: oneOf('link', 'bgp', 'route', 'path', 'reach'), facts: object })(
    value,
    path,
  )
  const seen = { vantage: `node ${node}`, node }
  switch (kind) {
    case 'link':
      return { kind, ...seen, facts: readLinkFacts(facts) }
    case 'bgp':
      return { kind, ...seen, facts: readBgpFacts(facts) }
    case 'route':
      return { kind, ...seen, facts: wayBack(facts, `${path}.facts`) }
    case 'reach':
      return { kind, ...seen, facts: readReachFacts(facts) }
    case 'path':
      return { kind, ...seen, facts: facts as Extract<ProbeFacts, { kind: 'path' }>['facts'] }
  }
}
