// `--agents` and `--ssh`: the same questions from several nodes, put beside the facts that are there. A node that cannot take part is a
// fact, too, with its reason; it never makes the whole diagnosis fail.
import { randomBytes } from 'node:crypto'
import type { ServiceObject } from '../../config/objects/read-object.ts'
import { type AgentPlan, MOST } from '../../diagnose/agents/agent-plan.ts'
import { type AgentResult, readAgentResult } from '../../diagnose/agents/agent-result.ts'
import type { AgentOutcome } from '../../diagnose/agents/agents-state.ts'
import { type AgentPlans, planAgents } from '../../diagnose/agents/plan-agents.ts'
import { nodeAddresses } from '../../diagnose/agents/reach-targets.ts'
import {
  type ClusterFacts,
  itemsOf,
  type ProbeFacts,
  readPlane,
} from '../../diagnose/cluster/cluster-facts.ts'
import type { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { ShapeMismatch } from '../../diagnose/facts/shape.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { Ip } from '../../net/ip.ts'
import { routerQuestions } from '../diagnose-host-probes.ts'
import { type AgentsVoice, nodesIn, type OtherNodesRequest, timeoutMsOf } from './other-nodes-request.ts'
import { plannedRouter } from './planned-router.ts'

export interface OtherNodesQuestion {
  /** of the facts, with the focus on the Services in question */
  readonly view: ClusterView
  readonly services: readonly ServiceObject[]
  readonly client: Ip | undefined
  /** so many nodes when nothing is said */
  readonly usualNodes: number
}

/** What was gathered, or why not, for each node. */
export type Outcomes = ReadonlyMap<string, AgentOutcome>

/** @throws LbctlError `usage`; what fails on a node is a fact */
export async function withOtherNodes(
  request: OtherNodesRequest,
  question: OtherNodesQuestion,
  voice: AgentsVoice,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const { facts } = question.view
  const { plans, leftOut, notChosen } = await plansFor(request, question)
  const by = request.ssh === undefined ? 'pod' : 'ssh'
  const outcomes = await gather(request, question.view, plans, voice, signal)
  signal.throwIfAborted()
  const read = plans.map((plan) => readOutcome(plan, outcomes.get(plan.node)))
  return {
    ...facts,
    hosts: readPlane([...itemsOf(facts.hosts), ...read.flatMap(({ result }) => result?.host ?? [])]),
    probes: readPlane(
      [
        ...itemsOf(facts.probes),
        ...read.flatMap(({ result }) => result?.probes ?? []),
        ...read.map(({ node, reason, remedy, result }) =>
          agentProbe(node, { by, reason, remedy, notDone: result?.notDone ?? [] }),
        ),
        ...leftOut.map(({ node, reason }) =>
          agentProbe(node, { by, reason, remedy: undefined, notDone: [] }),
        ),
      ],
      notChosen === 0
        ? []
        : [
            `${plans.length} of ${question.view.nodes.size} nodes were asked to look; --agent-nodes names others, or says how many`,
          ],
    ),
  }
}

const agentProbe = (node: string, facts: Extract<ProbeFacts, { kind: 'agent' }>['facts']): ProbeFacts => ({
  kind: 'agent',
  vantage: `node ${node}`,
  node,
  facts,
})

async function gather(
  request: OtherNodesRequest,
  view: ClusterView,
  plans: readonly AgentPlan[],
  voice: AgentsVoice,
  signal: AbortSignal,
): Promise<Outcomes> {
  const timeoutMs = timeoutMsOf(request)
  if (request.ssh !== undefined) {
    const { agentsBySsh } = await import('./agents-by-ssh.ts')
    return agentsBySsh(
      plans,
      {
        user: request.ssh,
        command: request['ssh-command'] ?? 'ssh',
        lbctl: request['ssh-lbctl'] ?? 'lbctl',
        timeoutMs,
        addressOf: (node) => nodeAddresses(node, view)[0],
      },
      voice.tell,
      signal,
    )
  }
  const { agentsInPods } = await import('./agents-in-pods.ts')
  return agentsInPods(plans, { ...request, view, timeoutMs }, voice, signal)
}

interface ReadOutcome {
  readonly node: string
  readonly result: AgentResult | undefined
  readonly reason: string | undefined
  readonly remedy: string | undefined
}

function readOutcome({ node, run }: AgentPlan, outcome: AgentOutcome | undefined): ReadOutcome {
  const failed = (reason: string, remedy?: string): ReadOutcome => ({
    node,
    result: undefined,
    reason,
    remedy,
  })
  if (outcome === undefined) return failed('it was not asked')
  if (outcome.kind === 'failed') return failed(outcome.reason, outcome.remedy)
  try {
    const result = readAgentResult(outcome.value, run, node)
    return { node, result, reason: undefined, remedy: undefined }
  } catch (error) {
    if (!(error instanceof ShapeMismatch)) throw error
    return failed(
      `its answer cannot be read: ${error.message}`,
      'lbctl there has to be of this version; see --agent-image.',
    )
  }
}

/** @throws LbctlError `usage` for nodes that there are not */
export async function plansFor(
  request: OtherNodesRequest,
  { view, services, client, usualNodes }: OtherNodesQuestion,
): Promise<AgentPlans> {
  const questions = await routerQuestions(view)
  const made = planAgents(view, {
    run: randomBytes(6).toString('hex'),
    services,
    nodes: nodesIn(request['agent-nodes']),
    usualNodes,
    client,
    deadlineMs: Math.min(MOST.deadlineMs, Math.max(1000, timeoutMsOf(request) - 1000)),
    bySsh: request.ssh !== undefined,
    routersOf: (node) => questions(node).map(plannedRouter),
  })
  if (made.unknown.length > 0)
    throw new LbctlError('usage', `There is no node ${made.unknown.join(' and no node ')}.`, {
      hints: [`There is ${[...view.nodes.keys()].slice(0, 20).join(', ')}.`],
    })
  return made
}
