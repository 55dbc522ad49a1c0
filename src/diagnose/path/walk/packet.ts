// The first packet of a connection, and whether one condition of a rule holds for it.
import { type Ip, type IpFamily, sameIp } from '../../../net/ip.ts'
import { type IpRange, rangeContains } from '../../../net/prefix.ts'
import { partHolds, type SetPart, type SetValue } from '../address-set.ts'
import type { Action, Match } from '../netfilter.ts'

export interface Packet {
  readonly family: IpFamily
  readonly source: Ip
  readonly destination: Ip
  readonly protocol: string
  /** destination port; 0 for a protocol that has none */
  readonly port: number
  readonly mark: number
  /** undefined: not known, or made by this host */
  readonly inInterface: string | undefined
  /** a rule has given it another destination */
  readonly translated: boolean
  /** what it was sent to before IPVS gave it another destination */
  readonly virtual?: VirtualAddress
}

export interface VirtualAddress {
  readonly address: Ip
  readonly protocol: string
  readonly port: number
}

/** What the rules ask about the machine that they are on. */
export interface RuleHost {
  isLocal(address: Ip): boolean
}

/** `unknown`: the packet alone does not tell. */
export type Held = 'yes' | 'no' | 'unknown'

/** Called for each condition on the source, so that the caller learns which clients make a difference. */
export type OnSource = (ranges: readonly IpRange[]) => void

/** A match of kind `random` holds; the caller reckons with its probability. */
export function holds(match: Match, packet: Packet, host: RuleHost, onSource: OnSource): Held {
  switch (match.kind) {
    case 'address': {
      const isSource = match.of === 'source'
      if (isSource) onSource(match.ranges)
      const address = isSource ? packet.source : packet.destination
      return held(match.ranges.some((range) => rangeContains(range, address)) !== match.negated)
    }
    case 'protocol':
      return held(match.protocols.includes(packet.protocol) !== match.negated)
    case 'port':
      if (match.of === 'source') return 'unknown'
      return held(
        match.ranges.some(({ first, last }) => first <= packet.port && packet.port <= last) !== match.negated,
      )
    case 'local': {
      const address = match.of === 'source' ? packet.source : packet.destination
      return held(host.isLocal(address) !== match.negated)
    }
    case 'interface':
      return interfaceHolds(match, packet)
    case 'mark':
      return held(((packet.mark & match.mask) >>> 0 === match.value) !== match.negated)
    case 'connection':
      return held(match.states.some((state) => isOfState(state, packet)) !== match.negated)
    case 'random':
      return 'yes'
    case 'affinity':
      return 'no'
    case 'set':
      return setHolds(match, packet, onSource)
    case 'one of':
      return entryHolds(match, packet, host, onSource)
    case 'ipvs':
      return held(isVirtual(match, packet.virtual))
    case 'bridged':
      // Clients are taken to be elsewhere on the network; only Pods behind a bridge come in by one.
      return held(match.negated)
    case 'unknown':
      return 'unknown'
  }
}

function allHold(conditions: readonly Match[], packet: Packet, host: RuleHost, onSource: OnSource): Held {
  for (const each of conditions) {
    const answer = holds(each, packet, host, onSource)
    if (answer !== 'yes') return answer
  }
  return 'yes'
}

function entryHolds(
  { entries, negated }: Extract<Match, { kind: 'one of' }>,
  packet: Packet,
  host: RuleHost,
  onSource: OnSource,
): Held {
  let answer: Held = 'no'
  // All of them: the caller wants to hear of every source.
  for (const conditions of entries) {
    const of = allHold(conditions, packet, host, onSource)
    if (of === 'yes' || answer === 'no') answer = of
  }
  return answer === 'unknown' ? answer : held((answer === 'yes') !== negated)
}

function setHolds(
  { set, of, negated }: Extract<Match, { kind: 'set' }>,
  packet: Packet,
  onSource: OnSource,
): Held {
  if (set === undefined) return 'unknown'
  const valueFor = (part: SetPart, index: number): SetValue => {
    const isSource = of[index] === 'source'
    if (part.kind === 'address') return isSource ? packet.source : packet.destination
    return isSource ? undefined : { protocol: packet.protocol, port: packet.port }
  }
  const [shape] = set.entries
  const first = shape?.parts[0]
  // Of entries that begin with the source, only those of this client are looked at: there may be thousands.
  const entries = first === undefined ? [] : set.startingWith(valueFor(first, 0))
  let isIn = false
  for (const { parts } of entries) {
    const fits = parts.map((part, index) => partHolds(part, valueFor(part, index)))
    const sources = parts.flatMap((part, index) =>
      part.kind === 'address' && of[index] === 'source' ? [part.range] : [],
    )
    const isOfThis = parts.every((_part, index) => of[index] === 'source' || fits[index])
    if (isOfThis && sources.length > 0) onSource(sources)
    isIn ||= fits.every(Boolean)
  }
  return held(isIn !== negated)
}

const isVirtual = (
  { address, protocol, port }: Extract<Match, { kind: 'ipvs' }>,
  virtual: VirtualAddress | undefined,
): boolean =>
  virtual !== undefined &&
  (address === undefined || sameIp(address, virtual.address)) &&
  (protocol === undefined || protocol === virtual.protocol) &&
  (port === undefined || port === virtual.port)

const held = (value: boolean): Held => (value ? 'yes' : 'no')

function interfaceHolds(match: Extract<Match, { kind: 'interface' }>, packet: Packet): Held {
  if (match.of === 'out' || packet.inInterface === undefined) return 'unknown'
  const name = packet.inInterface
  const named = match.names.some((each) =>
    // iptables writes + for "and what follows", nft *.
    /[+*]$/.test(each) ? name.startsWith(each.slice(0, -1)) : each === name,
  )
  return held(named !== match.negated)
}

/** The packet opens its connection: it is not part of one yet. */
const isOfState = (state: string, { translated }: Packet): boolean =>
  state === 'new' || (state === 'dnat' && translated)

export function markedBy({ keep, flip }: Extract<Action, { kind: 'mark' }>, mark: number): number {
  return ((mark & keep) ^ flip) >>> 0
}
