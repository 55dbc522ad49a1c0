// The way of an answer to a client, and whether the client's request is let in.
import { formatIp, type Ip } from '../../net/ip.ts'
import { prefixContains } from '../../net/prefix.ts'
import type { Tables } from '../collect/examine-route.ts'
import type { Surroundings } from '../collect/question.ts'
import type { OwnAddress, RouteFacts } from '../facts/link-facts.ts'
import type { Link, Route } from '../ports/tables.ts'
import { ruleText } from '../rule-text.ts'
import { type FibAnswer, type FibTables, lookUp, routeText } from './fib.ts'
import { reversePath } from './reverse-path.ts'
import type { DecisionFacts, ReplyRoute, ReturnPathFacts } from './route-facts.ts'

export interface ReturnInput {
  readonly client: Ip
  readonly target: Ip
  readonly given: Link | undefined
  readonly own: OwnAddress | undefined
  readonly route: RouteFacts
  readonly read: Tables
  readonly fib: FibTables
  readonly around: Surroundings
}

export async function returnPathOf(input: ReturnInput): Promise<ReturnPathFacts | undefined> {
  const { client, target, read, fib, around } = input
  const arrival = arrivalOf(input)
  if (arrival === undefined) return undefined
  const { link, how } = arrival
  const [system, host] = await Promise.all([around.facts.interface(link.name), around.facts.host()])
  const question = { destination: client, source: target, inputInterface: undefined }
  return {
    client: formatIp(client),
    arrival: { interface: link.name, how },
    reply: replyOf(lookUp(question, fib), read),
    rpFilter: reversePath({
      client,
      target,
      arrival: { name: link.name, index: link.index },
      tables: fib,
      rpFilter: { all: host.all.rpFilter, ofInterface: system.sysctl.rpFilter },
    }),
  }
}

type Arrival = { readonly link: Link; readonly how: ReturnPathFacts['arrival']['how'] }

/** Where a request for the target comes in, most certain first. */
function arrivalOf({ given, own, route, target, read, fib }: ReturnInput): Arrival | undefined {
  const named = (name: string | undefined) =>
    read.links.find((link) => link.name === name && !link.flags.loopback)
  if (given !== undefined) return { link: given, how: 'given' }
  const holder = own === undefined ? undefined : named(own.interface)
  // Addresses on dummy interfaces are answered for on others.
  if (holder !== undefined && !/^(kube-ipvs|dummy)/.test(holder.name))
    return { link: holder, how: 'interface that has the target' }
  const onLink = fib.routes.find((each) => isOnLink(each, target))
  const linked = read.links.find(({ index }) => index === onLink?.nextHops[0]?.interfaceIndex)
  if (linked !== undefined) return { link: linked, how: 'link of the target' }
  const out = named(route.interface)
  return out === undefined ? undefined : { link: out, how: 'interface of the route' }
}

const isOnLink = ({ type, destination, nextHops }: Route, target: Ip): boolean =>
  type === 'unicast' &&
  destination.length > 0 &&
  prefixContains(destination, target) &&
  nextHops.some(({ gateway, dead }) => gateway === undefined && !dead)

function replyOf(answer: FibAnswer, { links }: Tables): ReplyRoute {
  const nameOf = (index: number | undefined) => links.find((link) => link.index === index)?.name
  const nothing = { interface: undefined, gateway: undefined, interfaces: [], uncertain: undefined }
  const decidedBy = decisionOf(answer)
  switch (answer.kind) {
    case 'nothing':
      return { found: false, type: undefined, decidedBy, ...nothing }
    case 'unknown':
      return { found: false, type: undefined, decidedBy, ...nothing, uncertain: ruleText(answer.rule) }
    case 'refused':
      return { found: false, type: answer.type, decidedBy, ...nothing }
    case 'route':
      break
  }
  const { route } = answer
  const usable = route.nextHops.filter(({ dead }) => !dead)
  const [first] = usable
  return {
    found: route.type === 'unicast' || route.type === 'local',
    type: route.type,
    interface: nameOf(first?.interfaceIndex),
    gateway: first?.gateway === undefined ? undefined : formatIp(first.gateway),
    decidedBy,
    interfaces: usable.flatMap(({ interfaceIndex }) => nameOf(interfaceIndex) ?? []),
    uncertain: undefined,
  }
}

export const decisionOf = (answer: FibAnswer): DecisionFacts | undefined =>
  answer.kind === 'route'
    ? { rule: ruleText(answer.rule), route: routeText(answer.route), table: answer.route.table }
    : answer.kind === 'refused'
      ? { rule: ruleText(answer.rule), route: answer.type, table: 0 }
      : undefined
