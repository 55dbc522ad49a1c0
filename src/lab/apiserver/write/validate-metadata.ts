// Rules on metadata that hold for every kind.
import { CRD_FINALIZER } from '../builtins/extension-kinds.ts'
import { isObject, listAt, objectAt, sameJson, textAt } from '../json-value.ts'
import type { KindRules } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { type Cause, forbiddenValue, invalidValue, requiredValue } from '../status.ts'

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const LABEL_1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/
const ANNOTATION_BYTES = 256 * 1024

const SUBDOMAIN_WORDS =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_1035_WORDS =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const LABEL_1123_WORDS =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
export const QUALIFIED_WORDS =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const LABEL_VALUE_WORDS =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

export function validateMetadata(object: KubeObject, rules: KindRules): readonly Cause[] {
  const causes: Cause[] = []
  causes.push(...nameCauses(textAt(object, 'metadata', 'name'), rules.nameRule ?? 'subdomain'))
  causes.push(...ownerCauses(listAt(object, 'metadata', 'ownerReferences')))
  for (const [key, value] of Object.entries(objectAt(object, 'metadata', 'labels'))) {
    causes.push(...qualifiedNameCauses('metadata.labels', key))
    const text = String(value)
    if (text.length > 63)
      causes.push(invalidValue('metadata.labels', JSON.stringify(text), 'must be no more than 63 bytes'))
    if (!LABEL_VALUE.test(text))
      causes.push(invalidValue('metadata.labels', JSON.stringify(text), LABEL_VALUE_WORDS))
  }
  causes.push(...annotationCauses(objectAt(object, 'metadata', 'annotations')))
  for (const finalizer of listAt(object, 'metadata', 'finalizers')) {
    if (STANDARD_FINALIZERS.has(String(finalizer))) continue
    causes.push(...qualifiedNameCauses('metadata.finalizers', String(finalizer)))
  }
  return causes
}

const STANDARD_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes'])

/** Taken, but told: somebody else may use the same word. */
export const finalizerWarnings = (object: KubeObject): readonly string[] =>
  listAt(object, 'metadata', 'finalizers')
    .map(String)
    .filter((one) => !STANDARD_FINALIZERS.has(one) && !one.includes('/') && one !== CRD_FINALIZER)
    .map(
      (one) =>
        `metadata.finalizers: ${JSON.stringify(one)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    )

function nameCauses(name: string, rule: NonNullable<KindRules['nameRule']>): readonly Cause[] {
  if (name === '') return [requiredValue('metadata.name', 'name or generateName is required')]
  const bad = (why: string) => [invalidValue('metadata.name', JSON.stringify(name), why)]
  const label = rule === 'label1035' || rule === 'label1123'
  if (label && name.length > 63) return bad('must be no more than 63 characters')
  if (rule === 'label1035') return LABEL_1035.test(name) ? [] : bad(LABEL_1035_WORDS)
  if (rule === 'label1123') return LABEL_1123.test(name) ? [] : bad(LABEL_1123_WORDS)
  if (rule === 'path') return /[/%]/.test(name) ? bad("may not contain '/'") : []
  if (name.length > 253) return bad('must be no more than 253 characters')
  return SUBDOMAIN.test(name) ? [] : bad(SUBDOMAIN_WORDS)
}

export function qualifiedNameCauses(field: string, name: string): readonly Cause[] {
  const parts = name.split('/')
  const bad = (why: string) => [invalidValue(field, JSON.stringify(name), why)]
  if (parts.length > 2) {
    return bad(
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    )
  }
  const causes: Cause[] = []
  const last = parts.at(-1) ?? ''
  if (parts.length === 2 && parts[0] === '') causes.push(...bad('prefix part must be non-empty'))
  else if (parts.length === 2 && !SUBDOMAIN.test(parts[0] ?? ''))
    causes.push(...bad(`prefix part ${SUBDOMAIN_WORDS}`))
  if (last === '') causes.push(...bad('name part must be non-empty'))
  else if (last.length > 63) causes.push(...bad('name part must be no more than 63 bytes'))
  if (!QUALIFIED.test(last)) causes.push(...bad(QUALIFIED_WORDS))
  return causes
}

function annotationCauses(annotations: Record<string, unknown>): readonly Cause[] {
  let bytes = 0
  for (const [key, value] of Object.entries(annotations))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value))
  const causes = Object.keys(annotations).flatMap((key) =>
    qualifiedNameCauses('metadata.annotations', key.toLowerCase()),
  )
  if (bytes <= ANNOTATION_BYTES) return causes
  const message = `Too long: may not be more than ${ANNOTATION_BYTES} bytes`
  return [...causes, { reason: 'FieldValueTooLong', message, field: 'metadata.annotations' }]
}

function ownerCauses(references: readonly unknown[]): readonly Cause[] {
  const causes: Cause[] = []
  const field = 'metadata.ownerReferences'
  for (const reference of references) {
    if (textAt(reference, 'apiVersion') === '')
      causes.push(invalidValue(`${field}.apiVersion`, '""', 'version must not be empty'))
    if (textAt(reference, 'kind') === '')
      causes.push(invalidValue(`${field}.kind`, '""', 'must not be empty'))
    if (textAt(reference, 'name') === '')
      causes.push(invalidValue(`${field}.name`, '""', 'must not be empty'))
    if (textAt(reference, 'uid') === '')
      causes.push(invalidValue(`${field}.uid`, '""', 'uid must not be empty'))
  }
  const controllers = references.filter(
    (reference) => isObject(reference) && reference['controller'] === true,
  )
  const [first, second] = controllers
  if (second !== undefined) {
    const words = `Only one reference can have Controller set to true. Found "true" in references for ${ownerText(first)} and ${ownerText(second)}`
    causes.push(invalidValue(field, references.map(ownerText).join(', '), words))
  }
  return causes
}

const ownerText = (reference: unknown): string => `${textAt(reference, 'kind')}/${textAt(reference, 'name')}`

/** What may not change any more in an object that is there. */
export function validateMetadataUpdate(object: KubeObject, old: KubeObject): readonly Cause[] {
  const causes: Cause[] = []
  const uid = textAt(object, 'metadata', 'uid')
  if (uid !== textAt(old, 'metadata', 'uid')) {
    // The real server checks twice, and says it twice.
    const cause = invalidValue('metadata.uid', JSON.stringify(uid), 'field is immutable')
    causes.push(cause, cause)
  }
  if (old.metadata['deletionTimestamp'] === undefined) return causes
  const before = listAt(old, 'metadata', 'finalizers')
  const added = listAt(object, 'metadata', 'finalizers').filter(
    (one) => !before.some((known) => sameJson(known, one)),
  )
  if (added.length > 0) {
    const words = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`
    const cause = forbiddenValue('metadata.finalizers', words)
    causes.push(cause, cause)
  }
  return causes
}
