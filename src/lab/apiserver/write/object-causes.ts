// Everything that makes an object invalid, in the order in which a real server collects it.
import type { RuleContext } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import type { Cause } from '../status.ts'
import { finalizerWarnings, validateMetadata, validateMetadataUpdate } from './validate-metadata.ts'
import type { WriteContext } from './write-context.ts'

/** What etcd takes in one request. */
export const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024

export const storedBytes = (object: KubeObject): number => {
  const text = JSON.stringify(object)
  // Most objects are far below the limit in characters already.
  return text.length * 3 < MAX_OBJECT_BYTES ? text.length : Buffer.byteLength(text)
}

export function allCauses(
  { served }: WriteContext,
  object: KubeObject,
  old: KubeObject | undefined,
  rules: RuleContext,
): readonly Cause[] {
  const metadata = validateMetadata(object, served.rules)
  for (const warning of finalizerWarnings(object)) rules.warn(warning)
  const update = old === undefined ? [] : validateMetadataUpdate(object, old)
  const schema = served.custom?.schema?.validate(object, old) ?? []
  const own = served.rules.validate?.(object, old, rules) ?? []
  return [...metadata, ...update, ...schema, ...own]
}
