// Typed reading of a legacy configuration, key by key, with the place of each value. Types follow Go's YAML decoder: a string
// field takes a number as it is written, a boolean takes yes and no.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { nearest } from '../../config/schema/nearest.ts'
import { placeholderIn, templateDiagnostic, templateExpressionIn } from '../../config/source/broken.ts'
import {
  asBoolean,
  asInteger,
  isNull,
  type MapEntry,
  type Node,
  type ScalarNode,
  spanOf,
} from '../../config/source/node.ts'
import type { MigrateCode } from '../codes.ts'

/** A value that was read, the key that it stood behind, and its path (`address-pools[0].name`). */
export interface Field<T> {
  readonly value: T
  readonly node: Node
  readonly key: ScalarNode | undefined
  readonly path: string
}

/** How a configuration is read. */
export interface ReadContext {
  readonly diagnostics: Diagnostic[]
  /** keys that are in no field of the result, for the report */
  readonly ignored: { path: string; node: Node; key: Node }[]
  /** `error` (MetalLB from 0.5), `warning` (--lenient), `silent` (its converter) */
  readonly unknownKeys: 'error' | 'warning' | 'silent'
  /**
   * `yaml.v2`: MetalLB itself, up to v0.12. `json`: its converter goes through encoding/json, which matches keys in any
   * case and rewrites numbers and booleans that land in text fields (`010` becomes `8`).
   */
  readonly decoder: 'yaml.v2' | 'json'
}

export type Reader<T> = (node: Node, path: string, context: ReadContext) => T | undefined

export function report(
  context: Pick<ReadContext, 'diagnostics'>,
  code: MigrateCode,
  severity: Diagnostic['severity'],
  node: Node,
  message: string,
  hint?: string,
): void {
  context.diagnostics.push({
    code,
    severity,
    message,
    at: spanOf(node),
    ...(hint === undefined ? {} : { hint }),
  })
}

const describe = (node: Node): string =>
  isNull(node)
    ? 'nothing'
    : node.kind === 'scalar'
      ? 'a single value'
      : node.kind === 'list'
        ? 'a list'
        : 'a map'

function wrongType(node: Node, path: string, wanted: string, context: ReadContext): undefined {
  const template = node.kind === 'scalar' ? templateExpressionIn(node.text) : undefined
  if (template !== undefined) {
    context.diagnostics.push(templateDiagnostic(template, spanOf(node)))
    return undefined
  }
  report(context, 'M011', 'error', node, `"${path}" takes ${wanted}, but holds ${describe(node)}.`)
  return undefined
}

export const text: Reader<string> = (node, path, context) => {
  if (node.kind !== 'scalar') return wrongType(node, path, 'a text', context)
  const placeholder = placeholderIn(node.text)
  if (placeholder !== undefined) unrendered(templateDiagnostic(placeholder, spanOf(node)), context)
  return context.decoder === 'json' ? throughJson(node) : node.text
}

/** A text that no message may repeat. Base64 in a Secret would hide a template from whatever was to fill it in. */
export const secretText: Reader<string> = (node, path, context) => {
  if (node.kind !== 'scalar') return wrongType(node, path, 'a text', context)
  if (templateExpressionIn(node.text) !== undefined)
    unrendered(
      {
        ...templateDiagnostic('', spanOf(node)),
        message: `"${path}" holds a template expression, not a value.`,
      },
      context,
    )
  return context.decoder === 'json' ? throughJson(node) : node.text
}

/** In the way where a wrong key is; otherwise said and taken as it stands. */
function unrendered(diagnostic: Diagnostic, context: ReadContext): void {
  context.diagnostics.push(
    context.unknownKeys === 'error' ? diagnostic : { ...diagnostic, severity: 'warning' },
  )
}

const throughJson = (node: ScalarNode): string => (asBoolean(node) ?? asInteger(node) ?? node.text).toString()

export const boolean: Reader<boolean> = (node, path, context) =>
  asBoolean(node) ?? wrongType(node, path, 'true or false', context)

/** A whole number within bounds, both included. */
export const integer =
  (min: number, max: number): Reader<number> =>
  (node, path, context) => {
    const value = asInteger(node)
    if (value === undefined) return wrongType(node, path, 'a whole number', context)
    if (value >= BigInt(min) && value <= BigInt(max)) return Number(value)
    report(context, 'M017', 'error', node, `"${path}" is ${value}, but must be between ${min} and ${max}.`)
    return undefined
  }

export const list =
  <T>(item: Reader<T>): Reader<Field<T>[]> =>
  (node, path, context) => {
    if (isNull(node)) return []
    if (node.kind !== 'list') return wrongType(node, path, 'a list (lines that begin with "- ")', context)
    const fields: Field<T>[] = []
    for (const [index, child] of node.items.entries()) {
      const at = `${path}[${index}]`
      const value = isNull(child) ? undefined : item(child, at, context)
      if (isNull(child)) wrongType(child, at, 'a value', context)
      if (value !== undefined) fields.push({ value, node: child, key: undefined, path: at })
    }
    return fields
  }

/** A map of texts: labels, community aliases. */
export const textMap: Reader<Field<string>[]> = (node, path, context) => {
  if (isNull(node)) return []
  if (node.kind !== 'map') return wrongType(node, path, 'a map', context)
  const fields: Field<string>[] = []
  for (const { key, value } of node.entries) {
    const at = `${path}.${key.text}`
    const read = text(value, at, context)
    if (read !== undefined) fields.push({ value: read, node: value, key, path: at })
  }
  return fields
}

type Shape = Readonly<Record<string, Reader<unknown>>>
type Value<R> = R extends Reader<infer T> ? T : never

/** The fields of a map that were there; a key without a value counts as absent, as it does in Go. */
export type MapOf<S extends Shape> = { readonly [K in keyof S]?: Field<Value<S[K]>> }

export const map =
  <S extends Shape>(shape: S): Reader<MapOf<S>> =>
  (node, path, context) => {
    if (isNull(node)) return {}
    if (node.kind !== 'map') return wrongType(node, path, 'a map', context)
    const fields: Record<string, Field<unknown>> = {}
    for (const entry of node.entries) {
      const at = path === '' ? entry.key.text : `${path}.${entry.key.text}`
      const name = keyName(entry.key.text, shape, context)
      if (name === undefined) unknownKey(entry, at, Object.keys(shape), context)
      else if (!isNull(entry.value)) {
        const value = shape[name]?.(entry.value, at, context)
        if (value !== undefined) fields[name] = { value, node: entry.value, key: entry.key, path: at }
      }
    }
    return fields as MapOf<S>
  }

function keyName(key: string, shape: Shape, context: ReadContext): string | undefined {
  if (Object.hasOwn(shape, key)) return key
  return context.decoder === 'json'
    ? Object.keys(shape).find((k) => k.toLowerCase() === key.toLowerCase())
    : undefined
}

function unknownKey(
  { key, value }: MapEntry,
  path: string,
  known: readonly string[],
  context: ReadContext,
): void {
  context.ignored.push({ path, node: value, key })
  if (context.unknownKeys === 'silent') return
  const near = nearest(key.text, known)
  report(
    context,
    'M010',
    context.unknownKeys,
    key,
    `The key "${path}" is not part of any MetalLB configuration.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
    context.unknownKeys === 'error'
      ? `Known keys here: ${known.join(', ')}. With --lenient it is left out.`
      : undefined,
  )
}
