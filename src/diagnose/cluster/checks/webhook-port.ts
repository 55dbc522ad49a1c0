// F02: whether nodes reach the port that the API server calls before it stores a pool. The API server runs on the control plane and calls
// from there, so what those nodes see counts; another node that does not get through tells of the Pod network.
import { type ClusterCheck, type ClusterDraft, failOr, pass, skip, unknown } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { absentNodes, probesOf } from '../probed-services.ts'
import { counted, listed } from '../wording.ts'
import { outcomeText, type ReachTry } from './reach-try.ts'

export const webhookPort: ClusterCheck = {
  id: 'webhook-port',
  code: 'F02',
  link: 'installation',
  title: "nodes reach the port of MetalLB's webhook",
  needs: ['probes', 'nodes'],
  evaluate: (view) => {
    const tries = probesOf(view, 'reach').flatMap(({ node, facts }) =>
      facts.targets
        .filter(({ purpose }) => purpose === 'webhook')
        .map((target): ReachTry => ({ from: node, to: target.name, target })),
    )
    const absent = absentNodes(view)
    if (tries.length === 0 && absent !== undefined) return unknown(absent)
    if (tries.length === 0) return skip('it was tried from no node (--agents, --ssh)')
    const failed = tries.filter(({ target }) => target.result !== 'connected')
    if (failed.length > 0) return failOr([problem(failed, tries, view)], '')
    return absent === undefined ? pass(`from ${counted(tries.length, 'node')}`) : unknown(absent)
  },
}

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

function problem(failed: readonly ReachTry[], tries: readonly ReachTry[], view: ClusterView): ClusterDraft {
  const nodes = [...new Set(failed.map(({ from }) => from))].sort()
  const ports = [...new Set(failed.map(({ target }) => `${target.address}:${target.port}`))]
  const isServer = (name: string): boolean =>
    CONTROL_PLANE.some((label) => view.nodes.get(name)?.labels[label] !== undefined)
  const servers = nodes.filter(isServer)
  const everybody = failed.length === tries.length
  const stops = everybody || servers.length > 0
  const refused = failed.every(({ target }) => target.code === 'ECONNREFUSED')
  const port = failed[0]?.target.port ?? 9443
  return {
    code: 'F02',
    title: `${everybody ? 'No node that was asked' : listed(servers.length > 0 ? servers : nodes)} ${everybody ? 'reaches' : 'does not reach'} the webhook at ${listed(ports)}${stops ? ', so no pool and no advertisement can be applied' : ''}.`,
    severity: stops ? 'error' : 'warning',
    confidence: stops && servers.length > 0 ? 'likely' : 'possible',
    // What was stored before goes on working.
    breaks: 'some day',
    subject: `port ${port} of ${failed[0]?.to ?? 'the webhook'}`,
    evidence: [
      ...failed
        .slice(0, 6)
        .map(
          (each) =>
            `from ${each.from}${isServer(each.from) ? ' (control plane)' : ''} to ${each.target.address}:${each.target.port}: ${outcomeText(each)}`,
        ),
      ...(failed.length > 6 ? [`and ${failed.length - 6} more`] : []),
      ...(everybody
        ? []
        : [
            `it is reached from ${listed([...new Set(tries.filter((each) => !failed.includes(each)).map(({ from }) => from))])}`,
          ]),
    ],
    cause: refused
      ? 'Nothing listens there: the controller serves its webhook on another port, or not at all.'
      : 'Packets from the host of the API server to the Pod network are dropped by a firewall or a NetworkPolicy, or the CNI does not lead them there.',
    fix: [
      refused
        ? {
            text: 'See on which port the controller serves, and what its Service leads to.',
            command: `kubectl get pods,services,endpointslices -A -o wide | grep -iE "metallb.*(controller|webhook)"`,
          }
        : {
            text: `Let TCP port ${port} of the Pods through from the hosts of the API server, in the firewalls of the nodes and in NetworkPolicies of the namespace.`,
            command: `nft list ruleset | grep -nE "${port}|drop|reject"; kubectl get networkpolicies -A`,
          },
    ],
    candidates: refused ? ['F04'] : ['F34'],
    affects: [],
  }
}
