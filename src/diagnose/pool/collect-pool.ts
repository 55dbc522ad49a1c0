// Gathers the facts of a scan: ways, interfaces, answers, nodes.
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp, type Ip, ip, parseIp } from '../../net/ip.ts'
import { formatRange, type IpRange, mergeRanges, rangeContains } from '../../net/prefix.ts'
import { examineInterface } from '../collect/examine-interface.ts'
import { ownAddressFact, readTables, type Tables } from '../collect/examine-route.ts'
import { resolveNodes } from '../collect/known-nodes.ts'
import { UNSPECIFIED_OF } from '../collect/probe-frame.ts'
import { probeRound } from '../collect/probe-round.ts'
import type { GivenNode, Surroundings } from '../collect/question.ts'
import type { ExaminedInterface, KnownNode } from '../facts/link-facts.ts'
import { rangeSize, rangesOfAddresses } from './address-list.ts'
import {
  type AddressUse,
  type NotTested,
  POOL_FACTS_FORMAT,
  type PoolDescription,
  type PoolFacts,
  type ScannedInterface,
} from './pool-facts.ts'
import { type RouteSegment, routeSegments } from './route-segments.ts'
import { type ScanOptions, type ScanProgress, type ScanResult, scan } from './scan.ts'
import { planScan, Refusals, type ScanPlan, specialAddresses } from './scan-plan.ts'

export interface PoolQuestion extends ScanOptions {
  /** as it was typed */
  readonly asked: string
  readonly pool: PoolDescription | undefined
  readonly ranges: readonly IpRange[]
  /** of a pool, for the report only */
  readonly tooLarge: readonly string[]
  /** empty: as the routes say */
  readonly interfaces: readonly string[]
  readonly uses: readonly AddressUse[] | undefined
  readonly nodes: readonly GivenNode[] | undefined
}

const NODE_TIMEOUT_MS = 500

/** @throws LbctlError without CAP_NET_RAW, or for an interface that this host does not have */
export async function collectPool(
  question: PoolQuestion,
  around: Surroundings,
  onProgress: (progress: ScanProgress) => void,
  signal: AbortSignal,
): Promise<PoolFacts> {
  const { tables } = around
  const read = await readTables(tables)
  checkInterfaces(question.interfaces, read)
  const ranges = mergeRanges(question.ranges)
  const isInRange = (address: Ip) => ranges.some((range) => rangeContains(range, address))
  const nameOf = (index: number | undefined) => read.links.find((link) => link.index === index)?.name
  const examined = await examineAll(around, read)
  const own = read.addresses
    .filter(({ address }) => isInRange(address))
    .map((each) => ownAddressFact(read, each))
  const segments = await routeSegments(tables, ranges)
  const plan = planScan({ segments, interfaceNames: question.interfaces, nameOf, examined, own })
  const result = await scan(plan.targets, question, { ...around, signal, onProgress })
  const subnets = [...new Set(plan.targets.map(({ interfaceName }) => interfaceName))].flatMap(
    (name) => examined.get(name)?.addresses ?? [],
  )
  return {
    format: POOL_FACTS_FORMAT,
    asked: question.asked,
    pool: question.pool,
    host: { name: around.hostName, netns: around.netns },
    ranges: ranges.map(formatRange),
    addressCount: Number(ranges.reduce((sum, range) => sum + rangeSize(range), 0n)),
    tooLarge: question.tooLarge,
    scan: {
      ratePerSecond: question.ratePerSecond,
      rounds: question.rounds,
      probesSent: result.probesSent,
      elapsedMs: result.elapsedMs,
    },
    interfaces: scannedInterfaces(plan, result, examined),
    notTested: [...plan.notTested, ...unsent(result)],
    own,
    special: specialAddresses(await tables.routes(), subnets, isInRange, nameOf),
    claims: result.claims,
    uses: question.uses?.filter(({ address }) => {
      const parsed = parseIp(address)
      return parsed !== undefined && isInRange(parsed)
    }),
    nodes: await findNodes(question.nodes, examined, read, around, signal),
    onNode: nodeOfThisHost(question.nodes, read),
  }
}

function checkInterfaces(names: readonly string[], { links }: Tables): void {
  const missing = names.find((name) => links.every((link) => link.name !== name))
  if (missing === undefined) return
  throw new LbctlError('usage', `This host has no interface "${missing}".`, {
    hints: [`It has ${links.map(({ name }) => name).join(', ')}.`],
  })
}

async function examineAll(around: Surroundings, read: Tables): Promise<Map<string, ExaminedInterface>> {
  const examined = await Promise.all(read.links.map((link) => examineInterface(around.facts, read, link)))
  return new Map(examined.map((each) => [each.name, each]))
}

function scannedInterfaces(
  { targets }: ScanPlan,
  { errors }: ScanResult,
  examined: ReadonlyMap<string, ExaminedInterface>,
): ScannedInterface[] {
  return [...new Set(targets.map(({ interfaceName }) => interfaceName))].map((name) => {
    const mine = targets.filter(({ interfaceName }) => interfaceName === name)
    return {
      name,
      mac: examined.get(name)?.mac ?? '',
      ranges: rangesOfAddresses(mine.map(({ address }) => address)),
      addressCount: mine.length,
      errors: errors.get(name) ?? [],
    }
  })
}

function unsent({ unsent: targets, errors }: ScanResult): NotTested[] {
  const refused = new Refusals()
  for (const { address, interfaceName } of targets) {
    const codes = (errors.get(interfaceName) ?? []).join(', ')
    const range = { family: address.family, first: address.value, last: address.value }
    refused.add(range, 'not-sent', `nothing could be sent on ${interfaceName} (${codes})`)
  }
  return refused.list()
}

/** The nodes that are on a link of this host are asked for; others keep the hardware addresses that were given. */
async function findNodes(
  given: readonly GivenNode[] | undefined,
  examined: ReadonlyMap<string, ExaminedInterface>,
  read: Tables,
  around: Surroundings,
  signal: AbortSignal,
): Promise<readonly KnownNode[] | undefined> {
  if (given === undefined) return undefined
  const neighbours = await around.tables.neighbours()
  const ask = async (address: Ip) => {
    const range: IpRange = { family: address.family, first: address.value, last: address.value }
    const answer = await around.tables.routeTo({ destination: address })
    const segments: RouteSegment[] = [{ range, answer }]
    const nameOf = (index: number | undefined) => read.links.find((link) => link.index === index)?.name
    const { targets } = planScan({ segments, interfaceNames: [], nameOf, examined, own: [] })
    const [target] = targets
    const mac = read.links.find(({ name }) => name === target?.interfaceName)?.mac
    const spec = {
      method: address.family === 4 ? ('arp-probe' as const) : ('ns-duplicate' as const),
      address,
      sender: UNSPECIFIED_OF[address.family],
      unicastTo: undefined,
      vlanId: undefined,
    }
    if (target === undefined || mac === undefined) return unasked(spec)
    const options = {
      purpose: 'node',
      count: 2,
      intervalMs: NODE_TIMEOUT_MS,
      timeoutMs: NODE_TIMEOUT_MS,
    } as const
    return probeRound({ ...spec, interfaceName: target.interfaceName, mac }, options, { ...around, signal })
  }
  return (await resolveNodes(given, { read, neighbours, ask })).nodes
}

const unasked = ({
  method,
  address,
  sender,
}: {
  method: 'arp-probe' | 'ns-duplicate'
  address: Ip
  sender: Ip
}) => ({
  purpose: 'node' as const,
  method,
  interface: '',
  address: formatIp(address),
  sender: formatIp(sender),
  unicastTo: undefined,
  vlanId: undefined,
  sent: 0,
  errors: [],
  replies: [],
})

const nodeOfThisHost = (given: readonly GivenNode[] | undefined, { addresses }: Tables): string | undefined =>
  given?.find((node) =>
    node.addresses.some(({ family, value }) =>
      addresses.some(
        ({ address }) => address.family === family && address.value === value && !isLoopback(address),
      ),
    ),
  )?.name

const isLoopback = (address: Ip): boolean =>
  address.family === 4 ? address.value >> 24n === 127n : address.value === ip(6, 1n).value
