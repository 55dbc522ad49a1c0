// Hardware addresses of the nodes: given, of this host, remembered by the kernel, or asked for.
import { formatIp, type Ip, sameIp } from '../../net/ip.ts'
import { isResolved } from '../checks/answers.ts'
import type { KnownNode, ProbeRound } from '../facts/link-facts.ts'
import type { Neighbour } from '../ports/tables.ts'
import type { Tables } from './examine-route.ts'
import type { GivenNode } from './question.ts'

/** More than that on one link would be a scan. */
const MOST_ASKED = 64
const AT_ONCE = 16

export interface NodeSources {
  readonly read: Tables
  readonly neighbours: readonly Neighbour[]
  /** undefined: frames cannot be sent */
  readonly ask: ((address: Ip) => Promise<ProbeRound>) | undefined
}

export async function resolveNodes(
  given: readonly GivenNode[],
  { read, neighbours, ask }: NodeSources,
): Promise<{ readonly nodes: readonly KnownNode[]; readonly rounds: readonly ProbeRound[] }> {
  const remembered = (address: Ip): string[] =>
    neighbours.flatMap((each) =>
      sameIp(each.address, address) && isResolved(each.state) && each.mac !== undefined ? each.mac : [],
    )
  const ownMacs = (address: Ip): string[] =>
    read.addresses.some((own) => sameIp(own.address, address))
      ? read.links.flatMap(({ mac, flags }) => (mac === undefined || flags.loopback ? [] : mac))
      : []
  const nodes = given.map((node) => ({
    node,
    macs: new Set<string>([
      ...node.macs,
      ...node.addresses.flatMap((address) => [...remembered(address), ...ownMacs(address)]),
    ]),
  }))
  const open = nodes.filter(({ macs, node }) => macs.size === 0 && node.addresses.length > 0)
  const rounds: ProbeRound[] = []
  if (ask !== undefined) {
    const questions = open.flatMap(({ node }) => node.addresses).slice(0, MOST_ASKED)
    for (let at = 0; at < questions.length; at += AT_ONCE)
      rounds.push(...(await Promise.all(questions.slice(at, at + AT_ONCE).map(ask))))
  }
  for (const { node, macs } of open)
    for (const round of rounds)
      if (node.addresses.some((address) => formatIp(address) === round.address))
        for (const { mac } of round.replies) macs.add(mac)
  return {
    nodes: nodes.map(({ node, macs }) => ({
      name: node.name,
      addresses: node.addresses.map(formatIp),
      macs: [...macs],
    })),
    rounds,
  }
}
