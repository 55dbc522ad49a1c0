// Gathers the facts of a route: the kernel's decision and what led to it, the next hop, the way back, the port.
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp, type Ip, parseIp, sameIp } from '../../net/ip.ts'
import { entriesFor } from '../collect/collect-link.ts'
import { examineInterface } from '../collect/examine-interface.ts'
import { examineRoute, ownAddressOf, readTables, type Tables } from '../collect/examine-route.ts'
import type { Progress, Surroundings } from '../collect/question.ts'
import type { ExaminedInterface, RouteFacts } from '../facts/link-facts.ts'
import type { Link, RouteAnswer } from '../ports/tables.ts'
import { type FibAnswer, type FibTables, lookUp } from './fib.ts'
import { decisionOf, returnPathOf } from './return-path.ts'
import {
  type DecisionFacts,
  type MtuFacts,
  ROUTE_FACTS_FORMAT,
  type RouteDiagnosisFacts,
  type RouteReach,
} from './route-facts.ts'

export interface RouteQuestion {
  /** as it was typed */
  readonly asked: string
  readonly target: Ip
  /** of this host */
  readonly source: Ip | undefined
  /** the request of a client comes in by this one */
  readonly interfaceName: string | undefined
  /** packets leave by this one: a link-local target has no other way */
  readonly outputInterface?: string | undefined
  readonly client: Ip | undefined
  readonly port: { readonly protocol: 'tcp' | 'udp'; readonly number: number } | undefined
  readonly timeoutMs: number
}

/** @throws LbctlError `usage` for an interface or a source that this host does not have */
export async function collectRoute(
  question: RouteQuestion,
  around: Surroundings,
  progress: Pick<Progress, 'step'>,
): Promise<RouteDiagnosisFacts> {
  const { tables } = around
  const { target, source } = question
  const read = await readTables(tables)
  const given = question.interfaceName === undefined ? undefined : linkNamed(question.interfaceName, read)
  if (source !== undefined && ownAddressOf(read, source) === undefined)
    throw new LbctlError('usage', `${formatIp(source)} is not an address of this host.`)
  const output =
    question.outputInterface === undefined ? undefined : linkNamed(question.outputInterface, read)
  const asked = {
    destination: target,
    ...(source === undefined ? {} : { source }),
    ...(output === undefined ? {} : { outputInterface: output.index }),
  }
  const [route, answer] = await Promise.all([examineRoute(tables, read, asked), tables.routeTo(asked)])
  const fib: FibTables = {
    rules: await tables.rules(),
    routes: await tables.routes(),
    vrfTables: vrfTables(read.links),
  }
  const way = lookUp({ destination: target, source, inputInterface: undefined, outputInterface: output }, fib)
  const link = read.links.find(({ name }) => route.found && name === route.interface)
  const examined = link === undefined ? undefined : await examineInterface(around.facts, read, link)
  const own = ownAddressOf(read, target)
  const nextHop = nextHopOf(route, target)
  progress.step('route', stepText(route, question))
  const reach =
    question.port === undefined ? undefined : await tryPort(question, question.port, read, around, progress)
  const { client } = question
  return {
    format: ROUTE_FACTS_FORMAT,
    target: { asked: question.asked, address: formatIp(target), family: target.family },
    host: { name: around.hostName, netns: around.netns },
    route,
    decidedBy: agreed(way, answer),
    interface: examined,
    own,
    nextHop,
    neighbours:
      nextHop === undefined
        ? []
        : entriesFor(await tables.neighbours(), [parseIp(nextHop.address) ?? target], read),
    mtu: examined === undefined ? undefined : mtuOf(examined, way, route.mtu),
    returnPath:
      client === undefined
        ? undefined
        : await returnPathOf({ client, target, given, own, route, read, fib, around }),
    reach,
  }
}

function linkNamed(name: string, { links }: Tables): Link {
  const link = links.find((each) => each.name === name)
  if (link !== undefined) return link
  throw new LbctlError('usage', `This host has no interface "${name}".`, {
    hints: [`It has ${links.map((each) => each.name).join(', ')}.`],
  })
}

const vrfTables = (links: readonly Link[]): Map<string, number> =>
  new Map(
    links.flatMap((link) => {
      const vrf = link.vrfTable ?? links.find(({ index }) => index === link.masterIndex)?.vrfTable
      return vrf === undefined ? [] : [[link.name, vrf]]
    }),
  )

function nextHopOf(route: RouteFacts, target: Ip): RouteDiagnosisFacts['nextHop'] {
  if (!route.found || route.type !== 'unicast') return undefined
  return route.gateway === undefined
    ? { address: formatIp(target), role: 'target' }
    : { address: route.gateway, role: 'gateway' }
}

/** What we retraced counts only where it ends where the kernel's own answer does: rules may hold what we do not see. */
function agreed(way: FibAnswer, answer: RouteAnswer): DecisionFacts | undefined {
  if (!answer.found)
    return way.kind === 'route' && way.route.nextHops.length > 0 ? undefined : decisionOf(way)
  return way.kind === 'route' && way.route.table === answer.table ? decisionOf(way) : undefined
}

function mtuOf(examined: ExaminedInterface, way: FibAnswer, known: number | undefined): MtuFacts {
  const onRoute = way.kind === 'route' ? way.route.mtu : undefined
  const path = known !== undefined && known !== onRoute && known < examined.mtu ? known : undefined
  return { interface: examined.mtu, route: onRoute, path }
}

function stepText(route: RouteFacts, { target }: RouteQuestion): string {
  if (!route.found) return `no route to ${formatIp(target)}: ${route.code ?? 'refused'}`
  return `${formatIp(target)} ${route.gateway === undefined ? '' : `through ${route.gateway} `}on ${route.interface ?? 'an interface'}`
}

async function tryPort(
  { target, source, timeoutMs }: RouteQuestion,
  { protocol, number }: NonNullable<RouteQuestion['port']>,
  read: Tables,
  { probes }: Surroundings,
  progress: Pick<Progress, 'step'>,
): Promise<RouteReach> {
  progress.step('port', `${protocol.toUpperCase()} to ${formatIp(target)} port ${number}`)
  const question = {
    destination: target,
    port: number,
    timeoutMs,
    ...(source === undefined ? {} : { source }),
  }
  const outcome = await (protocol === 'tcp' ? probes.reachTcp(question) : probes.reachUdp(question))
  const { icmp } = outcome
  const sender = icmp?.sender
  return {
    protocol,
    port: number,
    source: source === undefined ? undefined : formatIp(source),
    result: outcome.result,
    code: outcome.code,
    icmp:
      icmp === undefined
        ? undefined
        : {
            family: icmp.family,
            type: icmp.type,
            code: icmp.code,
            sender: sender === undefined ? undefined : formatIp(sender),
            fromOurselves:
              sender !== undefined && read.addresses.some(({ address }) => sameIp(address, sender)),
          },
    elapsedMs: outcome.elapsedMs,
  }
}
