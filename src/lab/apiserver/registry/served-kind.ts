// A kind as the server serves it: what discovery says of it, where its objects are kept, and the rules of its own.
import type { ServiceClaims } from '../builtins/service-claims.ts'
import type { JsonObject } from '../json-value.ts'
import type { KubeObject, ResourceKind } from '../resource-kind.ts'
import type { Cause } from '../status.ts'
import type { Shape } from './shape.ts'

/** What a rule may look at besides the object. */
export interface RuleContext {
  readonly nowIso: string
  readonly subresource: string
  /** Cluster IPs and node ports that Services hold. */
  readonly claims: ServiceClaims
  /** A number from 0 to below `bound`. */
  random(bound: number): number
  warn(text: string): void
}

/** What is particular about one kind. Each rule changes the object that it is given, which is a copy. */
export interface KindRules {
  /** Fields and their types; kinds without a shape take anything. */
  readonly shape?: Shape
  /** PUT of what is not there creates it. */
  readonly createOnUpdate?: boolean
  /** PUT without a resourceVersion is refused. */
  readonly versionRequired?: boolean
  /** DELETE answers with the object and not with a Status. */
  readonly deleteAnswersObject?: boolean
  /** metadata.generation is kept. */
  readonly generation?: boolean
  /** What names of this kind must look like; subdomains where nothing is said. */
  readonly nameRule?: 'label1035' | 'label1123' | 'subdomain' | 'path'
  /** The group that a 422 names, where it is not that of the kind. */
  readonly refusalGroup?: string
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, (object: KubeObject) => string>>
  readonly defaults?: (object: KubeObject, context: RuleContext) => void
  /** After defaults, before validation: what a client may not set. */
  readonly prepareCreate?: (object: KubeObject, context: RuleContext) => void
  readonly prepareUpdate?: (object: KubeObject, old: KubeObject, context: RuleContext) => void
  readonly validate?: (
    object: KubeObject,
    old: KubeObject | undefined,
    context: RuleContext,
  ) => readonly Cause[]
  /** After validation: what the server fills in from a pool; refuses by causes. */
  readonly allocate?: (
    object: KubeObject,
    old: KubeObject | undefined,
    context: RuleContext,
  ) => readonly Cause[]
  /** A message when JSON is not of this kind at all (400): the end of "X in version Y cannot be handled as a X: …". */
  readonly decode?: (object: KubeObject) => string | undefined
  /** Between the stored and the served form, where a kind is stored in another group's clothes. */
  readonly fromStorage?: (object: KubeObject) => KubeObject
  readonly toStorage?: (object: KubeObject) => KubeObject
  /** What a bookmark of this kind carries besides metadata. */
  readonly bookmark?: JsonObject
}

export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  readonly jsonPath: string
}

/** The part of a CustomResourceDefinition that one version is served by. */
export interface CustomVersion {
  readonly schema: import('../schema/compile.ts').CompiledSchema | undefined
  readonly storedVersion: string
  readonly deprecationWarning: string | undefined
  readonly columns: readonly PrinterColumn[] | undefined
  readonly conversionWebhook: JsonObject | undefined
  readonly terminating: boolean
}

export interface ServedKind {
  readonly resource: ResourceKind
  /** The name of its table in the store: `services`, `ipaddresspools.metallb.io`. */
  readonly storage: string
  readonly rules: KindRules
  /** Set for custom resources. */
  readonly custom?: CustomVersion
  readonly listKind: string
}

export const keyOf = (namespace: string, name: string): string =>
  namespace === '' ? name : `${namespace}/${name}`
