// What every rule gets: the objects, the options, what several rules want computed once, and the way to report.
import type { Ip, IpFamily } from '../../net/ip.ts'
import { type IpRange, type Prefix, prefixSize } from '../../net/prefix.ts'
import type { Diagnostic, Severity } from '../diagnostic.ts'
import {
  type AddressPoolObject,
  type BGPPeer,
  type Identified,
  nameSpan,
  type Path,
  type Pool,
  pathText,
  placeOf,
  type ReadObjects,
  subjectOf,
  titleOf,
} from '../objects/read-object.ts'
import type { Release } from '../schema/release.ts'
import { type AddressEntry, parseAddressEntry } from '../semantics/addresses.ts'
import { NodeSelector } from '../semantics/node-selection.ts'
import { PoolSelector } from '../semantics/pool-selection.ts'
import type { Span } from '../source/source.ts'
import { ruleOf } from './registry.ts'

export type Mode = 'native' | 'frr' | 'frr-k8s'

export interface ValidateOptions {
  /** how MetalLB speaks BGP; undefined: rules of every mode, and warnings of what the FRR modes refuse */
  readonly mode?: Mode | undefined
  /** MetalLB release that the objects are for; undefined: the newest known */
  readonly targetVersion?: Release | undefined
  /** routes that a router accepts from one peer */
  readonly maxPrefixes?: number | undefined
  readonly gateways?: readonly Ip[] | undefined
  readonly serviceCidrs?: readonly Prefix[] | undefined
  readonly podCidrs?: readonly Prefix[] | undefined
  /** the namespace that MetalLB runs in */
  readonly namespace?: string | undefined
  /** the objects are those for one node: whatever their nodeSelectors say, they meet there */
  readonly oneNode?: boolean | undefined
}

export interface Finding {
  /** one sentence */
  readonly message: string
  /** part of the object that it is about */
  readonly path?: Path
  /** its place, when that is not the place of `path` */
  readonly at?: Span
  readonly hint?: string
  readonly related?: readonly { readonly message: string; readonly at: Span }[]
  /** instead of the usual one of the code */
  readonly severity?: Severity
}

export type AnyPool = Pool | AddressPoolObject

/** A valid entry of a pool. */
export interface PoolEntry {
  readonly pool: AnyPool
  readonly index: number
  readonly entry: AddressEntry
  readonly range: IpRange
}

export class RuleContext {
  readonly objects: ReadObjects
  readonly options: ValidateOptions
  readonly diagnostics: Diagnostic[] = []
  readonly pools: PoolSelector
  readonly nodes: NodeSelector
  /** all valid entries of all pools, in file order */
  readonly entries: readonly PoolEntry[]
  readonly peersByName: ReadonlyMap<string, BGPPeer>
  readonly #entriesByPool = new Map<AnyPool, PoolEntry[]>()

  constructor(objects: ReadObjects, options: ValidateOptions) {
    this.objects = objects
    this.options = options
    this.pools = new PoolSelector(objects.pools)
    this.nodes = new NodeSelector(objects.nodes, options.oneNode)
    this.peersByName = new Map(objects.peers.map((peer) => [peer.name, peer]))
    const entries: PoolEntry[] = []
    for (const pool of [...objects.pools, ...objects.addressPools]) {
      const own: PoolEntry[] = []
      for (const [index, text] of (pool.spec.addresses ?? []).entries()) {
        const parsed = parseAddressEntry(text)
        if (parsed.ok) own.push({ pool, index, entry: parsed.value, range: parsed.value.range })
      }
      this.#entriesByPool.set(pool, own)
      for (const entry of own) entries.push(entry)
    }
    this.entries = entries
  }

  entriesOf(pool: AnyPool): readonly PoolEntry[] {
    return this.#entriesByPool.get(pool) ?? []
  }

  hasFamily(pool: AnyPool, family: IpFamily): boolean {
    return this.entriesOf(pool).some((e) => e.entry.family === family)
  }

  /** Whether objects of a kind were given that could not even be read: what they define is not known. */
  anyUnreadable(kind: string): boolean {
    return this.objects.unreadable.includes(kind)
  }

  report(code: string, object: Identified, finding: Finding): void {
    const { path, severity, message, hint, related } = finding
    const at = finding.at ?? (path === undefined ? nameSpan(object) : placeOf(object, path))
    this.diagnostics.push({
      code,
      severity: severity ?? ruleOf(code).severity,
      message,
      at,
      subject: subjectOf(object, path === undefined ? undefined : pathText(path)),
      ...(related === undefined ? {} : { related }),
      ...(hint === undefined ? {} : { hint }),
    })
  }

  /** Takes a diagnostic that another part made (templates). */
  add(diagnostic: Diagnostic, object: Identified, path: Path): void {
    this.diagnostics.push({ ...diagnostic, subject: subjectOf(object, pathText(path)) })
  }
}

export type Rule = (context: RuleContext) => void

export const entryPath = (e: PoolEntry): Path => ['spec', 'addresses', e.index]
export const entryPlace = (e: PoolEntry): Span => placeOf(e.pool, entryPath(e))
export const related = (object: Identified, message = titleOf(object), path?: Path) => ({
  message,
  at: path === undefined ? nameSpan(object) : placeOf(object, path),
})
export const quoted = (names: Iterable<string>, most = 5): string => {
  const all = [...names]
  const shown = all
    .slice(0, most)
    .map((n) => `"${n}"`)
    .join(', ')
  return all.length > most ? `${shown} and ${all.length - most} more` : shown
}
/** `1 node`, `3 nodes` */
export const counted = (count: number | bigint, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 || count === 1n ? one : many}`
export const hostBitsOf = (prefix: Prefix): number => prefixSize(prefix).toString(2).length - 1
