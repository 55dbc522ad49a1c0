// Field numbers of the messages that kubectl sends as protobuf: `create namespace|configmap|secret|serviceaccount` and
// `auth can-i`. Source: the generated.proto files of Kubernetes 1.33.

export type ProtoField =
  | 'text'
  | 'bool'
  | 'bytes'
  | 'int'
  | ProtoShape
  | { readonly list: ProtoField }
  | { readonly map: 'text' | 'bytes' }
export interface ProtoShape {
  readonly fields: Readonly<Record<number, readonly [name: string, shape: ProtoField]>>
}

const MAP = { map: 'text' } as const
const TEXTS = { list: 'text' } as const

const OBJECT_META: ProtoShape = {
  fields: {
    1: ['name', 'text'],
    2: ['generateName', 'text'],
    3: ['namespace', 'text'],
    11: ['labels', MAP],
    12: ['annotations', MAP],
    14: ['finalizers', TEXTS],
  },
}
const METADATA = ['metadata', OBJECT_META] as const
const RESOURCE_ATTRIBUTES: ProtoShape = {
  fields: {
    1: ['namespace', 'text'],
    2: ['verb', 'text'],
    3: ['group', 'text'],
    4: ['version', 'text'],
    5: ['resource', 'text'],
    6: ['subresource', 'text'],
    7: ['name', 'text'],
  },
}
const PATH_ATTRIBUTES: ProtoShape = { fields: { 1: ['path', 'text'], 2: ['verb', 'text'] } }
const ACCESS_SPEC: ProtoShape = {
  fields: { 1: ['resourceAttributes', RESOURCE_ATTRIBUTES], 2: ['nonResourceAttributes', PATH_ATTRIBUTES] },
}

export const MESSAGES: Readonly<Record<string, ProtoShape>> = {
  Namespace: { fields: { 1: METADATA } },
  ConfigMap: {
    fields: { 1: METADATA, 2: ['data', MAP], 3: ['binaryData', { map: 'bytes' }], 4: ['immutable', 'bool'] },
  },
  Secret: {
    fields: {
      1: METADATA,
      2: ['data', { map: 'bytes' }],
      3: ['type', 'text'],
      4: ['stringData', MAP],
      5: ['immutable', 'bool'],
    },
  },
  ServiceAccount: { fields: { 1: METADATA } },
  SelfSubjectAccessReview: { fields: { 1: METADATA, 2: ['spec', ACCESS_SPEC] } },
  SelfSubjectRulesReview: { fields: { 1: METADATA, 2: ['spec', { fields: { 1: ['namespace', 'text'] } }] } },
  SelfSubjectReview: { fields: { 1: METADATA } },
  DeleteOptions: {
    fields: {
      1: ['gracePeriodSeconds', 'int'],
      2: ['preconditions', { fields: { 1: ['uid', 'text'], 2: ['resourceVersion', 'text'] } }],
      4: ['propagationPolicy', 'text'],
      5: ['dryRun', TEXTS],
    },
  },
}
