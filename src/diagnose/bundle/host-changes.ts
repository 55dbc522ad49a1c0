// Two readings of the machines of nodes → what differs: settings, links, routes, rules, refused packets, sessions of BGP. What a kernel
// learns and forgets by itself, as neighbours and ports of its own choice, is left out.
import type { HostFacts, HostLink, HostRoute, HostRule } from '../cluster/host-facts.ts'
import { type FieldChange, fieldChanges } from './field-changes.ts'

export interface HostChange {
  readonly node: string
  readonly fields: readonly FieldChange[]
}

export interface HostChanges {
  readonly changed: readonly HostChange[]
  /** read on one side only: a clause each */
  readonly notCompared: readonly string[]
}

export function hostChanges(before: readonly HostFacts[], after: readonly HostFacts[]): HostChanges {
  const old = new Map(before.map((host) => [host.node, host]))
  const now = new Map(after.map((host) => [host.node, host]))
  const changed = [...now].flatMap(([node, host]) => {
    const earlier = old.get(node)
    const fields = earlier === undefined ? [] : fieldChanges(comparable(earlier), comparable(host))
    return fields.length === 0 ? [] : [{ node, fields }]
  })
  const only = (title: string, some: typeof old, others: typeof old): string[] =>
    [...some.keys()].filter((node) => !others.has(node)).map((node) => `host ${node}: read ${title} only`)
  return { changed, notCompared: [...only('before', old, now), ...only('after', now, old)] }
}

const comparable = (host: HostFacts): object => ({
  sysctls: host.sysctls,
  machine: host.machine,
  links: Object.fromEntries(host.links.map((link) => [link.name, linkOf(link)])),
  routes: grouped(host.routes.map((route) => [routeKey(route), routeText(route)])),
  rules: grouped(host.rules.map((rule) => [`${rule.priority}, IPv${rule.family}`, ruleText(rule)])),
  firewall: grouped(
    (host.firewall?.refusals ?? []).map(({ tool, place, rule, end, what }) => [
      `${tool} ${place}`,
      `${rule} (${what} ${end})`,
    ]),
  ),
  listeners: grouped(host.listeners.map(({ address, program }) => [address, program ?? 'unknown program'])),
  sessions: grouped(host.sessions.map(({ local, remote, state }) => [sessionKey(local, remote), state])),
})

const linkOf = ({ name: _, flags, addresses, ...link }: HostLink): object => ({
  ...link,
  flags: [...flags].sort().join(' '),
  addresses: addresses
    .map(({ address, flags: each }) => [address, ...each.filter((flag) => flag !== 'permanent')].join(' '))
    .sort()
    .join(', '),
})

/** Several values of a key are one text, in an order of their own. */
function grouped(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const groups = new Map<string, Set<string>>()
  for (const [key, value] of pairs) groups.set(key, (groups.get(key) ?? new Set()).add(value))
  return Object.fromEntries([...groups].map(([key, values]) => [key, [...values].sort().join('; ')]))
}

const MAIN_TABLE = 254

const routeKey = ({ family, destination, table }: HostRoute): string =>
  [
    destination === 'default' ? `default, IPv${family}` : destination,
    ...(table === MAIN_TABLE ? [] : [`table ${table}`]),
  ].join(', ')

const routeText = ({ type, gateway, interface: link, metric, mtu, dead }: HostRoute): string =>
  [
    ...(type === 'unicast' ? [] : [type]),
    ...(gateway === undefined ? [] : [`via ${gateway}`]),
    ...(link === undefined ? [] : [`dev ${link}`]),
    ...(metric === 0 ? [] : [`metric ${metric}`]),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
    ...(dead ? ['dead'] : []),
  ].join(' ')

const ruleText = ({
  not,
  from,
  to,
  inputInterface,
  outputInterface,
  mark,
  action,
  table,
}: HostRule): string =>
  [
    ...(not ? ['not'] : []),
    `from ${from ?? 'all'}`,
    ...(to === undefined ? [] : [`to ${to}`]),
    ...(inputInterface === undefined ? [] : [`iif ${inputInterface}`]),
    ...(outputInterface === undefined ? [] : [`oif ${outputInterface}`]),
    ...(mark === undefined ? [] : [`fwmark ${mark.value}/${mark.mask}`]),
    `${action} ${table}`,
  ].join(' ')

/** One end of a session has port 179; the port of the other end is a new one each time. */
function sessionKey(local: string, remote: string): string {
  const bare = (end: string): string => end.replace(/:\d+$/, '')
  return `${bare(local)} with ${bare(remote)}`
}
