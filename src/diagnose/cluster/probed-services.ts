// From what was probed to the Services that it is about, and from a room's findings to those of an installation.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import type { ServiceKey } from '../../speaker/facts/facts.ts'
import type { Verdict } from '../judge.ts'
import type { ClusterDraft } from './cluster-check.ts'
import { type ClusterFacts, itemsOf, type ProbeFacts } from './cluster-facts.ts'
import type { ClusterView } from './cluster-view.ts'
import { grouped } from './grouped.ts'
import { keyOf } from './object-keys.ts'

type ProbeOf<Kind extends ProbeFacts['kind']> = Extract<ProbeFacts, { readonly kind: Kind }>

export const probesOf = <Kind extends ProbeFacts['kind']>(
  { facts }: ClusterView,
  kind: Kind,
): readonly ProbeOf<Kind>[] =>
  itemsOf(facts.probes).filter((probe): probe is ProbeOf<Kind> => probe.kind === kind)

/** Rules of nodes that were followed for addresses of Services: by probes, and by whoever read the hosts. */
export const walkedPaths = (view: ClusterView): readonly Omit<ProbeOf<'path'>, 'kind'>[] => [
  ...probesOf(view, 'path'),
  ...itemsOf(view.facts.hosts).flatMap(({ node, paths }) =>
    paths.map((facts) => ({ node, vantage: `node ${node}`, facts })),
  ),
]

export interface AddressUser {
  readonly key: ServiceKey
  readonly service: ServiceObject
  /** elected by layer 2 */
  readonly owner: string | undefined
}

export const usersOfAddress = (address: string, view: ClusterView): readonly AddressUser[] =>
  view.servicesAt(address).map((service) => ({
    key: keyOf(service),
    service,
    owner: view.matrixOf(service)?.owner,
  }))

/** Whether packets for the Service come to this node, as far as the configuration says. */
export function isAnnouncer(service: ServiceObject, node: string, view: ClusterView): boolean {
  const matrix = view.matrixOf(service)
  return matrix?.owner === node || matrix?.nodes.get(node)?.bgp.announces === true
}

/** The findings of a room as drafts, with the place that they were seen from. */
export const draftsOf = (
  { findings }: Verdict,
  vantage: string,
  affects: readonly ServiceKey[],
): readonly ClusterDraft[] =>
  findings.map(({ docs: _docs, vantage: _vantage, ...finding }) => ({
    ...finding,
    evidence: [...finding.evidence, `${SEEN}${vantage}`],
    affects,
  }))

const SEEN = 'seen from '

/** What several places say in the same words is said once, with all of the places. */
export function saidOnce(drafts: readonly ClusterDraft[]): readonly ClusterDraft[] {
  const groups = grouped(drafts, ({ code, title, subject }) => JSON.stringify([code, title, subject]))
  return [...groups.values()].flatMap((same) => {
    const [first, ...others] = same
    if (first === undefined) return []
    const places = others.flatMap(({ evidence }) => evidence.filter((line) => line.startsWith(SEEN)))
    return { ...first, evidence: [...new Set([...first.evidence, ...places])] }
  })
}

/** Nodes that were to take part and did not, each with its reason; clauses. */
export const absences = (facts: ClusterFacts): readonly string[] =>
  itemsOf(facts.probes).flatMap((probe) =>
    probe.kind === 'agent' && probe.facts.reason !== undefined
      ? `nothing was seen from ${probe.node}: ${probe.facts.reason}`
      : [],
  )

/** The first of them, and how many more. */
export function absentNodes({ facts }: ClusterView): string | undefined {
  const [first, ...others] = absences(facts)
  if (first === undefined || others.length === 0) return first
  return `${first} (and ${others.length} more)`
}
