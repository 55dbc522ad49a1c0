// The words that the schemas of built-in kinds are written with. They are OpenAPI: apply and strategic merge read the
// list types and patch keys, and the OpenAPI documents show the same to clients.

export type RawSchema = Readonly<Record<string, unknown>>

export const text: RawSchema = { type: 'string' }
export const integer: RawSchema = { type: 'integer', format: 'int32' }
export const long: RawSchema = { type: 'integer', format: 'int64' }
export const flag: RawSchema = { type: 'boolean' }
export const time: RawSchema = { type: 'string', format: 'date-time' }
export const bytes: RawSchema = { type: 'string', format: 'byte' }
export const intOrString: RawSchema = { 'x-kubernetes-int-or-string': true }
/** Anything, owned field by field. */
export const open: RawSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

/** Fields that are described; others are taken as they come. */
export const struct = (properties: Readonly<Record<string, RawSchema>>, more: RawSchema = {}): RawSchema => ({
  type: 'object',
  properties,
  'x-kubernetes-preserve-unknown-fields': true,
  ...more,
})

export const mapOf = (value: RawSchema): RawSchema => ({ type: 'object', additionalProperties: value })

/** Owned and replaced as one. */
export const atomic = (schema: RawSchema): RawSchema => ({ ...schema, 'x-kubernetes-map-type': 'atomic' })

export const listOf = (items: RawSchema): RawSchema => ({
  type: 'array',
  items,
  'x-kubernetes-list-type': 'atomic',
})

/** A list of single values, each once; a strategic merge adds to it. */
export const setOf = (items: RawSchema): RawSchema => ({
  type: 'array',
  items,
  'x-kubernetes-list-type': 'set',
  'x-kubernetes-patch-strategy': 'merge',
})

/** A list whose items are told apart by `keys`. A strategic merge knows one key only: the first, if no other is named. */
export const keyedBy = (keys: readonly string[], items: RawSchema, patchKey = keys[0]): RawSchema => ({
  type: 'array',
  items,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  'x-kubernetes-patch-strategy': 'merge',
  'x-kubernetes-patch-merge-key': patchKey,
})

/** Strategic merge replaces these lists, though apply tells their items apart. */
export const keyedWithoutPatch = (keys: readonly string[], items: RawSchema): RawSchema => ({
  type: 'array',
  items,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
})

export const labelSelector: RawSchema = atomic(
  struct({
    matchLabels: mapOf(text),
    matchExpressions: listOf(struct({ key: text, operator: text, values: listOf(text) })),
  }),
)

export const reference: RawSchema = atomic(
  struct({
    apiVersion: text,
    kind: text,
    name: text,
    namespace: text,
    uid: text,
    resourceVersion: text,
    fieldPath: text,
  }),
)

/** metav1.Condition and its older relatives. */
export const condition: RawSchema = struct({
  type: text,
  status: text,
  reason: text,
  message: text,
  lastTransitionTime: time,
  observedGeneration: long,
})
export const conditions: RawSchema = keyedBy(['type'], condition)

export const objectMeta: RawSchema = struct({
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: long,
  creationTimestamp: time,
  deletionTimestamp: time,
  deletionGracePeriodSeconds: long,
  labels: mapOf(text),
  annotations: mapOf(text),
  finalizers: setOf(text),
  ownerReferences: keyedBy(
    ['uid'],
    atomic(
      struct({
        apiVersion: text,
        kind: text,
        name: text,
        uid: text,
        controller: flag,
        blockOwnerDeletion: flag,
      }),
    ),
  ),
  managedFields: listOf(open),
})

/** A kind: apiVersion, kind, metadata and what is its own. */
export const kindOf = (fields: Readonly<Record<string, RawSchema>>): RawSchema =>
  struct({ apiVersion: text, kind: text, metadata: objectMeta, ...fields })
