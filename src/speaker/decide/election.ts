// Who announces an address on a link: of the candidates, the one whose hash comes first. Every speaker computes the same from the same
// facts, so nobody has to be asked.
import { compareDigests, Sha256, sha256Words } from '../../net/sha256.ts'
import { encodeUtf8 } from '../../wire/utf8.ts'

/** The hash of a candidate, as words; `subject` is the first address of the Service (its name, for releases before 0.11). */
export const candidateHash = (node: string, subject: string): Int32Array =>
  sha256Words(encodeUtf8(`${node}#${subject}`))

export interface Winner {
  readonly node: string
  readonly hash: Int32Array
}

/** The first of the candidates; undefined without any. */
export function elect(candidates: Iterable<string>, subject: string, sofar?: Winner): Winner | undefined {
  const hasher = new Sha256()
  let first = sofar
  for (const node of candidates) {
    const hash = hasher.words(encodeUtf8(`${node}#${subject}`))
    if (first === undefined || compareDigests(hash, first.hash) < 0) first = { node, hash }
  }
  return first
}

/** All candidates in the order in which they would take over from each other. */
export function ranking(candidates: Iterable<string>, subject: string): Winner[] {
  return [...candidates]
    .map((node) => ({ node, hash: candidateHash(node, subject) }))
    .sort((a, b) => compareDigests(a.hash, b.hash))
}
