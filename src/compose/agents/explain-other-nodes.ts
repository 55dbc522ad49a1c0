// What `--agents` and `--ssh` would do, in lines, before they do it: which Pods, and which packets from where.
import { keeperNameOf } from '../../diagnose/agents/agent-keeper.ts'
import type { AgentPlan } from '../../diagnose/agents/agent-plan.ts'
import { podNameOf } from '../../diagnose/agents/agent-pod.ts'
import { nodeAddresses } from '../../diagnose/agents/reach-targets.ts'
import { listed } from '../../diagnose/cluster/wording.ts'
import { sshTarget } from './agents-by-ssh.ts'
import { AT_ONCE, podSettings } from './agents-in-pods.ts'
import { type OtherNodesQuestion, plansFor } from './other-nodes.ts'
import { type OtherNodesRequest, timeoutMsOf } from './other-nodes-request.ts'

/** @throws LbctlError `usage` */
export async function explainOtherNodes(
  request: OtherNodesRequest,
  question: OtherNodesQuestion,
): Promise<readonly string[]> {
  const { plans, leftOut, notChosen } = await plansFor(request, question)
  return [
    ...(notChosen === 0
      ? []
      : [
          `${plans.length} of ${question.view.nodes.size} nodes take part; --agent-nodes names others, or says how many`,
        ]),
    ...(request.ssh === undefined && plans.length > AT_ONCE
      ? [
          `${AT_ONCE} Pods at a time: at most ${Math.ceil(plans.length / AT_ONCE) * Math.ceil(timeoutMsOf(request) / 1000)} s for ${plans.length} nodes`,
        ]
      : []),
    ...(request.ssh === undefined && plans.length > 0 ? [jobLine(request, question)] : []),
    ...plans.flatMap((plan, index) => [
      request.ssh === undefined
        ? podLine(plan, index, request, question)
        : sshLine(plan, request.ssh, request, question),
      ...packetsOf(plan).map((line) => `  from ${plan.node}: ${line}`),
    ]),
    ...leftOut.map(({ node, reason }) => `nothing on ${node}: ${reason}`),
  ]
}

function jobLine(request: OtherNodesRequest, { view }: OtherNodesQuestion): string {
  const { namespace } = podSettings({ ...request, view, timeoutMs: timeoutMsOf(request) })
  return `create Job ${namespace}/${keeperNameOf('RUN')}, which starts nothing and owns the Pods: if lbctl is killed, Kubernetes deletes it, and with it the Pods; delete it`
}

function podLine(
  plan: AgentPlan,
  index: number,
  request: OtherNodesRequest,
  { view }: OtherNodesQuestion,
): string {
  const settings = podSettings({ ...request, view, timeoutMs: timeoutMsOf(request) })
  const name = podNameOf({ run: 'RUN' }, index)
  return `create Pod ${settings.namespace}/${name} on ${plan.node}: image ${settings.image}, network of the node, capability NET_RAW, ended by the cluster after ${settings.deadlineSeconds} s at the latest; read its log; delete it`
}

function sshLine(
  plan: AgentPlan,
  user: string,
  request: OtherNodesRequest,
  { view }: OtherNodesQuestion,
): string {
  const addressOf = (node: string): string | undefined => nodeAddresses(node, view)[0]
  const command = request['ssh-command'] ?? 'ssh'
  const lbctl = request['ssh-lbctl'] ?? 'lbctl'
  return `run on ${plan.node}: ${command} ${sshTarget({ user, command, lbctl, timeoutMs: 0, addressOf }, plan.node)} ${lbctl} agent run`
}

export function packetsOf({ ask, nodes, reach, routers, returns }: AgentPlan): readonly string[] {
  const gossip = reach.filter(({ purpose }) => purpose === 'gossip')
  const webhook = reach.filter(({ purpose }) => purpose === 'webhook')
  return [
    ask.length === 0
      ? []
      : `ARP or neighbour discovery for ${listed(ask.map(({ address }) => address))}, and for ${listed(nodes.map(({ name }) => name))} to tell who answers; TCP to the port of the Service`,
    gossip.length === 0
      ? []
      : `TCP to port ${gossip[0]?.port} of ${listed(gossip.map(({ name }) => name))}, closed without a byte`,
    webhook.map(({ name, address, port }) => `TCP to ${address}:${port} of ${name}, closed without a byte`),
    routers.map(
      ({ asked, address, port }) =>
        `TCP to the router ${asked} (${address}:${port}) unless there is a session; no OPEN is sent`,
    ),
    returns.map(({ address, client }) => `look up the way from ${address} back to ${client}; no packet`),
    'read links, routes, settings and sockets of the kernel, and its rules where CAP_NET_ADMIN is there (by ssh as root)',
  ].flat()
}
