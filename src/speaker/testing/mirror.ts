// For tests: what somebody knows who sees nothing of the speaker but its effects.
import type { BgpAdvertisement } from '../../bgp/peer.ts'
import { formatIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import type { PeerSession } from '../bgp/peer-sessions.ts'
import type { Effect, Interfaces } from '../state/effects.ts'
import type { SpeakerState } from '../state/speaker-state.ts'

type View = Record<string, unknown>

export class Mirror {
  readonly #layer2 = new Map<string, Interfaces>()
  readonly #routes = new Map<string, Map<string, BgpAdvertisement>>()
  readonly #verdicts = new Map<string, unknown>()
  readonly #layer2Status = new Map<string, Interfaces>()
  readonly #bgpStatus = new Map<string, readonly string[]>()
  #peers: readonly PeerSession[] = []

  /** Throws for an effect that changes nothing: it should not have been. */
  perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'announce-layer2':
        change(this.#layer2, `${effect.service} ${formatIp(effect.address)}`, effect.interfaces)
        break
      case 'withdraw-layer2':
        change(this.#layer2, `${effect.service} ${formatIp(effect.address)}`, undefined)
        break
      case 'peers':
        this.#peers = effect.peers
        for (const name of this.#routes.keys())
          if (!effect.peers.some((peer) => peer.name === name)) this.#routes.delete(name)
        break
      case 'routes': {
        const routes = this.#routes.get(effect.peer) ?? new Map<string, BgpAdvertisement>()
        this.#routes.set(effect.peer, routes)
        for (const each of effect.announce) change(routes, formatPrefix(each.prefix), each)
        for (const prefix of effect.withdraw) change(routes, formatPrefix(prefix), undefined)
        break
      }
      case 'verdict': {
        const { service, protocol, verdict, owner, pool, addresses } = effect
        const known = verdict && { verdict, owner, pool, addresses: addresses.map(formatIp) }
        change(this.#verdicts, `${service} ${protocol}`, known)
        break
      }
      case 'layer2-status':
        change(this.#layer2Status, effect.service, effect.interfaces)
        break
      case 'bgp-status':
        change(this.#bgpStatus, effect.service, effect.peers)
        break
      case 'configuration':
      case 'event':
        break
    }
  }

  view(): View {
    const routes = [...this.#routes].filter(([, own]) => own.size > 0)
    return {
      layer2: sorted(this.#layer2),
      routes: sorted(new Map(routes.map(([peer, own]) => [peer, sorted(own)]))),
      verdicts: sorted(this.#verdicts),
      bgpStatus: sorted(this.#bgpStatus),
      peers: this.#peers,
      layer2Status: sorted(this.#layer2Status),
    }
  }
}

/** The same, from the state itself. */
export function viewOf(state: SpeakerState): View {
  const layer2 = state.layer2Announcements()
  const verdicts = [...state.decisions].flatMap(([service, { addresses, pool, ...parts }]) =>
    (['layer2', 'bgp'] as const).map((protocol) => {
      const owner = protocol === 'layer2' ? parts.layer2.owner : undefined
      const { verdict } = parts[protocol]
      return [`${service} ${protocol}`, { verdict, owner, pool, addresses: addresses.map(formatIp) }] as const
    }),
  )
  const routes = state.peers
    .map(({ name }) => [name, state.routesOf(name)] as const)
    .filter(([, own]) => own.length > 0)
    .map(
      ([name, own]) => [name, sorted(new Map(own.map((each) => [formatPrefix(each.prefix), each])))] as const,
    )
  return {
    layer2: sorted(
      new Map(layer2.map((each) => [`${each.service} ${formatIp(each.address)}`, each.interfaces])),
    ),
    routes: sorted(new Map(routes)),
    verdicts: sorted(new Map(verdicts)),
    bgpStatus: sorted(state.bgpStatus),
    peers: state.peers,
    layer2Status: sorted(new Map(layer2.map((each) => [each.service, each.interfaces]))),
  }
}

function change<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  const before = map.get(key)
  if (JSON.stringify(before, asText) === JSON.stringify(value, asText))
    throw new Error(`an effect without a change: ${key} is ${JSON.stringify(value, asText)} already`)
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

const asText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

const sorted = <T>(map: ReadonlyMap<string, T>): Record<string, T> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
