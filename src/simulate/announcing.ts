// Who announces what, by the decisions of the speakers: every node is asked what it would do itself.
import { formatPrefix } from '../net/prefix.ts'
import { peerSessions } from '../speaker/bgp/peer-sessions.ts'
import { Decider } from '../speaker/decide/decider.ts'
import type { Election } from '../speaker/decide/layer2-decision.ts'
import type { Detail, Reason, Verdict } from '../speaker/decide/reasons.ts'
import type { ServiceFact } from '../speaker/facts/facts.ts'
import type { Holding } from './replay.ts'
import { endpointsOf, rulesOf, type World } from './world.ts'

export interface Announcing {
  /** node that answers for the addresses on the link; null: none */
  readonly layer2Owner: string | null
  /** nodes that announce by BGP to a peer at least, in order */
  readonly bgpNodes: readonly string[]
  /** why nodes do not announce, each reason once */
  readonly reasons: readonly (Detail | Reason)[]
}

/** peer → prefix → nodes that announce it to the peer */
export type PeerPrefixes = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>

export interface Announcements {
  readonly services: ReadonlyMap<string, Announcing>
  readonly peers: PeerPrefixes
}

export function announcements(world: World, holdings: ReadonlyMap<string, Holding>): Announcements {
  const { configuration, nodes, speakerNodes, settings } = world
  const options = { rules: rulesOf(settings), ignoreExcludeLabel: settings.ignoreExcludeLabel }
  const members = settings.memberlist ? speakerNodes : undefined
  const round = new Round(world, new Decider({ configuration, nodes, members }, options))
  const services = new Map<string, Announcing>()
  for (const [key, { speaker }] of world.services)
    if (speaker.type === 'LoadBalancer')
      services.set(key, round.ask(key, { ...speaker, ingress: holdings.get(key)?.addresses ?? [] }))
  return { services, peers: round.peers }
}

class Round {
  readonly peers = new Map<string, Map<string, Set<string>>>()
  readonly #decider: Decider
  readonly #endpoints: ReturnType<typeof endpointsOf>
  readonly #elections: World['settings']['elections']
  readonly #speakerNodes: World['speakerNodes']
  /** node → names of its peers */
  readonly #peersOf: ReadonlyMap<string, readonly string[]>

  constructor(world: World, decider: Decider) {
    const { configuration, nodes } = world
    this.#decider = decider
    this.#endpoints = endpointsOf(world)
    this.#elections = world.settings.elections
    this.#speakerNodes = world.speakerNodes
    for (const { name } of configuration.peers) this.peers.set(name, new Map())
    this.#peersOf = new Map(
      [...nodes].map(([name, node]) => {
        const sessions = peerSessions(configuration.peers, { name, node, routers: new Map() })
        return [name, sessions.map((session) => session.name)]
      }),
    )
  }

  ask(key: string, service: ServiceFact): Announcing {
    const endpoints = this.#endpoints(key)
    const bgpNodes: string[] = []
    const reasons = new Set<Detail | Reason>()
    let layer2Owner: string | null = null
    let election: Election | undefined
    for (const [node, peers] of this.#peersOf) {
      if (this.#speakerNodes?.has(node) === false) {
        reasons.add('no-speaker')
        continue
      }
      const { layer2, bgp } = this.#decider.decide(service, endpoints, node, election)
      election = layer2.election
      layer2Owner ??= this.#owner(key, service, layer2.owner)
      for (const verdict of [layer2.verdict, bgp.verdict]) note(verdict, reasons)
      let reached = false
      for (const { route, peers: only } of bgp.routes)
        for (const peer of peers) {
          if (only.length > 0 && !only.includes(peer)) continue
          this.#announce(peer, formatPrefix(route.prefix), node)
          reached = true
        }
      if (reached) bgpNodes.push(node)
    }
    // Without memberlist a node is elected that nothing answers on.
    if (layer2Owner !== null && this.#speakerNodes?.has(layer2Owner) === false) layer2Owner = null
    return { layer2Owner, bgpNodes: bgpNodes.sort(), reasons: [...reasons].sort() }
  }

  /** @param computed by the hash of the first address */
  #owner(key: string, service: ServiceFact, computed: string | undefined): string | null {
    const order = this.#elections.get(key)
    if (computed === undefined || order === undefined) return computed ?? null
    const { succession } = this.#decider.matrix(service, this.#endpoints(key))
    const candidates = new Set(succession.map(({ node }) => node))
    return order.find((node) => candidates.has(node)) ?? computed
  }

  #announce(peer: string, prefix: string, node: string): void {
    const prefixes = this.peers.get(peer)
    const nodes = prefixes?.get(prefix)
    if (nodes === undefined) prefixes?.set(prefix, new Set([node]))
    else nodes.add(node)
  }
}

/** That another node won is no reason why nobody announces. */
function note(verdict: Verdict, reasons: Set<Detail | Reason>): void {
  if (verdict.announces) return
  const { reason, detail } = verdict
  if (detail !== 'lost-election' && detail !== 'less-preferred') reasons.add(detail ?? reason)
}
