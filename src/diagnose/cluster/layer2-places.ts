// What the links of each node that was read mean for the addresses that it announces by layer 2, or would after a failover.
import type { NodeObject, ServiceObject } from '../../config/objects/read-object.ts'
import { matchesAny } from '../../config/semantics/selector.ts'
import type { Ip } from '../../net/ip.ts'
import type { Pool } from '../../speaker/configuration/configuration.ts'
import type { CandidateMatrix } from '../../speaker/decide/decider.ts'
import { isCandidate } from '../../speaker/decide/reasons.ts'
import type { ServiceKey } from '../../speaker/facts/facts.ts'
import { NO_LINK_LOCAL } from '../link-layer.ts'
import type { HostFacts, HostLink } from './host-facts.ts'
import { isLoopback, isTunnel, leftOut } from './host-links.ts'
import type { LinkSubnets } from './link-subnets.ts'
import { addressesOf, keyOf } from './object-keys.ts'

export type Place =
  /** links that the address is on and that MetalLB announces on, one as a rule */
  | { readonly kind: 'announced'; readonly links: readonly HostLink[] }
  /** the address is on this link, or the advertisement names it, and there is no ARP on it */
  | { readonly kind: 'tunnel'; readonly link: HostLink }
  /** the same of a part of a bond or bridge */
  | { readonly kind: 'enslaved'; readonly link: HostLink }
  /** the address is on this link, and MetalLB does not announce on it */
  | { readonly kind: 'left out'; readonly link: HostLink; readonly reason: string }
  /** the interfaces of the advertisement are not there; `others` are */
  | { readonly kind: 'not there'; readonly named: readonly string[]; readonly others: readonly HostLink[] }
  /** announced on these links, none of which the address is on */
  | { readonly kind: 'elsewhere'; readonly links: readonly HostLink[] }
  | { readonly kind: 'nowhere' }

export interface Placed {
  readonly host: HostFacts
  readonly key: ServiceKey
  readonly service: ServiceObject
  readonly address: Ip
  /** it announces now; otherwise after others have failed */
  readonly isOwner: boolean
  readonly place: Place
}

/** The part of the view that this needs. */
interface Hosts {
  readonly hosts: ReadonlyMap<string, HostFacts>
  readonly nodes: ReadonlyMap<string, NodeObject>
  readonly rules: { readonly interfaces: boolean }
  readonly servicesWithAddress: readonly ServiceObject[]
  poolOf(service: ServiceObject): Pool | undefined
  matrixOf(service: ServiceObject): CandidateMatrix | undefined
  subnetsOf(host: HostFacts): LinkSubnets
}

/** Thousands of addresses have a handful of places on each host: `known` has those that were found. */
export function layer2Places(view: Hosts): readonly Placed[] {
  const known = new Map<string, Place>()
  return view.servicesWithAddress.flatMap((service) => {
    const matrix = view.matrixOf(service)
    return candidateHosts(matrix, view).flatMap((host) => {
      const named = interfacesFor(service, host.node, view)
      return addressesOf(service).map((address) => {
        const holders = view.subnetsOf(host).linksOf(address)
        const names = holders.map(({ name }) => name)
        const key = JSON.stringify([host.node, address.family, names, named])
        const place = known.get(key) ?? placeOf(address.family, holders, host, named)
        known.set(key, place)
        return { host, key: keyOf(service), service, address, isOwner: host.node === matrix?.owner, place }
      })
    })
  })
}

/** Those that were read, in the order of succession. */
function candidateHosts(matrix: CandidateMatrix | undefined, { hosts }: Hosts): readonly HostFacts[] {
  if (matrix === undefined) return []
  const found = [...hosts.values()].filter(({ node }) => {
    const part = matrix.nodes.get(node)?.layer2
    return part !== undefined && isCandidate(part)
  })
  // The order among a thousand nodes is not computed for one of them.
  if (found.length < 2) return found
  return matrix.succession.flatMap(({ node }) => hosts.get(node) ?? [])
}

/** Of all advertisements for the node; undefined: any, as soon as one names none. */
function interfacesFor(service: ServiceObject, node: string, view: Hosts): readonly string[] | undefined {
  if (!view.rules.interfaces) return undefined
  const labels = view.nodes.get(node)?.labels ?? {}
  const mine = (view.poolOf(service)?.l2 ?? []).filter(
    ({ nodes }) => nodes.length === 0 || matchesAny(nodes, labels),
  )
  if (mine.some(({ interfaces }) => interfaces.length === 0)) return undefined
  return [...new Set(mine.flatMap(({ interfaces }) => interfaces))]
}

/**
 * @param holders links that the address is on
 * @param named interfaces of the advertisements; undefined: all
 */
function placeOf(
  family: Ip['family'],
  holders: readonly HostLink[],
  host: HostFacts,
  named: readonly string[] | undefined,
): Place {
  const isNamed = ({ name }: HostLink): boolean => named === undefined || named.includes(name)
  const announces = (link: HostLink): boolean => isNamed(link) && leftOut(link, host, family) === undefined
  const working = holders.filter((link) => announces(link) && link.carrier)
  if (working.length > 0) return { kind: 'announced', links: working }
  const chosen = host.links.filter((link) => !isLoopback(link) && isNamed(link))
  if (named !== undefined) {
    if (chosen.length === 0)
      return { kind: 'not there', named, others: host.links.filter((link) => !isLoopback(link)) }
    // A link that was named on purpose is looked at before what the subnets say.
    const [only] = chosen.filter((link) => !announces(link))
    if (only !== undefined && chosen.every((link) => !announces(link))) return unusable(only, host, family)
  }
  const [holder] = holders.filter(isNamed)
  if (holder !== undefined) return unusable(holder, host, family)
  const links = host.links.filter(announces)
  return links.length === 0 ? nowhere(host, isNamed, family) : { kind: 'elsewhere', links }
}

function unusable(link: HostLink, host: HostFacts, family: Ip['family']): Place {
  if (isTunnel(link)) return { kind: 'tunnel', link }
  const reason = leftOut(link, host, family)
  if (reason?.startsWith('it is part of') === true) return { kind: 'enslaved', link }
  return { kind: 'left out', link, reason: reason ?? 'it has no carrier' }
}

/** Where one link lacks a usable link-local address and no more, or a tunnel is all that there is, that is the reason. */
function nowhere(host: HostFacts, isNamed: (link: HostLink) => boolean, family: Ip['family']): Place {
  const silent = host.links.find(
    (link) =>
      !isLoopback(link) && isNamed(link) && link.carrier && leftOut(link, host, family) === NO_LINK_LOCAL,
  )
  if (silent !== undefined) return { kind: 'left out', link: silent, reason: NO_LINK_LOCAL }
  const tunnel = host.links.find((link) => isTunnel(link) && link.addresses.length > 0)
  return tunnel === undefined ? { kind: 'nowhere' } : { kind: 'tunnel', link: tunnel }
}

export type PlacedAs<Kind extends Place['kind']> = Placed & { readonly place: Extract<Place, { kind: Kind }> }

export const placedAs = <Kind extends Place['kind']>(
  all: readonly Placed[],
  kind: Kind,
): readonly PlacedAs<Kind>[] => all.filter((each): each is PlacedAs<Kind> => each.place.kind === kind)
