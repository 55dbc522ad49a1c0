// The vocabulary in which the custom resources are described. One description serves three readers: TypeScript (`Infer`),
// the check of a parsed text (decode.ts), and the CRD YAML that `lbctl install` prints.
import type { CelRuleId } from './cel.ts'
import type { Release } from './release.ts'

interface Common {
  /** what the field is for: a fragment or sentences in our own words */
  readonly description: string
  readonly required?: boolean
  readonly since?: Release
  /** why it should not be used any more, and what to use instead */
  readonly deprecated?: string
  /** rules that the API server evaluates besides the type */
  readonly rules?: readonly CelRuleId[]
  /** said with a value that is refused: what people usually got wrong here */
  readonly hint?: string
}

export interface StringField extends Common {
  readonly type: 'string'
  readonly enum?: readonly string[]
  readonly default?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: 'date-time'
  /** the text is a secret: never shown in a message */
  readonly secret?: boolean
}
export interface IntegerField extends Common {
  readonly type: 'integer'
  readonly format?: 'int32' | 'int64'
  readonly min?: number
  readonly max?: number
  readonly default?: number
}
export interface BooleanField extends Common {
  readonly type: 'boolean'
  readonly default?: boolean
}
/** A Go duration; the API server sees a string. */
export interface DurationField extends Common {
  readonly type: 'duration'
}
/** A label selector. `strict` is the shape of BGPPeer v1beta1: every part of an expression has to be there. */
export interface SelectorField extends Common {
  readonly type: 'selector'
  readonly strict?: boolean
}
export interface ListField extends Common {
  readonly type: 'list'
  readonly items: Field
  readonly minItems?: number
  /** the list is a map: no two items with equal values of these fields */
  readonly keys?: readonly string[]
  /** server-side apply takes the list as one value: it has one owner */
  readonly atomic?: boolean
}
export interface MapField extends Common {
  readonly type: 'map'
  readonly values: Field
}
export interface ObjectField extends Common {
  readonly type: 'object'
  readonly fields: Readonly<Record<string, Field>>
  /** server-side apply takes the object as one value: it has one owner */
  readonly atomic?: boolean
}
export type Field =
  | StringField
  | IntegerField
  | BooleanField
  | DurationField
  | SelectorField
  | ListField
  | MapField
  | ObjectField

/** A label selector as it stands in an object. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly LabelExpression[]
}
export interface LabelExpression {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

type RequiredKeys<P> = { [K in keyof P]: P[K] extends { readonly required: true } ? K : never }[keyof P]

/** The TypeScript type of a value that fits a field. */
export type Infer<F> = F extends { readonly type: 'string'; readonly enum: readonly (infer E)[] }
  ? E
  : F extends { readonly type: 'string' | 'duration' }
    ? string
    : F extends { readonly type: 'integer' }
      ? number
      : F extends { readonly type: 'boolean' }
        ? boolean
        : F extends { readonly type: 'selector' }
          ? LabelSelector
          : F extends { readonly type: 'list'; readonly items: infer I }
            ? readonly Infer<I>[]
            : F extends { readonly type: 'map'; readonly values: infer V }
              ? Readonly<Record<string, Infer<V>>>
              : F extends { readonly type: 'object'; readonly fields: infer P }
                ? InferFields<P>
                : never

type InferFields<P> = {
  readonly [K in keyof P as K extends RequiredKeys<P> ? K : never]: Infer<P[K]>
} & {
  readonly [K in keyof P as K extends RequiredKeys<P> ? never : K]?: Infer<P[K]>
} extends infer O
  ? { [K in keyof O]: O[K] }
  : never

/** What `kubectl get` shows of a kind. */
export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'boolean' | 'integer' | 'date'
  readonly path: string
  readonly priority?: number
}

/** One version of one kind. */
export interface KindSchema<S extends ObjectField = ObjectField> {
  readonly group: 'metallb.io'
  readonly version: 'v1alpha1' | 'v1beta1' | 'v1beta2'
  readonly kind: string
  readonly plural: string
  readonly description: string
  readonly since: Release
  /** first release without it */
  readonly removed?: Release
  readonly deprecated?: string
  readonly served: boolean
  readonly storage: boolean
  readonly spec?: S
  readonly status?: ObjectField
  readonly columns: readonly PrinterColumn[]
}

export const apiVersionOf = (schema: KindSchema): string => `${schema.group}/${schema.version}`

/** Keeps the literal types of a description, and checks its shape. */
export const describe = <const S extends ObjectField>(spec: S): S => spec
export const kind = <const S extends ObjectField>(schema: KindSchema<S>): KindSchema<S> => schema
