// Groups for neighbour discovery that this machine has joined, of addresses that somebody asked about: as the kernel says, in
// /proc/net/igmp6, by whichever process joined them.
import { type Ip, parseIp } from '../../../../net/ip.ts'
import { solicitedNodeAddress } from '../../../../wire/ndp/solicited-node.ts'
import type { HostFacts, HostQuestion } from '../../host-facts.ts'
import type { HostSurroundings } from './host-surroundings.ts'

/** index, name of the interface, group, users, flags, timer */
const LINE = /^\s*\d+\s+(\S+)\s+([0-9a-f]{32})\s/

export function joinedGroups(
  { services }: Pick<HostQuestion, 'services'>,
  { programs }: Pick<HostSurroundings, 'programs'>,
): HostFacts['solicitedNodes'] {
  const asked = [...new Set(services.map(({ address }) => address))].flatMap((address) => {
    const parsed = parseIp(address)
    return parsed?.family === 6 ? [{ address, group: hexOf(solicitedNodeAddress(parsed)) }] : []
  })
  if (asked.length === 0) return []
  const text = programs.read('/proc/net/igmp6')
  if (text === undefined) return undefined
  const joined = text.split('\n').flatMap((line) => {
    const [, name, group] = LINE.exec(line) ?? []
    return name === undefined ? [] : [{ name, group }]
  })
  return asked.map(({ address, group }) => ({
    address,
    interfaces: joined.filter((each) => each.group === group).map(({ name }) => name),
  }))
}

const hexOf = ({ value }: Ip): string => value.toString(16).padStart(32, '0')
