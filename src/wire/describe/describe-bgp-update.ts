// An UPDATE in plain words.
import { formatIp, type Ip, type IpFamily } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import { attributeName } from '../bgp/attribute-table.ts'
import { formatCommunity, formatExtendedCommunity, formatLargeCommunity } from '../bgp/communities.ts'
import { familyName, unicast } from '../bgp/families.ts'
import type { AsSegment, PathAttribute } from '../bgp/path-attribute.ts'
import type { BgpRoute } from '../bgp/route.ts'
import { endOfRib } from '../bgp/route-changes.ts'
import type { UpdateMessage } from '../bgp/update.ts'

/** Prefixes, path members and communities of a list that are named; the rest is counted. */
const MOST_NAMED = 4
const LONGEST_PATH = 12

/** `UPDATE announces 192.0.2.0/24, next hop 198.51.100.1, AS path 64512 64513; withdraws 203.0.113.0/24` */
export function describeUpdate(update: UpdateMessage): string {
  const rib = endOfRib(update)
  if (rib !== undefined) return `UPDATE end of all routes of ${familyName(unicast(rib))}`
  const announced = [...update.announced]
  const withdrawn = [...update.withdrawn]
  for (const attribute of update.attributes) {
    if (attribute.kind === 'mp-reach') announced.push(...attribute.routes)
    if (attribute.kind === 'mp-unreach') withdrawn.push(...attribute.routes)
  }
  const attributes = update.attributes.flatMap(describeAttribute)
  const clauses: string[] = []
  if (announced.length > 0) clauses.push([`announces ${names(announced)}`, ...attributes].join(', '))
  else if (attributes.length > 0) clauses.push(`carries ${attributes.join(', ')}`)
  if (withdrawn.length > 0) clauses.push(`withdraws ${names(withdrawn)}`)
  return `UPDATE ${clauses.join('; ') || 'without routes'}`
}

const names = (routes: readonly BgpRoute[]): string =>
  list(
    routes.map(({ prefix, pathId }) =>
      pathId === undefined ? formatPrefix(prefix) : `${formatPrefix(prefix)} path ${pathId}`,
    ),
    MOST_NAMED,
    ', ',
  )

function list(items: readonly string[], most: number, separator: string): string {
  const shown = items.slice(0, most).join(separator)
  return items.length <= most ? shown : `${shown} and ${items.length - most} more`
}

function describeAttribute(attribute: PathAttribute): string[] {
  switch (attribute.kind) {
    case 'origin':
      // Nearly all routes have it, so it says something only when it is another.
      return attribute.origin === 'igp' ? [] : [`origin ${attribute.origin}`]
    case 'as-path':
      return [describePath('AS path', attribute.segments)]
    case 'as4-path':
      return [describePath('AS4 path', attribute.segments)]
    case 'next-hop':
      return [`next hop ${formatIp(attribute.address)}`]
    case 'mp-reach':
      return attribute.routes.length === 0
        ? [`no routes of ${familyOf(attribute.family)}`]
        : [`next hop ${nextHops(attribute.nextHop, attribute.linkLocal)}`]
    case 'mp-unreach':
      return []
    case 'multi-exit-discriminator':
      return [`MED ${attribute.value}`]
    case 'local-preference':
      return [`local preference ${attribute.value}`]
    case 'atomic-aggregate':
      return ['atomic aggregate']
    case 'aggregator':
    case 'as4-aggregator':
      return [`aggregated by AS ${attribute.asn} at ${formatIp(attribute.address)}`]
    case 'communities':
      return [communities('communities', attribute.communities.map(formatCommunity))]
    case 'extended-communities':
      return [communities('extended communities', attribute.communities.map(formatExtendedCommunity))]
    case 'large-communities':
      return [communities('large communities', attribute.communities.map(formatLargeCommunity))]
    case 'originator-id':
      return [`originator ${formatIp(attribute.id)}`]
    case 'cluster-list':
      return [`through clusters ${list(attribute.ids.map(formatIp), MOST_NAMED, ' ')}`]
    case 'only-to-customer':
      return [`only to customers, by AS ${attribute.asn}`]
    case 'unknown':
      return [`${attributeName(attribute.type)} of ${attribute.bytes.length} bytes`]
  }
}

const familyOf = (family: IpFamily): string => familyName(unicast(family))

const nextHops = (nextHop: Ip, linkLocal: Ip | undefined): string =>
  linkLocal === undefined ? formatIp(nextHop) : `${formatIp(nextHop)} and ${formatIp(linkLocal)}`

const communities = (what: string, items: readonly string[]): string =>
  `${what} ${list(items, MOST_NAMED, ' ')}`

/** Sets in braces, confederations in parentheses, as routers show them. */
function describePath(what: string, segments: readonly AsSegment[]): string {
  if (segments.length === 0) return `empty ${what}`
  const parts = segments.flatMap(({ kind, asns }): string[] => {
    if (kind === 'sequence') return asns.map(String)
    if (kind === 'set') return [`{${asns.join(',')}}`]
    return [kind === 'confed-set' ? `[${asns.join(',')}]` : `(${asns.join(' ')})`]
  })
  return `${what} ${list(parts, LONGEST_PATH, ' ')}`
}
