// The way to the target: what the kernel decides, and what else could have decided it.
import { formatIp, type Ip, sameIp } from '../../net/ip.ts'
import { formatPrefix, prefixContains } from '../../net/prefix.ts'
import type { OwnAddress, RouteFacts } from '../facts/link-facts.ts'
import type { InterfaceAddress, Link, NetworkTables, Route, RouteQuestion, Rule } from '../ports/tables.ts'
import { ruleText } from '../rule-text.ts'

/** One reading of the kernel's tables. */
export interface Tables {
  readonly links: readonly Link[]
  readonly addresses: readonly InterfaceAddress[]
}

export async function readTables(tables: NetworkTables): Promise<Tables> {
  const [links, addresses] = await Promise.all([tables.links(), tables.addresses()])
  return { links, addresses }
}

const nameOf = ({ links }: Tables, index: number | undefined): string | undefined =>
  links.find((link) => link.index === index)?.name

export async function examineRoute(
  tables: NetworkTables,
  read: Tables,
  question: RouteQuestion,
): Promise<RouteFacts> {
  const [answer, routes, rules] = await Promise.all([
    tables.routeTo(question),
    tables.routes(),
    tables.rules(),
  ])
  const { destination } = question
  const extras = {
    onLink: onLinkRoutes(routes, destination, read),
    rules: rules.filter((rule) => rule.family === destination.family && !isStandard(rule)).map(ruleText),
  }
  const nothing = {
    interface: undefined,
    gateway: undefined,
    source: undefined,
    table: undefined,
    mtu: undefined,
  }
  if (!answer.found) return { found: false, type: answer.type, code: answer.code, ...nothing, ...extras }
  return {
    found: true,
    type: answer.type,
    code: undefined,
    interface: nameOf(read, answer.interfaceIndex),
    gateway: textOf(answer.gateway),
    source: textOf(answer.source),
    table: answer.table,
    mtu: answer.mtu,
    ...extras,
  }
}

const textOf = (ip: Ip | undefined): string | undefined => (ip === undefined ? undefined : formatIp(ip))

/** Routes without a gateway; those of the tables `local` and of multicast are not ways to a neighbour. */
function onLinkRoutes(routes: readonly Route[], target: Ip, read: Tables): RouteFacts['onLink'] {
  return routes
    .filter(
      ({ type, destination }) =>
        type === 'unicast' && destination.length > 0 && prefixContains(destination, target),
    )
    .flatMap((route) =>
      route.nextHops
        .filter(({ gateway, dead }) => gateway === undefined && !dead)
        .map(({ interfaceIndex }) => ({
          prefix: formatPrefix(route.destination),
          interface: nameOf(read, interfaceIndex) ?? `interface ${interfaceIndex}`,
          metric: route.metric,
          length: route.destination.length,
        })),
    )
    .sort((a, b) => b.length - a.length || a.metric - b.metric)
    .map(({ length: _, ...rest }) => rest)
}

/** ip-rule(8): local, main and default, which every host has. */
const STANDARD = new Map([
  [0, 255],
  [32766, 254],
  [32767, 253],
])
const isStandard = (rule: Rule): boolean =>
  rule.action === 'table' && STANDARD.get(rule.priority) === rule.table && rule.from === undefined

/** Where this host has the address itself. */
export function ownAddressOf(read: Tables, address: Ip): OwnAddress | undefined {
  const own = read.addresses.find((each) => sameIp(each.address, address))
  return own === undefined ? undefined : ownAddressFact(read, own)
}

export function ownAddressFact(read: Tables, own: InterfaceAddress): OwnAddress {
  return {
    interface: nameOf(read, own.interfaceIndex) ?? `interface ${own.interfaceIndex}`,
    address: formatIp(own.address),
    prefixLength: own.prefixLength,
    linkLocal: own.scope === 'link',
    tentative: own.tentative,
    dadFailed: own.dadFailed,
  }
}
