// Gathers the facts of `diagnose arp` and `diagnose ndp`, step by step. Changes nothing on the host or the network: frames go
// out from the unspecified address or from an address of this host, and nothing is ever announced.
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp, type Ip, ipBits, parseIp, sameIp } from '../../net/ip.ts'
import { isResolved } from '../checks/answers.ts'
import {
  type ExaminedInterface,
  LINK_FACTS_FORMAT,
  type LinkFacts,
  type NeighbourEntry,
  type RouteFacts,
} from '../facts/link-facts.ts'
import { isGroupRoute, obstacleOf } from '../link-layer.ts'
import type { Link, Neighbour } from '../ports/tables.ts'
import { examineInterface } from './examine-interface.ts'
import { examineRoute, ownAddressOf, readTables, type Tables } from './examine-route.ts'
import { askOwners } from './link-probes.ts'
import type { Prepared } from './prepared.ts'
import { type PlanInput, planProbes } from './probe-plan.ts'
import type { LinkQuestion, Progress, Surroundings } from './question.ts'
import { describeInterface, describeNeighbours, describeRoute } from './step-texts.ts'

/** Reads the tables of the kernel; sends nothing. @throws LbctlError `usage` for interfaces and sources that are not there */
export async function prepareLink(
  question: LinkQuestion,
  around: Surroundings,
  progress: Pick<Progress, 'step'>,
): Promise<Prepared> {
  const { tables } = around
  const { target } = question
  const read = await readTables(tables)
  const chosen = chosenLinks(question, read)
  const [only] = chosen ?? []
  const route = await examineRoute(tables, read, {
    destination: target,
    ...(question.source === undefined ? {} : { source: question.source }),
    ...(chosen?.length === 1 && only !== undefined ? { outputInterface: only.index } : {}),
  })
  progress.step('route', describeRoute(route, target))
  const own = ownAddressOf(read, target) ?? localRoute(route, target)
  const links = chosen ?? routeLinks(route, read, own?.dadFailed === true ? own.interface : undefined)
  const interfaces = await Promise.all(links.map((link) => examineInterface(around.facts, read, link)))
  for (const link of interfaces) progress.step('interface', describeInterface(link))
  // With --interface the user says that the address is on that link.
  const gateway = chosen === undefined && route.gateway !== undefined ? parseIp(route.gateway) : undefined
  const examined = gateway?.family === target.family ? gateway : target
  checkSource(question, interfaces, read)
  const neighboursBefore = await tables.neighbours()
  const isNobodys = (own !== undefined && !own.dadFailed) || isGroupRoute(route)
  const usable = isNobodys ? [] : interfaces.filter((link) => obstacleOf(link) === undefined)
  const remembered = (link: ExaminedInterface): string | undefined =>
    entriesFor(neighboursBefore, [examined], read).find(
      (entry) => entry.interface === link.name && isResolved(entry.state),
    )?.mac
  const plans = usable.map(
    (link): PlanInput => ({
      link,
      address: examined,
      source: question.source,
      routeSource:
        link.name === route.interface && route.source !== undefined ? parseIp(route.source) : undefined,
      unicastTo: question.unicastTo,
      vlanId: question.vlanId,
      remembered: remembered(link),
    }),
  )
  progress.step('neighbour', describeNeighbours(entriesFor(neighboursBefore, [examined], read), examined))
  return { read, route, interfaces, own, examined, neighboursBefore, plans }
}

export async function collectLink(
  question: LinkQuestion,
  around: Surroundings,
  progress: Progress,
  signal: AbortSignal,
): Promise<LinkFacts> {
  const prepared = await prepareLink(question, around, progress)
  const { read, route, examined, neighboursBefore } = prepared
  const rawFrames = around.rights.has('CAP_NET_RAW')
  const host = await around.facts.host()
  const deps = { ...around, progress, signal }
  const facts: LinkFacts = {
    format: LINK_FACTS_FORMAT,
    target: { asked: question.asked, address: formatIp(question.target), family: question.target.family },
    host: { name: around.hostName, netns: around.netns, virtualPlatform: host.virtualPlatform },
    rawFrames,
    route,
    interfaces: prepared.interfaces,
    interfacesGiven: question.interfaces.length > 0,
    own: prepared.own,
    examined: { address: formatIp(examined), role: sameIp(examined, question.target) ? 'target' : 'gateway' },
    neighbourBefore: entriesFor(neighboursBefore, [examined], read),
    neighbourAfter: [],
    rounds: rawFrames
      ? await askOwners(
          prepared.plans.map((input) => planProbes(input)),
          question,
          deps,
        )
      : [],
    kernelResolution: rawFrames ? undefined : await resolution(prepared, around, signal),
    sameMac: [],
    returnPaths: [],
    reach: undefined,
    nodes: undefined,
  }
  // Loaded when the first probes have been sent, which should not wait for it.
  const { askPort, tellApart } = await import('./owner-questions.ts')
  const apart = await tellApart(facts, question, prepared, deps)
  const reach =
    question.port === undefined ? undefined : await askPort(question, question.port, prepared, deps)
  const neighboursAfter = await around.tables.neighbours()
  return {
    ...facts,
    ...apart,
    reach,
    neighbourAfter: entriesFor(neighboursAfter, [examined], read),
  }
}

async function resolution(
  { plans, read, examined }: Prepared,
  around: Surroundings,
  signal: AbortSignal,
): Promise<LinkFacts['kernelResolution']> {
  const [plan] = plans
  if (plan === undefined) return undefined
  const { name: interfaceName } = plan.link
  const asked = {
    interfaceName,
    interfaceIndex: read.links.find(({ name }) => name === interfaceName)?.index,
  }
  const { letKernelResolve } = await import('./kernel-resolution.ts')
  const { interfaceIndex, ...rest } = await letKernelResolve(around, examined, asked, signal)
  return { interface: read.links.find((link) => link.index === interfaceIndex)?.name, ...rest }
}

/** 127.0.0.2 and the like: this host answers for it though no interface lists it. */
function localRoute({ type, interface: on }: RouteFacts, target: Ip): LinkFacts['own'] {
  if (type !== 'local') return undefined
  const prefixLength = ipBits(target.family)
  const usable = { linkLocal: false, tentative: false, dadFailed: false }
  return { interface: on ?? 'lo', address: formatIp(target), prefixLength, ...usable }
}

/** undefined: the user named none. */
function chosenLinks({ interfaces }: LinkQuestion, { links }: Tables): Link[] | undefined {
  if (interfaces === 'all')
    return links.filter(({ flags, mac }) => flags.up && !flags.loopback && mac !== undefined)
  if (interfaces.length === 0) return undefined
  return [...new Set(interfaces)].map((name) => {
    const link = links.find((each) => each.name === name)
    if (link !== undefined) return link
    throw new LbctlError('usage', `This host has no interface "${name}".`, {
      hints: [`It has ${links.map((each) => each.name).join(', ')}.`],
    })
  })
}

/** The route's interface, and the others on whose link the address could be just as well. */
function routeLinks(route: RouteFacts, { links }: Tables, ofDuplicate: string | undefined): Link[] {
  const named = (name: string | undefined) =>
    links.filter((link) => link.name === name && !link.flags.loopback)
  const overlapping = route.gateway === undefined ? route.onLink : []
  const longest = overlapping[0]?.prefix
  const names = [
    ...(route.found ? [route.interface] : []),
    ...overlapping.filter(({ prefix }) => prefix === longest).map((each) => each.interface),
    ofDuplicate,
  ]
  return [...new Set(names.flatMap(named))]
}

/** Nothing is sent from an address that this host does not have. */
function checkSource({ source }: LinkQuestion, interfaces: readonly ExaminedInterface[], read: Tables): void {
  if (source === undefined) return
  const text = formatIp(source)
  const usable = interfaces.some((link) =>
    link.addresses.some((own) => own.address === text && !own.tentative && !own.dadFailed),
  )
  if (usable) return
  const elsewhere = ownAddressOf(read, source)
  throw new LbctlError(
    'usage',
    elsewhere === undefined
      ? `${text} is not an address of this host, and asking from somebody else's address would take it over.`
      : `${text} is an address of ${elsewhere.interface}, not of the interface that is asked on, or is not usable now.`,
    { hints: ["Without --source, lbctl asks from the unspecified address, which changes nobody's tables."] },
  )
}

export function entriesFor(
  neighbours: readonly Neighbour[],
  addresses: readonly Ip[],
  read: Tables,
): NeighbourEntry[] {
  return neighbours
    .filter(({ address, proxy }) => !proxy && addresses.some((each) => sameIp(each, address)))
    .map(({ interfaceIndex, address, mac, state }) => ({
      interface:
        read.links.find(({ index }) => index === interfaceIndex)?.name ?? `interface ${interfaceIndex}`,
      address: formatIp(address),
      mac,
      state,
    }))
}
