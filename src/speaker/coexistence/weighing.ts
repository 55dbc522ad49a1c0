// Whether preferredNodeSelectors count. No release of MetalLB has them, so a speaker that weighs them beside one that does not elects
// another owner. Speakers of lbctl therefore say in the metadata of the gossip that they can, and all of them do while everybody who is
// alive says so: they go by what they all see, the membership, on which the election itself stands.
import { encodeUtf8 } from '../../wire/utf8.ts'

export const WEIGHING_META = encodeUtf8('lbctl preferredNodeSelectors')

/** @param metadata of everybody who is alive or suspected, ourselves included */
export const allWeigh = (metadata: readonly Uint8Array[]): boolean =>
  metadata.length > 0 &&
  metadata.every(
    (each) =>
      each.length === WEIGHING_META.length && each.every((byte, index) => byte === WEIGHING_META[index]),
  )
