// What the checks of a pool have in common: each looks at the states of addresses, and one finding may be about many of them.
import type { CheckOutcome, FindingDraft, Fix } from '../../finding.ts'
import { fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import { macWithOrigin } from '../../mac-vendors.ts'
import { listed } from '../address-list.ts'
import type { AddressOwner, AddressState, ClassifiedAddress } from '../classify.ts'
import type { PoolFacts } from '../pool-facts.ts'

/** The facts, and what follows from them, computed once. */
export interface JudgedPool {
  readonly facts: PoolFacts
  readonly addresses: readonly ClassifiedAddress[]
}

export const ownerText = ({ mac, node }: Pick<AddressOwner, 'mac' | 'node'>): string =>
  node === undefined ? macWithOrigin(mac) : `${macWithOrigin(mac)}, node ${node}`

export const ownersText = (owners: readonly AddressOwner[]): string => owners.map(ownerText).join(' and ')

export const names = (found: readonly ClassifiedAddress[]): string =>
  listed(found.map(({ address }) => address))

/** One line per address: who has it, and which Service should. */
export const evidenceOf = ({ address, owners, services }: ClassifiedAddress): string =>
  [
    `${address}: ${owners.length === 0 ? 'no answer' : ownersText(owners)}`,
    services.length === 0 ? [] : `Service ${services.join(' and ')}`,
  ]
    .flat()
    .join('; ')

export const findConflict: readonly Fix[] = [
  { text: 'Find the machine by its hardware address in the table of the switch or of the DHCP server.' },
  { text: 'Take the addresses out of the pool, or move the DHCP range or the static address.' },
]

interface StateCheck {
  readonly id: string
  readonly title: string
  readonly state: AddressState
  /** when the check cannot say anything */
  readonly needs?: (facts: PoolFacts) => string | undefined
  readonly passed: string
  readonly finding: (
    found: readonly ClassifiedAddress[],
    facts: PoolFacts,
  ) => Omit<FindingDraft, 'subject' | 'evidence'> & { readonly evidence?: readonly string[] }
}

export const stateCheck = ({ id, title, state, needs, passed, finding }: StateCheck): Check<JudgedPool> => ({
  id,
  title,
  evaluate: ({ facts, addresses }): CheckOutcome => {
    const missing = needs?.(facts)
    if (missing !== undefined) return skip(missing)
    const found = addresses.filter((each) => each.state === state)
    if (found.length === 0) return pass(passed)
    const { evidence = [], ...rest } = finding(found, facts)
    return fail({ ...rest, subject: names(found), evidence: [...found.map(evidenceOf), ...evidence] })
  },
})

export const needsServices = ({ uses }: PoolFacts): string | undefined =>
  uses === undefined
    ? 'no Services were given (-f or --services): used and free cannot be told apart'
    : undefined

export const needsNodes = ({ nodes }: PoolFacts): string | undefined =>
  nodes === undefined ? 'no list of nodes was given (--nodes)' : undefined

/** More than these behind one hardware address are no machine with a few addresses. */
const MANY = 16

export function manyBehindOne(found: readonly ClassifiedAddress[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { owners } of found) for (const { mac } of owners) counts.set(mac, (counts.get(mac) ?? 0) + 1)
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  return most !== undefined && most[1] >= MANY
    ? `${macWithOrigin(most[0])} answers for ${most[1]} of them: a router with proxy ARP, or a host that has the whole prefix`
    : undefined
}
