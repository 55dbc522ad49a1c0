// Legacy configuration in, custom resources out. Pure: documents, Services and Nodes are handed in, and nothing is written.
import type { Diagnostic } from '../config/diagnostic.ts'
import { readObjects } from '../config/objects/read-objects.ts'
import type { MapNode, Node } from '../config/source/node.ts'
import { sortDiagnostics, validate } from '../config/validate.ts'
import type { Ip } from '../net/ip.ts'
import { inApplyOrder } from './apply/plan.ts'
import { advertisements } from './convert/advertisements.ts'
import { type Convert, type ConvertOptions, DEFAULT_NAMESPACE, say } from './convert/context.ts'
import { asResource, customResources } from './convert/custom-resources.ts'
import { convertLegacy, type LegacyResult } from './convert/legacy.ts'
import { ipAddressPool, type PoolPlan } from './convert/pool.ts'
import type { NodeFact, ServiceFact } from './facts.ts'
import { nodeFacts, serviceFacts } from './facts-from-nodes.ts'
import { NameBook } from './names.ts'
import { semanticNotes } from './notes.ts'
import { type Planned, plannedNode } from './planned.ts'
import { recognise } from './recognise.ts'
import { afterMigration } from './services/after.ts'
import { beforeMigration } from './services/before.ts'
import { type DescribedPatch, type PoolNames, servicePatches } from './services/patches.ts'
import { type Election, type Proof, proveAddresses } from './services/proof.ts'
import { unmetRequests } from './services/requests.ts'

export interface MigrateInput {
  readonly documents: readonly Node[]
  /** Services and Nodes from elsewhere; those among the documents are added. Undefined: none were asked for. */
  readonly services?: readonly ServiceFact[]
  readonly nodes?: readonly NodeFact[]
  /**
   * Today's custom resources that are in the cluster already. They are not part of the result, but those that the result does
   * not replace count when it is checked: after an --apply the same command finds nothing left to do.
   */
  readonly existing?: readonly MapNode[]
}

export interface MigrateOptions extends ConvertOptions {
  /** unknown keys are warnings and left out */
  readonly lenient: boolean
  /** for everything whose source names none; `metallb-system` unless set */
  readonly namespace: string | undefined
  /** the speakers will run with --ignore-exclude-lb */
  readonly ignoreExcludeLabel: boolean
  /** take the old annotations off Services; otherwise they stay beside the new ones, for a MetalLB that knows no others */
  readonly dropOldAnnotations: boolean
  /** the class of Services that MetalLB serves (--lb-class) */
  readonly loadBalancerClass: string | undefined
  readonly sha256: (text: string) => Uint8Array
}

export interface ConvertedSource {
  readonly root: Node
  /** values that nothing became of, because their key means nothing */
  readonly ignored: readonly Node[]
}

export interface Migration {
  /** in the order in which they can be applied; empty when there is an error among the diagnostics */
  readonly planned: readonly Planned[]
  readonly patches: readonly DescribedPatch[]
  /** undefined when no Service was given */
  readonly proof: Proof | undefined
  /** of reading and converting; those of the proof are there */
  readonly diagnostics: readonly Diagnostic[]
  /** what was converted, for the account of each key */
  readonly sources: readonly ConvertedSource[]
  /** false when something in the input has no equivalent and is not in the result */
  readonly complete: boolean
}

export function migrate(input: MigrateInput, options: MigrateOptions): Migration {
  const found = recognise(input.documents)
  const empty = found.legacy.length + found.objects.length === 0
  // What cannot be placed is in the way only when there is nothing else.
  const diagnostics: Diagnostic[] = found.diagnostics.map((d) =>
    empty && d.code === 'M002' && d.severity === 'warning' ? { ...d, severity: 'error' } : d,
  )
  const convert: Convert = { options, diagnostics, names: new NameBook(diagnostics) }
  const services = merged(input.services, serviceFacts(found.services))
  const nodes = merged(input.nodes, nodeFacts(found.nodes))
  const resources = customResources(found.objects, convert)
  const legacy = found.legacy.map((document) =>
    convertLegacy(
      document,
      document.namespace ?? options.namespace ?? DEFAULT_NAMESPACE,
      nodes,
      options.lenient,
      convert,
    ),
  )
  const pools = [...resources.pools, ...legacy.flatMap((result) => result.pools)]
  const planned = sortedForApply([
    ...resources.planned,
    ...legacy.flatMap((result) => result.planned),
    ...pools.map((pool) => ipAddressPool(pool, options.explicit)),
    ...advertisements(pools, convert),
  ])
  const beside = notReplaced(input.existing ?? [], planned)
  if (planned.length + beside.length === 0 && !hasError(diagnostics)) nothingFound(input, diagnostics)
  if (!hasError(diagnostics)) diagnostics.push(...checkPlanned([...planned, ...beside]))
  diagnostics.push(...semanticNotes(legacy, nodes, options))
  const patches =
    services === undefined
      ? []
      : servicePatches(services, poolNames(pools, [...planned, ...beside]), options, diagnostics)
  const failed = hasError(diagnostics)
  if (!failed)
    diagnostics.push(
      ...unmetRequests(
        services ?? [],
        afterMigration(
          [...planned, ...beside].map(({ object }) => object),
          true,
        ),
      ),
    )
  return {
    planned: failed ? [] : planned,
    patches: failed ? [] : patches,
    proof:
      services === undefined || failed
        ? undefined
        : prove(services, nodes, pools, [...planned, ...beside], legacy, options),
    diagnostics: sortDiagnostics(diagnostics),
    sources: [
      ...resources.converted.map((root) => ({ root, ignored: [] })),
      ...legacy.map(({ document, ignored }) => ({
        root: document.payload,
        ignored: ignored.map(({ node }) => node),
      })),
    ],
    complete: !legacy.some((result) => result.incomplete),
  }
}

function sortedForApply(planned: readonly Planned[]): Planned[] {
  const byObject = new Map(planned.map((item) => [item.object, item]))
  return inApplyOrder([...byObject.keys()]).flatMap((object) => byObject.get(object) ?? [])
}

function notReplaced(existing: readonly MapNode[], planned: readonly Planned[]): Planned[] {
  const idOf = ({ object: { kind, metadata } }: Planned) => `${kind}/${metadata.namespace}/${metadata.name}`
  const ids = new Set(planned.map(idOf))
  return existing.flatMap((node) => asResource(node) ?? []).filter((resource) => !ids.has(idOf(resource)))
}

export const hasError = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((d) => d.severity === 'error')

/** Undefined only when neither was given: then nothing can be said about them. */
function merged<T>(given: readonly T[] | undefined, found: readonly T[]): readonly T[] | undefined {
  return given === undefined && found.length === 0 ? undefined : [...(given ?? []), ...found]
}

/** The rules for custom resources, on nodes that stand where the legacy values stand: errors point at what the user wrote. */
export function checkPlanned(planned: readonly Planned[]): Diagnostic[] {
  const { objects, diagnostics } = readObjects(planned.map(plannedNode))
  return [...diagnostics, ...validate(objects, {})].filter((d) => d.severity !== 'info')
}

function nothingFound(input: MigrateInput, diagnostics: Diagnostic[]): void {
  const [first] = input.documents
  if (first === undefined) return
  say(
    { diagnostics },
    'M001',
    'error',
    first,
    'There is nothing to migrate here: no legacy configuration and no MetalLB resource was found.',
    'Give lbctl the ConfigMap, its "config" text, Helm values with configInline, or MetalLB resources.',
  )
}

/** Every pool that a Service may name: those that were renamed, and those that pass as they are. */
function poolNames(pools: readonly PoolPlan[], planned: readonly Planned[]): PoolNames {
  const names = new Map(
    planned
      .filter(({ object }) => object.kind === 'IPAddressPool')
      .map(({ object }) => [object.metadata.name, object.metadata.name]),
  )
  for (const pool of pools) names.set(pool.sourceName, pool.name)
  return names
}

function prove(
  services: readonly ServiceFact[],
  nodes: readonly NodeFact[] | undefined,
  pools: readonly PoolPlan[],
  planned: readonly Planned[],
  legacy: readonly LegacyResult[],
  options: MigrateOptions,
): Proof {
  const objects = planned.map(({ object }) => object)
  const after = afterMigration(objects, options.ignoreExcludeLabel)
  const before: (ip: Ip) => ReturnType<ReturnType<typeof beforeMigration>> = beforeMigration(pools, objects)
  return proveAddresses({
    services,
    loadBalancerClass: options.loadBalancerClass,
    nodes,
    before,
    after,
    election: electionOf(legacy),
    sha256: options.sha256,
  })
}

function electionOf(legacy: readonly LegacyResult[]): Election {
  const elections = new Set(legacy.map((result) => result.election))
  const [only] = elections
  return elections.size === 1 && only !== undefined ? only : legacy.length === 0 ? 'by-address' : 'unknown'
}
