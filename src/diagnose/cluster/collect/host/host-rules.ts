// Rules of the packet filter: what becomes of connections that a node must let through, and of those to Services.
import { type IpFamily, parseIp } from '../../../../net/ip.ts'
import { type MachineRules, pathOn, readMachineRules } from '../../../path/collect-path.ts'
import type { RuleSourceFacts } from '../../../path/path-facts.ts'
import type { HostFacts, HostPacket, HostQuestion } from '../../host-facts.ts'
import { followPackets, type PacketsOfFamily } from './follow-packets.ts'
import type { HostSurroundings } from './host-surroundings.ts'

type RuleFacts = Pick<HostFacts, 'firewall' | 'paths' | 'notRead'>

/** No program is run when nothing was asked about. */
export async function hostRules(
  { packets, services }: HostQuestion,
  around: HostSurroundings,
): Promise<RuleFacts> {
  const families = familiesOf([...packets.map(({ peer }) => peer), ...services.map(({ address }) => address)])
  const read = new Map<IpFamily, MachineRules>()
  for (const family of families) read.set(family, await readMachineRules(family, around))
  const paths = services.flatMap(({ address, port, protocol }) => {
    const target = parseIp(address)
    const rules = target === undefined ? undefined : read.get(target.family)
    if (target === undefined || rules === undefined) return []
    const asked = { asked: address, target, port, protocol, client: undefined, inInterface: undefined }
    return [pathOn({ ...asked, endsOnly: true }, rules)]
  })
  const refused = notReadOf([...read.values()].flatMap(({ notRead }) => notRead))
  // Programs that are not installed have made no rules; those that may not be read hide them.
  const known = packets.length > 0 && refused.length === 0
  return {
    firewall: known
      ? followPackets(packetsByFamily(packets, read, await arrivalsOf(packets, around)))
      : undefined,
    paths,
    notRead: refused,
  }
}

const familiesOf = (addresses: readonly string[]): ReadonlySet<IpFamily> =>
  new Set(addresses.flatMap((text) => parseIp(text)?.family ?? []))

const packetsByFamily = (
  packets: readonly HostPacket[],
  read: ReadonlyMap<IpFamily, MachineRules>,
  arrivals: ReadonlyMap<string, string>,
): readonly PacketsOfFamily[] =>
  [...read].map(([family, rules]) => ({
    rules,
    packets: packets.filter(({ peer }) => parseIp(peer)?.family === family),
    arrivals,
  }))

/** A peer's packets come by the link that the route to it leads to, unless somebody took care that they do not. */
async function arrivalsOf(
  packets: readonly HostPacket[],
  { tables }: HostSurroundings,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map((await tables.links()).map(({ index, name }) => [index, name]))
  const arrivals = new Map<string, string>()
  for (const peer of new Set(packets.map((packet) => packet.peer))) {
    const destination = parseIp(peer)
    const route = destination === undefined ? undefined : await tables.routeTo({ destination })
    const name = route?.found === true ? names.get(route.interfaceIndex ?? 0) : undefined
    if (name !== undefined) arrivals.set(peer, name)
  }
  return arrivals
}

const notReadOf = (sources: readonly RuleSourceFacts[]): HostFacts['notRead'] => {
  const reasons = new Map(
    sources
      .filter(({ result }) => result !== 'not installed')
      .map(({ name, result, note }) => [name, `${result}${note === undefined ? '' : `, ${note}`}`]),
  )
  return [...reasons].map(([name, reason]) => ({ what: `what ${name} would print`, reason }))
}
