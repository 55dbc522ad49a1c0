// To whom belongs what the speaker writes, so that it goes with it: its Pod, else its Node.
import type { ApiClient } from '../client.ts'
import { pathOf } from '../resources.ts'
import { asRecord, asText } from '../status.ts'

export interface OwnerReference {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod' | 'Node'
  readonly name: string
  readonly uid: string
}

/** Undefined where neither can be read: then it is removed at an orderly end only. @throws LbctlError */
export async function findOwner(
  client: ApiClient,
  {
    namespace,
    podName,
    nodeName,
  }: { readonly namespace: string; readonly podName: string | undefined; readonly nodeName: string },
): Promise<OwnerReference | undefined> {
  const kind = podName === undefined ? 'Node' : 'Pod'
  const name = podName ?? nodeName
  const path =
    podName === undefined
      ? pathOf({ group: '', version: 'v1', resource: 'nodes' }, { name })
      : pathOf({ group: '', version: 'v1', resource: 'pods' }, { namespace, name })
  const answer = await client.call({ method: 'GET', path }, { repeatable: true, expect: [403, 404] })
  const uid = asText(asRecord(asRecord(answer.body)['metadata'])['uid'])
  return answer.status === 200 && uid !== '' ? { apiVersion: 'v1', kind, name, uid } : undefined
}
