// What was seen of each address against what should be: one state per address, and the checks tell the states.
import type { AddressUse, PoolFacts, SpecialAddress } from './pool-facts.ts'

export type AddressState =
  /** the network itself needs it */
  | 'special'
  /** an address of a node, or of this host */
  | 'node-address'
  | 'own-address'
  /** no Service has it, and somebody answers */
  | 'taken'
  /** no Service has it, and a node of the cluster answers */
  | 'left-behind'
  /** somebody answers, and without Services nobody can say whether that is right */
  | 'answered'
  /** a Service has it, and one machine answers that is a node as far as that is known */
  | 'served'
  /** a Service has it, and one machine answers that is no node */
  | 'wrong-owner'
  /** several hardware addresses answer, for an address that a Service has or may have: */
  | 'several-nodes'
  | 'every-node'
  | 'one-node-several-cards'
  | 'several-machines'
  /** a Service has it, and nobody answers */
  | 'unanswered'

export interface AddressOwner {
  readonly mac: string
  /** of the cluster, when the list of nodes has this hardware address */
  readonly node: string | undefined
  readonly interfaces: readonly string[]
  readonly answers: number
  readonly claims: number
  readonly rttMicroseconds: number | undefined
}

export interface ClassifiedAddress {
  readonly address: string
  readonly state: AddressState
  /** most answers first */
  readonly owners: readonly AddressOwner[]
  /** `namespace/name` */
  readonly services: readonly string[]
  readonly special: SpecialAddress | undefined
}

/** Every address that somebody answered for, that a Service has, or that the network needs; in ascending order. */
export function classify(facts: PoolFacts): ClassifiedAddress[] {
  const owners = ownersByAddress(facts)
  const uses = grouped(facts.uses ?? [])
  const special = new Map(facts.special.map((each) => [each.address, each]))
  const own = new Set(facts.own.map(({ address }) => address))
  const all = new Set([...owners.keys(), ...uses.keys(), ...special.keys(), ...own])
  return [...all].sort(compareAddresses).map((address) => {
    const known = {
      address,
      owners: owners.get(address) ?? [],
      services: (uses.get(address) ?? []).map(({ service }) => service),
      special: special.get(address),
    }
    return { ...known, state: stateOf(known, own.has(address), facts) }
  })
}

type Known = Omit<ClassifiedAddress, 'state'>

function stateOf(
  { address, owners, services, special }: Known,
  isOwn: boolean,
  facts: PoolFacts,
): AddressState {
  if (special !== undefined) return 'special'
  if (isOwn && services.length === 0) return 'own-address'
  if (facts.nodes?.some((node) => node.addresses.includes(address)) === true) return 'node-address'
  if (services.length > 0) return isOwn && owners.length === 0 ? 'served' : stateOfUsed(owners, facts)
  // Two owners are one too many, whatever the address is for.
  if (facts.uses === undefined) return owners.length > 1 ? stateOfUsed(owners, facts) : 'answered'
  return owners.every(({ node }) => node !== undefined) ? 'left-behind' : 'taken'
}

function stateOfUsed(owners: readonly AddressOwner[], facts: PoolFacts): AddressState {
  const [owner] = owners
  if (owner === undefined) return 'unanswered'
  const withMac = facts.nodes?.filter(({ macs }) => macs.length > 0) ?? []
  // Without a hardware address of any node, nothing says that an owner is none.
  if (owners.length === 1) return owner.node === undefined && withMac.length > 0 ? 'wrong-owner' : 'served'
  if (owners.some(({ node }) => node === undefined)) return 'several-machines'
  const names = new Set(owners.map(({ node }) => node))
  if (names.size === 1) return 'one-node-several-cards'
  return names.size > 2 && names.size === withMac.length ? 'every-node' : 'several-nodes'
}

function ownersByAddress(facts: PoolFacts): Map<string, AddressOwner[]> {
  const byAddress = new Map<string, Map<string, AddressOwner>>()
  for (const { address, mac, interface: on, answers, claims, rttMicroseconds } of facts.claims) {
    const owners = byAddress.get(address) ?? new Map<string, AddressOwner>()
    byAddress.set(address, owners)
    const before = owners.get(mac)
    owners.set(mac, {
      mac,
      node: facts.nodes?.find(({ macs }) => macs.includes(mac))?.name,
      interfaces: [...(before?.interfaces ?? []), on],
      answers: (before?.answers ?? 0) + answers,
      claims: (before?.claims ?? 0) + claims,
      rttMicroseconds: before?.rttMicroseconds ?? rttMicroseconds,
    })
  }
  return new Map(
    [...byAddress].map(([address, owners]) => [
      address,
      [...owners.values()].sort((a, b) => b.answers - a.answers || (a.mac < b.mac ? -1 : 1)),
    ]),
  )
}

function grouped(uses: readonly AddressUse[]): Map<string, AddressUse[]> {
  const byAddress = new Map<string, AddressUse[]>()
  for (const use of uses) byAddress.set(use.address, [...(byAddress.get(use.address) ?? []), use])
  return byAddress
}

/** Services that have the same address and may not share it. */
export function unsharedUses(
  facts: PoolFacts,
): { readonly address: string; readonly uses: readonly AddressUse[] }[] {
  return [...grouped(facts.uses ?? [])].flatMap(([address, uses]) =>
    uses.length > 1 && !mayShare(uses) ? { address, uses } : [],
  )
}

/** MetalLB: the same key, and no port twice. */
function mayShare(uses: readonly AddressUse[]): boolean {
  const [first] = uses
  if (first?.shareKey === undefined || uses.some(({ shareKey }) => shareKey !== first.shareKey)) return false
  const ports = uses.flatMap((use) => use.ports)
  return new Set(ports).size === ports.length
}

/** IPv4 before IPv6, each ascending. */
function compareAddresses(a: string, b: string): number {
  const left = sortKey(a)
  const right = sortKey(b)
  return left < right ? -1 : left > right ? 1 : 0
}

function sortKey(address: string): string {
  if (!address.includes(':'))
    return `4${address
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('')}`
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const before = groups(head)
  const after = groups(tail ?? '')
  const zeros = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0')
  return `6${[...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join('')}`
}
