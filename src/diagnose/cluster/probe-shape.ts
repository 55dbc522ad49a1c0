// What probes saw and what logs told, as a file or a bundle holds them.
import { readReachFacts } from '../agents/reach-facts.ts'
import { readBgpFacts } from '../bgp/read-bgp-facts.ts'
import { readLinkFacts } from '../facts/read-link-facts.ts'
import { list, maybe, number, oneOf, record, type Shape, ShapeMismatch, text } from '../facts/shape.ts'
import { pathFactsShape } from '../path/path-shape.ts'
import { routeFacts } from '../route/read-route-facts.ts'
import type { LogIncident, ProbeFacts } from './cluster-facts.ts'

/** A reader that knows no place above its own. */
const below =
  <T>(read: (value: unknown) => T): Shape<T> =>
  (value, path) => {
    try {
      return read(value)
    } catch (error) {
      if (!(error instanceof ShapeMismatch)) throw error
      throw new ShapeMismatch(error.path === '' ? path : `${path}.${error.path}`, error.wanted)
    }
  }

const agent = record({
  by: oneOf('pod', 'ssh'),
  reason: maybe(text),
  remedy: maybe(text),
  notDone: list(text),
})

/** Checks look at no probe of another kind. */
const FACTS: Readonly<Record<string, Shape<unknown>>> = {
  link: below(readLinkFacts),
  bgp: below(readBgpFacts),
  route: routeFacts({ withClient: true }),
  path: pathFactsShape,
  reach: below(readReachFacts),
  agent,
}

/** @throws ShapeMismatch */
export const probeShape: Shape<ProbeFacts> = (value, path) => {
  const head = record({
    kind: oneOf('link', 'bgp', 'route', 'path', 'pool', 'reach', 'agent'),
    vantage: text,
    node: maybe(text),
  })(value, path)
  const { node, ...seen } = head
  if (node === undefined && (head.kind === 'reach' || head.kind === 'agent'))
    throw new ShapeMismatch(`${path}.node`, 'a text')
  const given = (value as { readonly facts?: unknown }).facts
  const facts = (FACTS[head.kind] ?? record({}))(given, `${path}.facts`)
  const whole = FACTS[head.kind] === undefined ? given : facts
  return { ...seen, ...(node === undefined ? {} : { node }), facts: whole } as ProbeFacts
}

/** @throws ShapeMismatch */
export const incidentShape: Shape<LogIncident> = (value, path) => {
  const { code, node, ...incident } = record({
    code: maybe(text),
    signature: text,
    first: text,
    last: text,
    count: number,
    example: text,
    node: maybe(text),
    component: text,
  })(value, path)
  return {
    ...(code === undefined ? {} : { code }),
    ...incident,
    ...(node === undefined ? {} : { node }),
  }
}
