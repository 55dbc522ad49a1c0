// What is asked once the owners are known: are several of them one machine, are they nodes, does the port answer.
import { formatIp, type Ip, parseIp, sameIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'
import { ownersOf } from '../checks/answers.ts'
import type { LinkFacts, ReachFacts } from '../facts/link-facts.ts'
import { resolveNodes } from './known-nodes.ts'
import type { ProbeDependencies } from './link-probes.ts'
import type { Prepared } from './prepared.ts'
import { planProbes } from './probe-plan.ts'
import { probeRound } from './probe-round.ts'
import type { LinkQuestion } from './question.ts'
import { sameMacEntries } from './same-mac.ts'
import { returnPaths } from './same-machine.ts'

const QUICK_MS = 500
/** Other addresses that are asked for to see whether two owners are one machine. */
const MOST_SIBLINGS = 4
/** The kernel gives up on a neighbour after 3 s; then it says so. */
const CONNECT_MS = 4_000
const DISCARD_PORT = 9

type Apart = Pick<LinkFacts, 'rounds' | 'sameMac' | 'returnPaths' | 'nodes'>

/** Who the owners are: nodes, one machine with several cards, or a machine with many addresses. */
export async function tellApart(
  facts: LinkFacts,
  question: LinkQuestion,
  prepared: Prepared,
  deps: ProbeDependencies,
): Promise<Apart> {
  const sameMac = sameMacEntries(facts, prepared.neighboursBefore)
  const [input] = prepared.plans
  const [spec] = input === undefined ? [] : planProbes({ ...input, unicastTo: undefined }).first
  const ask = (purpose: 'node' | 'sibling') => (address: Ip) => {
    if (spec === undefined) throw new Error('an address was asked for without an interface')
    const options = { purpose, count: 1, intervalMs: QUICK_MS, timeoutMs: QUICK_MS } as const
    return probeRound({ ...spec, address }, options, deps)
  }
  const canAsk = facts.rawFrames && spec !== undefined
  const known =
    question.nodes === undefined
      ? undefined
      : await resolveNodes(question.nodes, {
          read: prepared.read,
          neighbours: prepared.neighboursBefore,
          ask: canAsk && ownersOf(facts).length > 0 ? ask('node') : undefined,
        })
  if (known !== undefined)
    deps.progress.step(
      'nodes',
      `hardware addresses of ${known.nodes.filter(({ macs }) => macs.length > 0).length} of ${known.nodes.length} nodes are known`,
    )
  const rounds = [...facts.rounds, ...(known?.rounds ?? [])]
  const nodes = known?.nodes
  const owners = ownersOf({ ...facts, nodes })
  if (!canAsk || owners.length < 2) return { rounds, sameMac, nodes, returnPaths: [] }
  const others = [...new Set(sameMac.map(({ address }) => address))].flatMap((text) => parseIp(text) ?? [])
  const siblings: LinkFacts['rounds'][number][] = []
  for (const address of others.slice(0, MOST_SIBLINGS)) siblings.push(await ask('sibling')(address))
  return {
    rounds: [...rounds, ...siblings],
    sameMac,
    nodes,
    returnPaths: await pathsOf(owners, facts, question, prepared, deps),
  }
}

async function pathsOf(
  owners: ReturnType<typeof ownersOf>,
  facts: LinkFacts,
  question: LinkQuestion,
  { plans, examined }: Prepared,
  deps: ProbeDependencies,
): Promise<LinkFacts['returnPaths']> {
  const input = plans.find(({ link }) => owners.every(({ interfaces }) => interfaces.includes(link.name)))
  const mac = input?.link.mac === undefined ? undefined : parseMac(input.link.mac)
  // From the source that the kernel would use, so that the answer finds its way; another VLAN has none.
  const source = question.source ?? input?.routeSource
  if (input === undefined || mac === undefined || source === undefined || facts.examined.role === 'gateway')
    return []
  if (question.vlanId !== undefined || source.family !== examined.family) return []
  return returnPaths(
    {
      interfaceName: input.link.name,
      from: { mac, ip: source },
      address: examined,
      port: question.port ?? DISCARD_PORT,
      macs: owners.map((owner) => owner.mac),
      timeoutMs: QUICK_MS,
    },
    deps,
  )
}

export async function askPort(
  question: LinkQuestion,
  port: number,
  { read }: Prepared,
  deps: ProbeDependencies,
): Promise<ReachFacts> {
  const { target, source, timeoutMs, interfaces } = question
  const [interfaceName] = interfaces === 'all' ? [] : interfaces
  deps.progress.step('port', `TCP connection to ${formatIp(target)} port ${port}`)
  const outcome = await deps.probes.reachTcp({
    destination: target,
    port,
    timeoutMs: Math.max(CONNECT_MS, timeoutMs),
    ...(source === undefined ? {} : { source }),
    ...(interfaceName === undefined ? {} : { interfaceName }),
  })
  const { icmp } = outcome
  const own = (ip: Ip | undefined) =>
    ip !== undefined && read.addresses.some(({ address }) => sameIp(address, ip))
  return {
    port,
    result: outcome.result,
    code: outcome.code,
    icmp:
      icmp === undefined
        ? undefined
        : {
            family: icmp.family,
            type: icmp.type,
            code: icmp.code,
            sender: icmp.sender === undefined ? undefined : formatIp(icmp.sender),
            fromOurselves: own(icmp.sender),
          },
    elapsedMs: outcome.elapsedMs,
  }
}
