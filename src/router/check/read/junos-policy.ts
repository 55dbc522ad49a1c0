// Policy statements of Junos as questions about prefixes.
import type { Span } from '../../../config/source/source.ts'
import { type IpFamily, ipBits } from '../../../net/ip.ts'
import { type Prefix, parsePrefix } from '../../../net/prefix.ts'
import {
  and,
  firstMatch,
  holdsPrefix,
  matches,
  type Outcome,
  type Pattern,
  type Policy,
  type Term,
  type Truth,
} from '../policy.ts'
import type { TreeNode } from './config-tree.ts'

/** What an import policy says of a route; one policy after the other, and BGP lets in what none of them refuses. */
export function junosPolicy(root: TreeNode, names: readonly { name: string; at: Span }[]): Policy {
  const [first] = names
  if (first === undefined)
    return { kind: 'none', effect: 'accept', why: 'without an import policy, everything is let in' }
  const statements = names.map(({ name, at }) => ({
    name,
    at,
    node: root.child('policy-options', 'policy-statement', name),
  }))
  const missing = statements.find(({ node }) => node === undefined)
  // Such a configuration does not commit.
  if (missing !== undefined)
    return { kind: 'undefined', name: missing.name, at: missing.at, effect: 'unknown' }
  const terms = statements.flatMap(({ node }) => (node === undefined ? [] : termsOf(root, node)))
  const definedAt = statements[0]?.node?.at
  return { kind: 'filter', ...first, definedAt, decide: (route) => firstMatch(terms, 'accept', route) }
}

function termsOf(root: TreeNode, statement: TreeNode): Term[] {
  const named = [...(statement.child('term')?.children ?? [])].map(([, term]) => termOf(root, term))
  // A statement may have one term without a name, which comes last.
  return [...named, ...(statement.child('then') === undefined ? [] : [termOf(root, statement)])]
}

function termOf(root: TreeNode, term: TreeNode): Term {
  const from = term.child('from')
  const then = term.child('then')
  return {
    at: then?.at ?? term.at,
    test: (route) => (from === undefined ? true : conditions(root, from, route)),
    outcome: outcomeOf(then),
  }
}

function outcomeOf(then: TreeNode | undefined): Outcome | undefined {
  if (then?.child('accept') !== undefined) return 'accept'
  if (then?.child('reject') !== undefined) return 'reject'
  return then?.child('next') === undefined ? undefined : 'unknown'
}

/** Kinds of conditions are AND; several route filters and prefix lists are one condition. */
function conditions(root: TreeNode, from: TreeNode, route: Prefix): Truth {
  let truth: Truth = true
  for (const [kind, node] of from.children) {
    if (kind === 'route-filter') truth = and(truth, routeFilters(node, route))
    else if (kind === 'family') truth = and(truth, familyMatches(node, route.family))
    else if (kind === 'protocol') truth = and(truth, node.child('bgp') === undefined ? undefined : true)
    else if (kind === 'prefix-list') truth = and(truth, prefixLists(root, node, route))
    else if (kind === 'neighbor') truth = and(truth, undefined)
    else truth = and(truth, undefined)
  }
  return truth
}

const familyMatches = (node: TreeNode, family: IpFamily): boolean =>
  node.child(family === 4 ? 'inet' : 'inet6') !== undefined

/** Only the filters with the longest prefix that holds the route are asked; the others do not count, match or not. */
function routeFilters(node: TreeNode, route: Prefix): Truth {
  const holding = [...node.children].flatMap(([text, filter]) => {
    const within = parsePrefix(text)
    return within !== undefined && holdsPrefix(within, route) ? [{ within, filter }] : []
  })
  const longest = Math.max(-1, ...holding.map(({ within }) => within.length))
  const asked = holding.filter(({ within }) => within.length === longest)
  const truths = asked.flatMap(({ within, filter }) =>
    [...filter.children].map(([type, range]): Truth => {
      const pattern = patternOf(within, type, range)
      return pattern === undefined ? undefined : matches(pattern, route)
    }),
  )
  if (truths.includes(true)) return true
  return truths.includes(undefined) ? undefined : false
}

function patternOf(within: Prefix, type: string, node: TreeNode): Pattern | undefined {
  const bits = ipBits(within.family)
  const [argument = ''] = [...node.children.keys()]
  switch (type) {
    case 'exact':
      return { within, min: within.length, max: within.length }
    case 'orlonger':
      return { within, min: within.length, max: bits }
    case 'longer':
      return { within, min: within.length + 1, max: bits }
    case 'upto':
      return { within, min: within.length, max: Number(argument.replace('/', '')) }
    case 'prefix-length-range': {
      const [, min, max] = /^\/(\d+)-\/(\d+)$/.exec(argument) ?? []
      return min === undefined ? undefined : { within, min: Number(min), max: Number(max) }
    }
    default:
      return undefined
  }
}

/** A prefix list matches its prefixes exactly. */
function prefixLists(root: TreeNode, node: TreeNode, route: Prefix): Truth {
  let truth: Truth = false
  for (const name of node.children.keys()) {
    const list = root.child('policy-options', 'prefix-list', name)
    if (list === undefined) return undefined
    for (const text of list.children.keys()) {
      const prefix = parsePrefix(text)
      if (prefix === undefined) truth = truth === true ? true : undefined
      else if (matches({ within: prefix, min: prefix.length, max: prefix.length }, route)) return true
    }
  }
  return truth
}
