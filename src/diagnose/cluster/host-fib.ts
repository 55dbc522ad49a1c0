// Routes and rules of a host, as a look-up takes them.
import { type Ip, type IpFamily, parseIp } from '../../net/ip.ts'
import { type Prefix, parsePrefix, prefixOf } from '../../net/prefix.ts'
import type { Route, Rule } from '../ports/tables.ts'
import { type FibAnswer, type FibQuestion, type FibTables, lookUp } from '../route/fib.ts'
import type { HostFacts, HostRoute, HostRule } from './host-facts.ts'
import { isUp, settingOf } from './host-links.ts'

/** Where packets to an address go, and from which rule and route that follows. */
export interface Way {
  readonly interface: string | undefined
  readonly gateway: Ip | undefined
}

/** Undefined: there is none, or it cannot be told. `source`: the address that the packets come from, when that is settled. */
export const wayTo = (destination: Ip, host: HostFacts, source?: Ip): Way | undefined =>
  wayOf({ destination, source, inputInterface: undefined }, host)

/**
 * Name of the link that the kernel sends out by what another one brings for the address. It chooses a link without a carrier as well,
 * where nothing gets anywhere, unless `ignore_routes_with_linkdown` is set; a way by a link that is down it leaves out.
 */
export function forwardedTo(destination: Ip, inputInterface: string, host: HostFacts): string | undefined {
  const routes = host.routes.map((route) => ({
    ...route,
    dead: route.dead && !isChosenWhenDead(route, host),
  }))
  return wayOf({ destination, source: undefined, inputInterface }, { ...host, routes })?.interface
}

function isChosenWhenDead({ interface: name, family }: HostRoute, host: HostFacts): boolean {
  const link = host.links.find((each) => each.name === name)
  return (
    family === 4 &&
    link !== undefined &&
    isUp(link) &&
    !link.carrier &&
    settingOf(host, link.name, 'ignore_routes_with_linkdown') !== 1
  )
}

function wayOf(question: FibQuestion, host: HostFacts): Way | undefined {
  const answer = lookUp(question, fibOf(host))
  if (answer.kind !== 'route' || answer.route.type !== 'unicast') return undefined
  const hop = answer.route.nextHops.find(({ dead }) => !dead)
  return { interface: host.links[(hop?.interfaceIndex ?? 0) - 1]?.name, gateway: hop?.gateway }
}

/** Whether any way to the address leaves by the link: the reverse path filter asks no more than that. */
export function leavesBy(name: string, destination: Ip, host: HostFacts, source: Ip): boolean {
  const answer: FibAnswer = lookUp({ destination, source, inputInterface: undefined }, fibOf(host))
  if (answer.kind === 'unknown') return true
  if (answer.kind !== 'route') return false
  return answer.route.nextHops.some(
    ({ interfaceIndex }) => host.links[(interfaceIndex ?? 0) - 1]?.name === name,
  )
}

function fibOf({ routes, rules, links }: HostFacts): FibTables {
  const indexes = new Map(links.map(({ name }, index) => [name, index + 1]))
  const tables = new Map<string, Route>()
  for (const each of routes) {
    const destination = prefixIn(each.destination, each.family)
    if (destination === undefined) continue
    const { table, metric, type } = each
    const key = `${each.family} ${each.destination} ${table} ${metric} ${type}`
    const known = tables.get(key)
    const nextHops = [...(known?.nextHops ?? []), ...hopsOf(each, indexes)]
    tables.set(key, { ...routeOf(each, destination), nextHops })
  }
  return {
    routes: [...tables.values()],
    rules: [...([4, 6] as const).flatMap(rulesOfEveryHost), ...rules.map(ruleOf)],
    vrfTables: new Map(
      links.flatMap(({ name, master, vrfTable }) => {
        const table = vrfTable ?? links.find((link) => link.name === master)?.vrfTable
        return table === undefined ? [] : [[name, table] as const]
      }),
    ),
  }
}

const prefixIn = (text: string, family: IpFamily): Prefix | undefined =>
  text === 'default' ? prefixOf({ family, value: 0n }, 0) : parsePrefix(text)

const hopsOf = (
  { gateway, interface: name, dead }: HostRoute,
  indexes: ReadonlyMap<string, number>,
): Route['nextHops'] =>
  name === undefined && gateway === undefined
    ? []
    : [
        {
          gateway: gateway === undefined ? undefined : parseIp(gateway),
          interfaceIndex: name === undefined ? undefined : indexes.get(name),
          weight: 1,
          onLink: false,
          dead,
        },
      ]

const routeOf = (
  { type, table, metric, protocol, mtu }: HostRoute,
  destination: Prefix,
): Omit<Route, 'nextHops'> => ({
  destination,
  type: type as Route['type'],
  table,
  scope: 'global',
  protocol,
  metric,
  source: undefined,
  mtu,
})

const ruleOf = ({ from, to, action, ...rule }: HostRule): Rule => ({
  ...rule,
  action: action as Rule['action'],
  from: from === undefined ? undefined : parsePrefix(from),
  to: to === undefined ? undefined : parsePrefix(to),
})

const rulesOfEveryHost = (family: IpFamily): readonly Rule[] =>
  [
    [0, 255],
    [32_766, 254],
    [32_767, 253],
  ].map(([priority = 0, table = 0]) => ({
    family,
    priority,
    table,
    not: false,
    from: undefined,
    to: undefined,
    inputInterface: undefined,
    outputInterface: undefined,
    mark: undefined,
    vrf: false,
    action: 'table',
    suppressPrefixLength: undefined,
  }))
