// A Lease as the API server has it, and what of it counts here.
import { LABELS } from '../../install/names.ts'
import type { Resource } from '../resources.ts'
import { asNumber, asRecord, asText } from '../status.ts'
import type { LeaseRecord } from './machine.ts'

export const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' }

export const leaseObject = (
  { version, holder, durationMs, renewTime, acquireTime, transitions }: LeaseRecord,
  namespace: string,
  name: string,
) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  // By the label it is known as ours, and goes with the rest.
  metadata: { name, namespace, labels: LABELS, ...(version === '' ? {} : { resourceVersion: version }) },
  spec: {
    holderIdentity: holder,
    leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
    renewTime,
    acquireTime,
    leaseTransitions: transitions,
  },
})

export function recordOf(body: unknown): LeaseRecord {
  const object = asRecord(body)
  const spec = asRecord(object['spec'])
  return {
    version: asText(asRecord(object['metadata'])['resourceVersion']),
    holder: asText(spec['holderIdentity']),
    durationMs: (asNumber(spec['leaseDurationSeconds']) ?? 0) * 1000,
    renewTime: asText(spec['renewTime']),
    acquireTime: asText(spec['acquireTime']),
    transitions: asNumber(spec['leaseTransitions']) ?? 0,
  }
}
