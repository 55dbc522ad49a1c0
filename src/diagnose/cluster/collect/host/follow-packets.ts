// First packets of connections through the rules of a machine: which of them are stopped, where, and by which rule.
import { type Ip, parseIp, sameIp } from '../../../../net/ip.ts'
import type { MachineRules } from '../../../path/collect-path.ts'
import type { RuleTable } from '../../../path/netfilter.ts'
import { type Outcome, walkHooks } from '../../../path/walk/walk-hooks.ts'
import type { HostFirewall, HostPacket, HostRefusal } from '../../host-facts.ts'

export interface PacketsOfFamily {
  readonly rules: MachineRules
  readonly packets: readonly HostPacket[]
  /** address of a peer → the link that its packets come in by */
  readonly arrivals: ReadonlyMap<string, string>
}

export function followPackets(all: readonly PacketsOfFamily[]): HostFirewall {
  const notFollowed = new Set<string>()
  const refusals = all.flatMap(({ rules, packets, arrivals }) =>
    packets.flatMap((packet) => refusalOf(packet, arrivals.get(packet.peer), rules, notFollowed)),
  )
  return {
    followed: all.reduce((sum, { packets }) => sum + packets.length, 0),
    refusals,
    notFollowed: [...notFollowed],
  }
}

/** Stopped whatever the dice of the rules say. */
function refusalOf(
  packet: HostPacket,
  arrival: string | undefined,
  { rules, machine }: MachineRules,
  notFollowed: Set<string>,
): readonly HostRefusal[] {
  const peer = parseIp(packet.peer)
  const local = parseIp(packet.local)
  if (peer === undefined || local === undefined) return []
  const made = packet.direction === 'out'
  const own = machine.own.map(({ address }) => address)
  const outcomes = walkHooks(
    {
      family: peer.family,
      source: made ? local : peer,
      destination: made ? peer : local,
      protocol: packet.protocol,
      port: packet.port,
      mark: 0,
      inInterface: made ? undefined : arrival,
      translated: false,
    },
    made,
    {
      index: rules.index,
      host: { isLocal: (address) => isLoopback(address) || own.some((each) => sameIp(each, address)) },
      onSource: () => undefined,
      onUnknown: (rule, what) => void notFollowed.add(`${rule.text} (${what})`),
      onMissing: () => undefined,
      onAffinity: () => undefined,
    },
  )
  const stopped = outcomes.filter(isStopped)
  const [first] = stopped
  if (first === undefined || stopped.length < outcomes.length) return []
  const place = first.stoppedIn ?? 'a chain'
  return [{ ...packet, end: first.end, tool: toolOf(place, rules.tables), place, rule: ruleOf(first) }]
}

/** @param place table and chain */
function toolOf(place: string, tables: readonly RuleTable[]): HostRefusal['tool'] {
  const [name = '', chain = ''] = place.split(' ')
  const table = tables.find((each) => each.name === name && each.chains.has(chain))
  if (table?.origin !== 'nft') return 'iptables'
  if (table.families.length > 1) return 'nft inet'
  return table.families[0] === 6 ? 'nft ip6' : 'nft ip'
}

type Stopped = Outcome & { readonly end: 'dropped' | 'rejected' }

const isStopped = (outcome: Outcome): outcome is Stopped =>
  outcome.end === 'dropped' || outcome.end === 'rejected'

function ruleOf({ steps }: Outcome): string {
  const step = steps.findLast(({ kind }) => kind === 'stopped')
  return step?.kind === 'stopped' ? step.rule : 'a rule'
}

const isLoopback = ({ family, value }: Ip): boolean => (family === 4 ? value >> 24n === 127n : value === 1n)
