// The part of the resources by which the speaker of one node judges: since 0.16 MetalLB leaves out BGPPeers and BGPAdvertisements for
// other nodes before it looks for errors (metallb.md §3.3), so that a broken one stops the nodes that it is for and no others.
// L2Advertisements are for all: every node computes the same election from them.
import type { Identified, ReadObjects } from '../../config/objects/read-object.ts'
import type { ReadResult } from '../../config/objects/read-objects.ts'
import type { LabelSelector } from '../../config/schema/field.ts'
import { compileSelector, matchesAny } from '../../config/semantics/selector.ts'
import type { JudgingNode } from './configuration.ts'

interface ForNodes extends Identified {
  readonly spec: { readonly nodeSelectors?: readonly LabelSelector[] }
  readonly failed: ReadonlySet<string>
}

/** Nodes are left out: what is left is for this one. What was said about objects for other nodes is left out, too. */
export function partOfNode({ objects, diagnostics }: ReadResult, { labels }: JudgingNode): ReadResult {
  const isMine = (object: ForNodes): boolean => isForNode(object, labels)
  const peers = objects.peers.filter(isMine)
  const bgpAdvertisements = objects.bgpAdvertisements.filter(isMine)
  const kept = new Set<Identified>([...peers, ...bgpAdvertisements])
  const others = [...objects.peers, ...objects.bgpAdvertisements].filter((object) => !kept.has(object))
  const ofOthers = new Set(others.map(subjectKey))
  return {
    objects: { ...objects, peers, bgpAdvertisements, nodes: [] } satisfies ReadObjects,
    diagnostics: diagnostics.filter(({ subject }) => !ofOthers.has(subjectKey(subject ?? {}))),
  }
}

/** Whether an object is for a node with these labels; one whose selectors are wrong concerns every node. */
export function isForNode({ spec, failed }: ForNodes, labels: JudgingNode['labels']): boolean {
  const { nodeSelectors = [] } = spec
  if (nodeSelectors.length === 0 || failed.has('nodeSelectors')) return true
  const compiled = nodeSelectors.map((selector) => compileSelector(selector))
  const usable = compiled.flatMap((each) => (each.ok ? [each.value] : []))
  return usable.length < compiled.length || matchesAny(usable, labels)
}

const subjectKey = ({
  kind,
  namespace,
  name,
}: Partial<Pick<Identified, 'kind' | 'namespace' | 'name'>>): string => `${kind} ${namespace} ${name}`
