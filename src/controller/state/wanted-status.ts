// The status that a Service shall have, and whether it has it.
import type { Assignment } from '../../ipam/request.ts'
import { formatIp, parseIp, sameIp } from '../../net/ip.ts'
import { FROM_POOL } from '../converge/wish.ts'
import type { ServiceFact, WantedStatus } from '../facts/facts.ts'

export const NO_STATUS: WantedStatus = { ingress: [], pool: undefined }

export const statusWith = ({
  addresses,
  pool,
}: Assignment | { readonly addresses: readonly []; readonly pool: undefined }): WantedStatus => ({
  ingress: addresses.map(formatIp),
  pool,
})

export const sameStatus = (a: WantedStatus, b: WantedStatus): boolean =>
  a.pool === b.pool &&
  a.ingress.length === b.ingress.length &&
  a.ingress.every((text, index) => sameAddress(text, b.ingress[index] ?? ''))

export const ownStatus = ({ ingress, annotations }: ServiceFact): WantedStatus => ({
  ingress,
  pool: annotations[FROM_POOL],
})

/** Whether a Service carries a status. Only addresses count: the API server adds an ipMode that nobody wrote. */
export const says = (fact: ServiceFact, status: WantedStatus): boolean =>
  fact.ingressWithoutAddress === 0 && sameStatus(ownStatus(fact), status)

/** The Service as it is once the status was written to it. */
export function withStatus(
  fact: ServiceFact,
  { ingress, pool }: WantedStatus,
  version: string | undefined,
): ServiceFact {
  const { [FROM_POOL]: _, ...others } = fact.annotations
  const annotations = pool === undefined ? others : { ...others, [FROM_POOL]: pool }
  return { ...fact, annotations, ingress, ingressWithoutAddress: 0, version: version ?? fact.version }
}

/** The same address may be written in more than one way. */
function sameAddress(a: string, b: string): boolean {
  if (a === b) return true
  const [first, second] = [parseIp(a), parseIp(b)]
  return first !== undefined && second !== undefined && sameIp(first, second)
}
