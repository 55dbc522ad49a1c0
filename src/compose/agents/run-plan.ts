// An agent at work: does on this node what the plan says, one thing after another, until all is done or the time is over. Reads the kernel,
// asks on the link, connects and closes. It changes nothing, and sends nothing for an address that is not in the plan.
import type { AgentPlan, PlannedRouter, ReachTarget } from '../../diagnose/agents/agent-plan.ts'
import { AGENT_RESULT_FORMAT, type AgentResult } from '../../diagnose/agents/agent-result.ts'
import { REACH_FACTS_FORMAT, type ReachedTarget } from '../../diagnose/agents/reach-facts.ts'
import type { BgpQuestion } from '../../diagnose/bgp/collect/bgp-question.ts'
import type { ProbeFacts } from '../../diagnose/cluster/cluster-facts.ts'
import type { HostFacts, HostQuestion } from '../../diagnose/cluster/host-facts.ts'
import { collectLink } from '../../diagnose/collect/collect-link.ts'
import { type GivenNode, SILENT_PROGRESS, type Surroundings } from '../../diagnose/collect/question.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp, type Ip, parseIp, sameIp } from '../../net/ip.ts'
import { type ReturnTarget, returnProbes, routerProbes } from '../diagnose-host-probes.ts'

export interface AgentSurroundings {
  readonly around: Surroundings
  readonly readHost: (question: HostQuestion, signal: AbortSignal) => Promise<HostFacts>
}

/** Pause between two connections, so that many targets are no burst. */
const SPACING_MS = 20
const CONNECT_MS = 2000
const LINK_MS = 1000

/** @param stop ends the agent early; what was found by then is the result */
export async function runPlan(
  plan: AgentPlan,
  { around, readHost }: AgentSurroundings,
  stop: AbortSignal,
): Promise<AgentResult> {
  const { node, run } = plan
  const end = AbortSignal.timeout(plan.deadlineMs)
  const signal = AbortSignal.any([stop, end])
  const probes: ProbeFacts[] = []
  const notDone: string[] = []
  let host: HostFacts | undefined
  if (plan.ask.length > 0 && !around.rights.has('CAP_NET_RAW'))
    notDone.push(
      'ARP and neighbour discovery: lbctl has no CAP_NET_RAW there, so it asked only as the kernel does; by ssh, log in as root, or say --ssh-lbctl "sudo -n lbctl"',
    )
  const parts: readonly (readonly [what: string, work: () => Promise<void>])[] = [
    [
      'links, routes and settings',
      async () => {
        host = await readHost(plan.host, signal)
      },
    ],
    ['ARP and neighbour discovery', () => askAll(plan, around, probes, signal)],
    ['connections', async () => void probes.push(...(await reachAll(plan, around, signal)))],
    [
      'routers',
      async () => {
        const questions = plan.routers.flatMap((router) => questionOf(router, node))
        probes.push(...(await routerProbes({ questions, node, netns: undefined }, SILENT_PROGRESS, signal)))
      },
    ],
    [
      'ways back',
      async () => void probes.push(...(await returnProbes(returnsOf(plan), node, around, SILENT_PROGRESS))),
    ],
  ]
  for (const [what, work] of parts) {
    try {
      if (!signal.aborted) await untilEnd(work(), signal)
    } catch (error) {
      if (!signal.aborted && !(error instanceof LbctlError)) throw error
      if (!signal.aborted) notDone.push(`${what}: ${(error as LbctlError).message.replace(/\.$/, '')}`)
    }
    if (signal.aborted) {
      notDone.push(`${what}: the time was over`)
      break
    }
  }
  return { format: AGENT_RESULT_FORMAT, run, node, probes, host, notDone }
}

/** Whatever the kernel does not answer: the agent does not wait for it beyond its time. */
function untilEnd(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    work.then(resolve, reject)
  })
}

const ipsOf = (addresses: readonly string[]): readonly Ip[] =>
  addresses.flatMap((address) => parseIp(address) ?? [])

async function askAll(
  plan: AgentPlan,
  around: Surroundings,
  probes: ProbeFacts[],
  signal: AbortSignal,
): Promise<void> {
  const nodes: readonly GivenNode[] = plan.nodes.map(({ name, addresses }) => ({
    name,
    addresses: ipsOf(addresses),
    macs: [],
  }))
  for (const { address, port } of plan.ask)
    for (const target of ipsOf([address])) {
      const question = {
        asked: address,
        target,
        interfaces: [],
        source: undefined,
        count: 3,
        intervalMs: 500,
        timeoutMs: LINK_MS,
        vlanId: undefined,
        unicastTo: undefined,
        port,
        // Which of them answered can be told from the same family only.
        nodes: nodes.map((each) => ({
          ...each,
          addresses: each.addresses.filter(({ family }) => family === target.family),
        })),
      }
      const facts = await collectLink(question, around, SILENT_PROGRESS, signal)
      if (signal.aborted) return
      probes.push({ kind: 'link', vantage: `node ${plan.node}`, node: plan.node, facts })
    }
}

async function reachAll(
  { reach, node }: AgentPlan,
  around: Surroundings,
  signal: AbortSignal,
): Promise<ProbeFacts[]> {
  if (reach.length === 0) return []
  const own = (await around.tables.addresses()).map(({ address }) => address)
  const under: Promise<ReachedTarget | undefined>[] = []
  for (const target of reach) {
    if (signal.aborted) break
    under.push(reachOne(target, own, around))
    await around.clock.sleep(SPACING_MS, signal)
  }
  const targets = (await Promise.all(under)).filter((each) => each !== undefined)
  return [{ kind: 'reach', vantage: `node ${node}`, node, facts: { format: REACH_FACTS_FORMAT, targets } }]
}

async function reachOne(
  { purpose, name, address, port }: ReachTarget,
  own: readonly Ip[],
  { probes }: Surroundings,
): Promise<ReachedTarget | undefined> {
  const destination = parseIp(address)
  // Itself it always reaches, and learns nothing.
  if (destination === undefined || own.some((each) => sameIp(each, destination))) return undefined
  const { result, code, icmp, elapsedMs } = await probes.reachTcp({
    destination,
    port,
    timeoutMs: CONNECT_MS,
  })
  const sender = icmp?.sender
  return {
    purpose,
    name,
    address,
    port,
    result,
    code,
    icmp:
      icmp === undefined
        ? undefined
        : {
            family: icmp.family,
            type: icmp.type,
            code: icmp.code,
            sender: sender === undefined ? undefined : formatIp(sender),
            fromOurselves: sender !== undefined && own.some((each) => sameIp(each, sender)),
          },
    elapsedMs,
  }
}

function questionOf(router: PlannedRouter, nodeName: string): readonly BgpQuestion[] {
  const { asked, name, zone, port, device, expected } = router
  const address = parseIp(router.address)
  if (address === undefined) return []
  return [
    {
      asked,
      name,
      address,
      zone,
      port,
      source: router.source === undefined ? undefined : parseIp(router.source),
      device,
      expected,
      routerId: undefined,
      nodeName,
      // It is not in the plan: a signed connection is not tried from here.
      password: undefined,
      timeoutMs: CONNECT_MS,
      handshake: false,
      offer: [],
      showRoutes: false,
      routerVendor: undefined,
      force: false,
    },
  ]
}

const returnsOf = ({ returns }: AgentPlan): readonly ReturnTarget[] =>
  returns.flatMap(({ address, client }) => {
    const [target, to] = [parseIp(address), parseIp(client)]
    return target === undefined || to === undefined || target.family !== to.family
      ? []
      : [{ target, client: to }]
  })
