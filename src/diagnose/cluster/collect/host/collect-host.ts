// The machine that this runs on → facts of one node. Reads, and sends nothing; what cannot be read is named with the reason.
import { formatIp, parseIp, sameIp } from '../../../../net/ip.ts'
import { formatPrefix } from '../../../../net/prefix.ts'
import type { Link, NetworkTables, Route, Rule, TcpSession } from '../../../ports/tables.ts'
import type {
  HostFacts,
  HostListener,
  HostNeighbour,
  HostQuestion,
  HostRoute,
  HostRule,
  HostSession,
} from '../../host-facts.ts'
import { joinedGroups } from './host-groups.ts'
import { hostLinks } from './host-links.ts'
import { hostRules } from './host-rules.ts'
import { hostSettings } from './host-settings.ts'
import type { HostSurroundings } from './host-surroundings.ts'

/** @throws LbctlError where the kernel does not answer at all */
export async function collectHost(question: HostQuestion, around: HostSurroundings): Promise<HostFacts> {
  const { tables, facts } = around
  const links = await tables.links()
  const host = await facts.host()
  const rules = await hostRules(question, around)
  const sockets = await socketsOf(around)
  return {
    node: question.node,
    links: await hostLinks(links, await tables.addresses(), facts),
    routes: routesOf(await tables.routes(), links),
    rules: (await tables.rules()).filter((rule) => !isOfEveryHost(rule)).map(ruleOf),
    sysctls: await hostSettings(links, around),
    machine: host.virtualPlatform ?? host.dmiProduct,
    neighbours: await neighboursOf(question, tables, links),
    ...sockets,
    solicitedNodes: joinedGroups(question, around),
    ...rules,
  }
}

const LOCAL_TABLE = 255

function routesOf(routes: readonly Route[], links: readonly Link[]): HostRoute[] {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  return routes
    .filter(({ table, type }) => table !== LOCAL_TABLE && type !== 'local')
    .flatMap(({ destination, nextHops, table, type, metric, protocol, mtu }) => {
      const hops = nextHops.length === 0 ? [undefined] : nextHops
      return hops.map((hop) => ({
        family: destination.family,
        destination: destination.length === 0 ? 'default' : formatPrefix(destination),
        type,
        gateway: hop?.gateway === undefined ? undefined : formatIp(hop.gateway),
        interface: hop?.interfaceIndex === undefined ? undefined : names.get(hop.interfaceIndex),
        table,
        metric,
        protocol,
        mtu,
        dead: hop?.dead === true,
      }))
    })
}

/** The three that look at the tables local, main and default. */
const isOfEveryHost = ({ priority, action, table, from, to, not }: Rule): boolean =>
  action === 'table' &&
  !not &&
  from === undefined &&
  to === undefined &&
  [
    [0, 255],
    [32_766, 254],
    [32_767, 253],
  ].some(([at, of]) => priority === at && table === of)

const ruleOf = ({ from, to, ...rule }: Rule): HostRule => ({
  ...rule,
  from: from === undefined ? undefined : formatPrefix(from),
  to: to === undefined ? undefined : formatPrefix(to),
})

async function neighboursOf(
  { neighbours }: HostQuestion,
  tables: NetworkTables,
  links: readonly Link[],
): Promise<HostNeighbour[]> {
  if (neighbours.length === 0) return []
  const wanted = neighbours.flatMap((text) => parseIp(text) ?? [])
  const names = new Map(links.map(({ index, name }) => [index, name]))
  return (await tables.neighbours())
    .filter(({ address, proxy }) => !proxy && wanted.some((each) => sameIp(each, address)))
    .map(({ address, mac, interfaceIndex, state }) => ({
      address: formatIp(address),
      mac,
      interface: names.get(interfaceIndex) ?? `interface ${interfaceIndex}`,
      state,
    }))
}

const BGP_PORT = 179
const GOSSIP_PORT = 7946

async function socketsOf({ tables, owners }: HostSurroundings): Promise<{
  readonly listeners: readonly HostListener[]
  readonly sessions: readonly HostSession[]
}> {
  const sockets = [...(await tables.tcpSessions(BGP_PORT)), ...(await tables.tcpSessions(GOSSIP_PORT))]
  const isOf = (port: number, { local, remote }: TcpSession): boolean =>
    local.port === port || remote.port === port
  const listening = sockets.filter(
    ({ state, local }) => state === 'listen' && [BGP_PORT, GOSSIP_PORT].includes(local.port),
  )
  const open = sockets.filter(
    (socket) => isOf(BGP_PORT, socket) && ['established', 'syn-sent'].includes(socket.state),
  )
  const found = owners([...listening, ...open].map(({ inode }) => inode))
  return {
    listeners: listening.map(({ local, inode }) => ({
      address: endText(local),
      program: found.get(inode)?.program,
    })),
    sessions: open.map(({ local, remote, state, inode }) => ({
      local: endText(local),
      remote: endText(remote),
      state,
      program: found.get(inode)?.program,
    })),
  }
}

const endText = ({ address, port }: TcpSession['local']): string =>
  `${address.family === 6 ? `[${formatIp(address)}]` : formatIp(address)}:${port}`
