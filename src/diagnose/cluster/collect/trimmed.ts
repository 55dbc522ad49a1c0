// Objects as facts keep them: what no check looks at is left out, and what is secret is blotted out before anything is stored.
import type { KubeObject } from '../../../config/kube-object.ts'
import { HIDDEN } from '../../../config/secrets/hidden.ts'
import { hideSecrets } from '../../../config/secrets/hide-secrets.ts'
import { at, listAt, textAt } from '../object-fields.ts'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

export function trimmed(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata as KubeObject['metadata'] & {
    readonly managedFields?: unknown
  }
  const { [LAST_APPLIED]: _, ...annotations } = metadata.annotations ?? {}
  const own = {
    ...object,
    metadata: { ...metadata, ...(metadata.annotations === undefined ? {} : { annotations }) },
  }
  switch (object.kind) {
    case 'Service':
      return {
        ...own,
        metadata: { ...own.metadata, managedFields: writersOfAddresses(managedFields) },
      } as KubeObject
    case 'Pod':
      return { ...own, spec: podSpec(object) }
    case 'Secret':
      return secretOf(own)
    case 'ConfigMap':
      return { ...own, data: withoutPasswords(object) }
    case 'BGPPeer':
      return textAt(object, 'spec', 'password') === undefined
        ? own
        : { ...own, spec: { ...(at(object, 'spec') as object), password: HIDDEN } }
    default:
      return own
  }
}

/** Of who owns which field, only who writes the addresses is of interest. */
const writersOfAddresses = (managedFields: unknown): readonly unknown[] =>
  (Array.isArray(managedFields) ? managedFields : [])
    .filter((entry) => at(entry, 'fieldsV1', 'f:status', 'f:loadBalancer') !== undefined)
    .map((entry) => ({
      manager: textAt(entry, 'manager'),
      fieldsV1: { 'f:status': { 'f:loadBalancer': {} } },
    }))

/** Environment and commands of other people's Pods can hold anything. */
const podSpec = (pod: KubeObject): object => ({
  nodeName: textAt(pod, 'spec', 'nodeName'),
  hostNetwork: at(pod, 'spec', 'hostNetwork'),
  containers: listAt(pod, 'spec', 'containers').map((container) => ({
    name: textAt(container, 'name'),
    image: textAt(container, 'image'),
  })),
})

/** Of values of Secrets not even the length is kept; the type says which key there is. */
const secretOf = (secret: KubeObject): KubeObject => {
  const { apiVersion, kind, metadata } = secret
  const type = textAt(secret, 'type') ?? 'Opaque'
  const { name, namespace } = metadata
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    type,
    ...(type === 'kubernetes.io/basic-auth' ? { data: { password: '' } } : {}),
  }
}

function withoutPasswords(map: KubeObject): object {
  const data = at(map, 'data')
  if (typeof data !== 'object' || data === null) return {}
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, typeof text === 'string' ? hideSecrets(text) : text]),
  )
}
