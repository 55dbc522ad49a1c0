// The shape of what `diagnose route` looks at, in a file or from another machine. The types make sure that no member is forgotten here.
import { address, examinedInterface, family, neighbour, ownAddress, route } from '../facts/read-link-facts.ts'
import { flag, list, maybe, number, oneOf, record, type Shape, ShapeMismatch, text } from '../facts/shape.ts'
import {
  type DecisionFacts,
  type ReplyRoute,
  type ReturnPathFacts,
  ROUTE_FACTS_FORMAT,
  type RouteDiagnosisFacts,
  type RpFilterFacts,
} from './route-facts.ts'

const decision = record<DecisionFacts>({ rule: text, route: text, table: number })

const nothing: Shape<undefined> = (value, path) => {
  if (value === undefined || value === null) return undefined
  throw new ShapeMismatch(path, 'empty')
}

const returnPath = record<ReturnPathFacts>({
  client: address,
  arrival: record({
    interface: text,
    how: oneOf('given', 'interface that has the target', 'link of the target', 'interface of the route'),
  }),
  reply: record<ReplyRoute>({
    found: flag,
    type: maybe(text),
    interface: maybe(text),
    gateway: maybe(address),
    decidedBy: maybe(decision),
    interfaces: list(text),
    uncertain: maybe(text),
  }),
  rpFilter: record<RpFilterFacts>({
    all: maybe(number),
    ofInterface: maybe(number),
    mode: oneOf('off', 'strict', 'loose', 'none'),
    drops: flag,
    reason: text,
  }),
})

/** @param withClient a client may have been named; a port never was */
export const routeFacts = ({ withClient }: { readonly withClient: boolean }): Shape<RouteDiagnosisFacts> =>
  record<RouteDiagnosisFacts>({
    format: oneOf(ROUTE_FACTS_FORMAT),
    target: record({ asked: text, address, family }),
    host: record({ name: text, netns: maybe(text) }),
    route,
    decidedBy: maybe(decision),
    interface: maybe(examinedInterface),
    own: maybe(ownAddress),
    nextHop: maybe(record({ address, role: oneOf('target', 'gateway') })),
    neighbours: list(neighbour),
    mtu: maybe(record({ interface: number, route: maybe(number), path: maybe(number) })),
    returnPath: withClient ? maybe(returnPath) : nothing,
    reach: nothing,
  })
