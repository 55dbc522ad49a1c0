// What a connection from this host can show, and what it cannot (failure-modes.md §3.1).
import { obstacleOf } from '../link-layer.ts'
import { decisive, type EndpointFacts, resultOf } from './endpoint-facts.ts'

export function endpointVantage(facts: EndpointFacts): string {
  const attempt = decisive(facts)
  const on = attempt?.route?.interface
  const source = attempt?.route?.route.source
  const by = on === undefined ? '' : `, ${on.name}${source === undefined ? '' : ` as ${source}`}`
  return `host ${facts.hostName}${by}`
}

/** Whole sentences. */
export function notKnownFromHere(facts: EndpointFacts): readonly string[] {
  const attempt = decisive(facts)
  if (attempt === undefined) return []
  const { route } = attempt
  const reached = resultOf(attempt).result === 'connected'
  const hop = route?.nextHop
  const link = route?.interface
  return [
    ...(facts.kernelNotRead === undefined ? [] : [`Route, neighbour table and ICMP: ${facts.kernelNotRead}`]),
    ...(hop?.role === 'gateway'
      ? [
          `What is behind the gateway ${hop.address}: this host is not on the segment of the address, so ARP and NDP from here say nothing about it.`,
        ]
      : []),
    ...(link !== undefined && obstacleOf(link) === 'layer-3'
      ? [`${link.name} is a tunnel: there is no ARP on it, and its other end decides what comes through.`]
      : []),
    ...(link?.wireless === true
      ? [
          `${link.name} is wireless: access points answer ARP for others or keep it from clients, so a wired host of the segment may see something else.`,
        ]
      : []),
    reached
      ? 'Which machine accepted the connection, and whether it will be the same one the next time.'
      : 'Who should announce the address, and why not: only the cluster knows.',
    ...(reached && facts.http === undefined ? ['Whether the application works: no byte was sent.'] : []),
    ...(reached ? [] : ['ping would not tell either: kube-proxy answers for the ports of the Service only.']),
  ]
}
