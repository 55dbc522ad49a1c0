import type { BgpFacts, SessionFacts } from './bgp-facts.ts'

/**
 * The session that probes would endanger: a router that sees a second connection from an address whose session is up may
 * take it for a restart and drop the live one (RFC 4724 §4.2), or resolve a collision (RFC 4271 §6.8). Another source
 * address is another neighbour to the router.
 * @param building also one that is only being made: what an OPEN of ours would collide with
 */
export function blockingSession(
  { sessions, source }: Pick<BgpFacts, 'sessions' | 'source'>,
  building: boolean,
): SessionFacts | undefined {
  const states = building ? ['established', 'syn-recv', 'syn-sent'] : ['established', 'syn-recv']
  return sessions.find(
    ({ state, local }) => states.includes(state) && (!source.given || local === source.address),
  )
}
