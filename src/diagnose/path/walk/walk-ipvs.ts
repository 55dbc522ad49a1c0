// What IPVS does with a packet that has reached this host: it looks at destination, protocol and port only, behind the filters
// of INPUT. kube-proxy puts every address of a Service on the interface kube-ipvs0, so that the packets get there.
import { sameIp } from '../../../net/ip.ts'
import { endpointText, type VirtualServer } from '../read/ipvs-table.ts'
import type { Packet } from './packet.ts'
import type { TrailStep } from './trail.ts'
import type { Outcome } from './walk-hooks.ts'

/** @param outcomes what the packet filter made of it: only what arrives at this host is seen by IPVS */
export function ipvsOutcomes(
  outcomes: readonly Outcome[],
  packet: Packet,
  servers: readonly VirtualServer[],
): Outcome[] {
  const server = servers.find(
    ({ address, port, protocol }) =>
      sameIp(address, packet.destination) && port === packet.port && protocol === packet.protocol,
  )
  if (server === undefined) return [...outcomes]
  return outcomes.flatMap((outcome) => (outcome.end === 'host' ? balanced(outcome, server) : [outcome]))
}

function balanced(outcome: Outcome, server: VirtualServer): Outcome[] {
  const total = server.servers.reduce((sum, { weight }) => sum + weight, 0)
  const into: TrailStep = {
    kind: 'chain',
    table: 'ipvs',
    chain: `virtual server ${endpointText(server)}`,
    comment: `scheduler ${server.scheduler}`,
  }
  if (total === 0) return [refused(outcome, into)]
  return server.servers
    .filter(({ weight }) => weight > 0)
    .map((real) => {
      const endpoint = endpointText(real)
      return {
        ...outcome,
        end: 'endpoint',
        endpoint,
        probability: (outcome.probability * real.weight) / total,
        steps: [...outcome.steps, into, { kind: 'endpoint', endpoint }],
      }
    })
}

/** IPVS has no socket that could send a reset: it answers with ICMP port unreachable. */
function refused(outcome: Outcome, into: TrailStep): Outcome {
  const stop: TrailStep = {
    kind: 'stopped',
    result: 'rejected',
    rule: 'the virtual server has no endpoint',
    comment: undefined,
  }
  return { ...outcome, end: 'rejected', stoppedIn: 'ipvs', steps: [...outcome.steps, into, stop] }
}
