// Parsed texts → objects. Finds what is an object and what is not, checks MetalLB's own against the schema, and keeps what
// the rules need of the others.
import type { Diagnostic } from '../diagnostic.ts'
import { ruleOf } from '../rules/registry.ts'
import { apiVersionOf } from '../schema/field.ts'
import { findKind, KINDS, versionsOf } from '../schema/kinds.ts'
import { didYouMean, nearest } from '../schema/nearest.ts'
import type { Problem } from '../schema/problem.ts'
import { child, isNull, type MapEntry, type MapNode, type Node, scalarText, spanOf } from '../source/node.ts'
import type { Span } from '../source/source.ts'
import { identify, readEndpointSlice, readNode, readSecret, readService } from './core-objects.ts'
import { legacyHint } from './legacy.ts'
import { readMetalObject } from './metal-object.ts'
import type {
  EndpointSliceObject,
  Identified,
  MetalObject,
  NodeObject,
  ReadObjects,
  SecretObject,
  ServiceObject,
} from './read-object.ts'

export interface ReadResult {
  readonly objects: ReadObjects
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads every object in the documents, also those inside of lists. Never throws; whatever is wrong is in `diagnostics`. */
export function readObjects(documents: Iterable<Node>): ReadResult {
  const reader = new Reader()
  for (const document of documents) reader.read(document)
  return reader.result()
}

/**
 * Of Kubernetes' own kinds the tree serves to point at places, and to tell the age: parts of what came from an API server all have
 * the same place (`nodeFromJson`), so that without the rest, which is the most of it, thousands of objects are little.
 */
const withoutTree = <T extends Identified>(object: T): T =>
  object.node.source.text === ''
    ? { ...object, node: { ...object.node, entries: object.node.entries.filter(isMetadata) } }
    : object

const isMetadata = ({ key }: MapEntry): boolean => key.text === 'metadata'

class Reader {
  readonly #diagnostics: Diagnostic[] = []
  readonly #metal = new Map<string, MetalObject[]>()
  readonly #services: ServiceObject[] = []
  readonly #endpointSlices: EndpointSliceObject[] = []
  readonly #nodes: NodeObject[] = []
  readonly #secrets: SecretObject[] = []
  readonly #namespaces: ReturnType<typeof identify>[] = []
  readonly #unreadable: string[] = []
  readonly #others = new Map<string, { count: number; at: Span }>()

  read(node: Node): void {
    if (node.kind !== 'map') {
      this.#report(
        'V010',
        'This is not a Kubernetes object: a map with apiVersion, kind and metadata was expected.',
        spanOf(node),
      )
      return
    }
    const legacy = legacyHint(node)
    if (legacy !== undefined) {
      this.#report('V025', legacy.message, legacy.at, legacy.hint)
      return
    }
    const apiVersion = scalarText(child(node, 'apiVersion'))
    const kind = scalarText(child(node, 'kind'))
    if (apiVersion === undefined || kind === undefined) {
      this.#notAnObject(node, apiVersion, kind)
      return
    }
    if (!this.#list(node, kind)) this.#object(node, apiVersion, kind)
  }

  #notAnObject(node: MapNode, apiVersion: string | undefined, kind: string | undefined): void {
    const missing = [apiVersion === undefined ? 'apiVersion' : '', kind === undefined ? 'kind' : ''].filter(
      (m) => m !== '',
    )
    const versions = kind === undefined ? [] : versionsOf(kind)
    const version = versions[0]
    const first = node.entries[0]
    if (version !== undefined) this.#unreadable.push(version.kind)
    this.#report(
      'V010',
      `This is not a Kubernetes object: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
      spanOf(first?.key ?? node),
      version === undefined ? undefined : `Add "apiVersion: ${apiVersionOf(version)}".`,
    )
  }

  /** `kind: List`, and the typed lists that the API server answers with. */
  #list(node: MapNode, kind: string): boolean {
    const items = child(node, 'items')
    if (!kind.endsWith('List') || (items !== undefined && items.kind !== 'list' && !isNull(items)))
      return false
    if (items === undefined && kind !== 'List') return false
    for (const item of items?.kind === 'list' ? items.items : []) this.read(item)
    return true
  }

  #object(node: MapNode, apiVersion: string, kind: string): void {
    const schema = findKind(apiVersion, kind)
    if (schema !== undefined) {
      const object = readMetalObject(node, schema, (problem, o) => this.#problem(problem, o))
      const same = this.#metal.get(kind)
      if (same === undefined) this.#metal.set(kind, [object])
      else same.push(object)
      return
    }
    if (this.#wrongVersion(node, apiVersion, kind)) return
    const base = identify(node, apiVersion, kind)
    if (apiVersion === 'v1' && kind === 'Service') this.#services.push(withoutTree(readService(base)))
    else if (apiVersion === 'v1' && kind === 'Node') this.#nodes.push(withoutTree(readNode(base)))
    else if (apiVersion === 'v1' && kind === 'Secret') this.#secrets.push(readSecret(base))
    else if (apiVersion === 'v1' && kind === 'Namespace') this.#namespaces.push(base)
    else if (apiVersion === 'discovery.k8s.io/v1' && kind === 'EndpointSlice')
      this.#endpointSlices.push(withoutTree(readEndpointSlice(base)))
    else this.#other(node, `${apiVersion} ${kind}`)
  }

  /** MetalLB's kinds under another apiVersion, and other kinds under MetalLB's. */
  #wrongVersion(node: MapNode, apiVersion: string, kind: string): boolean {
    const versions = versionsOf(kind)
    const group = apiVersion.split('/')[0] ?? ''
    // The operator's own kind shares the group, and is not part of the configuration.
    if (versions.length === 0 && (group !== 'metallb.io' || kind === 'MetalLB')) return false
    const at = spanOf(child(node, versions.length > 0 ? 'apiVersion' : 'kind') ?? node)
    if (versions.length > 0) {
      this.#unreadable.push(kind)
      const known = versions.map((v) => apiVersionOf(v)).join(', ')
      this.#report('V011', `There is no ${kind} in "${apiVersion}".`, at, `${kind} exists in ${known}.`)
    } else {
      const names = [...new Set(KINDS.map((k) => k.kind))]
      this.#unreadable.push(nearest(kind, names) ?? kind)
      const hint = didYouMean(kind, names) || `Known kinds: ${names.join(', ')}.`
      this.#report('V011', `MetalLB has no kind "${kind}".`, at, hint)
    }
    return true
  }

  #other(node: MapNode, id: string): void {
    const seen = this.#others.get(id)
    if (seen === undefined) this.#others.set(id, { count: 1, at: spanOf(child(node, 'kind') ?? node) })
    else seen.count++
  }

  #problem(problem: Problem, subject: Diagnostic['subject']): void {
    const { path, code, ...rest } = problem
    this.#diagnostics.push({
      code,
      severity: ruleOf(code).severity,
      ...rest,
      ...(subject === undefined ? {} : { subject: { ...subject, ...(path === '' ? {} : { field: path }) } }),
    })
  }

  #report(code: string, message: string, at: Span, hint?: string): void {
    this.#diagnostics.push({
      code,
      severity: ruleOf(code).severity,
      message,
      at,
      ...(hint === undefined ? {} : { hint }),
    })
  }

  result(): ReadResult {
    for (const [id, { count, at }] of this.#others)
      this.#report(
        'V024',
        `${count === 1 ? 'An object' : `${count} objects`} of kind ${id} ${count === 1 ? 'is' : 'are'} not looked at.`,
        at,
      )
    // Each kind has its own spec type, which the schema that was found by apiVersion and kind vouches for.
    const of = <T extends MetalObject>(...kinds: string[]): readonly T[] =>
      kinds.flatMap((kind) => (this.#metal.get(kind) ?? []) as unknown as T[])
    return {
      diagnostics: this.#diagnostics,
      objects: {
        pools: of('IPAddressPool'),
        l2Advertisements: of('L2Advertisement'),
        bgpAdvertisements: of('BGPAdvertisement'),
        peers: of('BGPPeer'),
        bfdProfiles: of('BFDProfile'),
        communities: of('Community'),
        addressPools: of('AddressPool'),
        statuses: of('ServiceL2Status', 'ServiceBGPStatus', 'ConfigurationState'),
        services: this.#services,
        endpointSlices: this.#endpointSlices,
        nodes: this.#nodes,
        secrets: this.#secrets,
        namespaces: this.#namespaces,
        unreadable: this.#unreadable,
      },
    }
  }
}
