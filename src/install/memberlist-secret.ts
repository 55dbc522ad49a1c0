// The key of the gossip, as MetalLB's controller makes it (metallb.md §4.10), so that speakers of both understand each other.
import type { KubeObject } from '../config/kube-object.ts'
import { encodeBase64, utf8Bytes } from '../net/base64.ts'
import { LABELS } from './names.ts'

/** Whose end is the end of the objects that it owns. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

export const MEMBERLIST_KEY_BYTES = 16

/** @param key 16 random bytes */
export function memberlistSecret(
  place: { readonly namespace: string; readonly name: string },
  key: Uint8Array,
  owner?: OwnerReference,
): KubeObject {
  // What is mounted is the text of the key, without padding: 22 signs.
  const text = encodeBase64(key).replace(/=+$/, '')
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: place.name,
      namespace: place.namespace,
      labels: LABELS,
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    },
    type: 'Opaque',
    data: { secretkey: encodeBase64(utf8Bytes(text)) },
  }
}
