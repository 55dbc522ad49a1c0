// EndpointSlice, Lease, RBAC, webhooks and CustomResourceDefinition.
import {
  atomic,
  bytes,
  conditions,
  flag,
  integer,
  keyedBy,
  kindOf,
  labelSelector,
  listOf,
  mapOf,
  open,
  type RawSchema,
  reference,
  struct,
  text,
  time,
} from './schema-words.ts'

export const ENDPOINT_SLICE: RawSchema = kindOf({
  addressType: text,
  endpoints: listOf(
    struct({
      addresses: listOf(text),
      conditions: struct({ ready: flag, serving: flag, terminating: flag }),
      hostname: text,
      nodeName: text,
      zone: text,
      targetRef: reference,
      hints: open,
      deprecatedTopology: mapOf(text),
    }),
  ),
  ports: listOf(atomic(struct({ name: text, port: integer, protocol: text, appProtocol: text }))),
})

export const LEASE: RawSchema = kindOf({
  spec: struct({
    holderIdentity: text,
    leaseDurationSeconds: integer,
    acquireTime: time,
    renewTime: time,
    leaseTransitions: integer,
    strategy: text,
    preferredHolder: text,
  }),
})

const policyRule = struct({
  verbs: listOf(text),
  apiGroups: listOf(text),
  resources: listOf(text),
  resourceNames: listOf(text),
  nonResourceURLs: listOf(text),
})
const subject = atomic(struct({ kind: text, apiGroup: text, name: text, namespace: text }))

export const ROLE: RawSchema = kindOf({ rules: listOf(policyRule) })
export const CLUSTER_ROLE: RawSchema = kindOf({
  rules: listOf(policyRule),
  aggregationRule: struct({ clusterRoleSelectors: listOf(labelSelector) }),
})
export const ROLE_BINDING: RawSchema = kindOf({
  roleRef: atomic(struct({ apiGroup: text, kind: text, name: text })),
  subjects: listOf(subject),
})

const clientConfig = struct({
  url: text,
  caBundle: bytes,
  service: struct({ namespace: text, name: text, path: text, port: integer }),
})
const ruleWithOperations = struct({
  operations: listOf(text),
  apiGroups: listOf(text),
  apiVersions: listOf(text),
  resources: listOf(text),
  scope: text,
})

export const WEBHOOK_CONFIGURATION: RawSchema = kindOf({
  webhooks: keyedBy(
    ['name'],
    struct({
      name: text,
      admissionReviewVersions: listOf(text),
      clientConfig,
      failurePolicy: text,
      matchPolicy: text,
      namespaceSelector: labelSelector,
      objectSelector: labelSelector,
      reinvocationPolicy: text,
      rules: listOf(ruleWithOperations),
      sideEffects: text,
      timeoutSeconds: integer,
      matchConditions: keyedBy(['name'], struct({ name: text, expression: text })),
    }),
  ),
})

const names = struct({
  plural: text,
  singular: text,
  kind: text,
  listKind: text,
  shortNames: listOf(text),
  categories: listOf(text),
})

export const CUSTOM_RESOURCE_DEFINITION: RawSchema = kindOf({
  spec: struct({
    group: text,
    scope: text,
    names,
    preserveUnknownFields: flag,
    conversion: struct({
      strategy: text,
      webhook: struct({ clientConfig, conversionReviewVersions: listOf(text) }),
    }),
    versions: listOf(
      struct({
        name: text,
        served: flag,
        storage: flag,
        deprecated: flag,
        deprecationWarning: text,
        schema: struct({ openAPIV3Schema: open }),
        subresources: open,
        additionalPrinterColumns: listOf(open),
        selectableFields: listOf(open),
      }),
    ),
  }),
  status: struct({
    acceptedNames: names,
    storedVersions: listOf(text),
    // Strategic merge knows no key here (the real server's type has none).
    conditions: {
      ...conditions,
      'x-kubernetes-patch-strategy': undefined,
      'x-kubernetes-patch-merge-key': undefined,
    },
  }),
})
