import { randomBytes } from 'node:crypto'
import {
  MEMBERLIST_KEY_BYTES,
  memberlistSecret,
  type OwnerReference,
} from '../../install/memberlist-secret.ts'
import type { ObjectStore } from '../../webhook/ports.ts'

/** Makes the key of the gossip if there is none; one that is there is never changed. Answers whether it was made. @throws LbctlError */
export async function ensureMemberlistSecret(
  store: Pick<ObjectStore, 'get' | 'create'>,
  place: { readonly namespace: string; readonly name: string },
  owner?: OwnerReference,
): Promise<boolean> {
  if ((await store.get({ apiVersion: 'v1', kind: 'Secret', ...place })) !== undefined) return false
  return store.create(memberlistSecret(place, randomBytes(MEMBERLIST_KEY_BYTES), owner))
}
