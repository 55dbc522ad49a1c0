import type { ExpectedSession } from './bgp-facts.ts'

/** Whether a peer with this AS number is the one that is expected; undefined when nothing was said that would tell. */
export function isExpectedAsn(
  observed: number,
  { peerAsn, myAsn }: Pick<ExpectedSession, 'peerAsn' | 'myAsn'>,
): boolean | undefined {
  if (peerAsn === undefined) return undefined
  if (typeof peerAsn === 'number') return observed === peerAsn
  return myAsn === undefined ? undefined : (observed === myAsn) === (peerAsn === 'internal')
}

/** Both sides show the same AS number; undefined when that is not known. */
export const isInternal = ({
  peerAsn,
  myAsn,
}: Pick<ExpectedSession, 'peerAsn' | 'myAsn'>): boolean | undefined =>
  peerAsn === 'internal' || peerAsn === 'external'
    ? peerAsn === 'internal'
    : peerAsn === undefined || myAsn === undefined
      ? undefined
      : peerAsn === myAsn
