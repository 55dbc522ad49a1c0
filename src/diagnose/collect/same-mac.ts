import { formatIp } from '../../net/ip.ts'
import { isResolved, ownersOf } from '../checks/answers.ts'
import type { LinkFacts } from '../facts/link-facts.ts'
import type { Neighbour } from '../ports/tables.ts'

/** Other addresses that the neighbour table has for the machines that answered. */
export function sameMacEntries(facts: LinkFacts, neighbours: readonly Neighbour[]): LinkFacts['sameMac'] {
  const macs = new Set(ownersOf(facts).map(({ mac }) => mac))
  return neighbours
    .filter(({ address, state }) => isResolved(state) && address.family === facts.target.family)
    .flatMap(({ mac, address, router }) =>
      mac === undefined || !macs.has(mac) ? [] : { mac, address: formatIp(address), router },
    )
    .filter(({ address }) => address !== facts.examined.address)
}
