// Comparing whole states over TCP: with a random member from time to time, and with seeds to become a member at all.
import type { NodeState } from '../wire/gossip/push-pull.ts'
import type { Core } from './core.ts'
import { formatEndpoint, type GossipEndpoint, sameEndpoint } from './endpoint.ts'
import { endpointOf, isGone } from './member-table.ts'
import type { Membership } from './membership.ts'
import { joinFailed, pushPullFailed } from './notices.ts'
import { pushPullIntervalMs } from './scaling.ts'
import { REJOIN_INTERVAL_MS } from './settings.ts'

/** Attempts to join at once; other seeds wait for their turn. */
const MOST_JOINS = 8
/** After the first failure; doubled with every other one. */
const FIRST_RETRY_MS = 1_000

interface Seed {
  readonly endpoint: GossipEndpoint
  failures: number
  /** somebody waits to hear of the first attempt */
  awaited: boolean
}

interface Exchange {
  readonly to: GossipEndpoint
  /** name of the member; undefined when nobody needs to hear of a failure */
  readonly name: string | undefined
  readonly seed: Seed | undefined
}

export class StateExchange {
  readonly #core: Core
  readonly #membership: Membership
  readonly #seeds = new Map<string, Seed>()
  readonly #exchanges = new Map<number, Exchange>()
  #waiting: string[] = []
  #ids = 0

  constructor(core: Core, membership: Membership) {
    this.#core = core
    this.#membership = membership
  }

  start(): void {
    const { pushPullIntervalMs: interval } = this.#core.settings
    if (interval > 0) this.#armRound(this.#core.random() * interval + this.#scaled())
  }

  /** Compares with one random member. */
  round(): void {
    this.#armRound(this.#scaled())
    const [member] = this.#core.members.pick(1, (m) => m.state === 'alive' && !this.#core.isSelf(m.name))
    if (member !== undefined) this.#begin({ to: endpointOf(member), name: member.name, seed: undefined })
  }

  /** Compares with a suspect. That it may fail is known already. */
  lastWord(node: string): void {
    const member = this.#core.members.get(node)
    if (member?.state === 'suspect') this.#begin({ to: endpointOf(member), name: undefined, seed: undefined })
  }

  /** These seeds and no others, each at once; those that are no members are tried again for as long as we run. */
  join(seeds: readonly GossipEndpoint[]): void {
    for (const key of this.#seeds.keys()) this.#core.deadlines.delete(`seed ${key}`)
    this.#seeds.clear()
    this.#waiting = []
    for (const endpoint of seeds) {
      const key = formatEndpoint(endpoint)
      if (this.#seeds.has(key)) continue
      this.#seeds.set(key, { endpoint, failures: 0, awaited: true })
      this.#waiting.push(key)
    }
    this.#serve()
  }

  /** Time to look at a seed again. */
  seedDue(key: string): void {
    if (!this.#seeds.has(key)) return
    this.#waiting.push(key)
    this.#serve()
  }

  received(nodes: readonly NodeState[]): void {
    this.#membership.merge(nodes)
  }

  answered(id: number, nodes: readonly NodeState[]): void {
    const exchange = this.#exchanges.get(id)
    if (exchange === undefined) return
    this.#exchanges.delete(id)
    const problem = this.#membership.merge(nodes)
    if (exchange.seed !== undefined) this.#seedTried(exchange.seed, problem)
    this.#serve()
  }

  failed(id: number, reason: string): void {
    const exchange = this.#exchanges.get(id)
    if (exchange === undefined) return
    this.#exchanges.delete(id)
    if (exchange.seed !== undefined) this.#seedTried(exchange.seed, reason)
    else if (exchange.name !== undefined) this.#core.say(pushPullFailed(exchange.to, exchange.name, reason))
    this.#serve()
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#joinsUnderWay() < MOST_JOINS) {
      const key = this.#waiting.shift() ?? ''
      const seed = this.#seeds.get(key)
      if (seed === undefined) continue
      if (this.#isMember(seed.endpoint)) this.#seedTried(seed, undefined)
      else this.#begin({ to: seed.endpoint, name: undefined, seed })
    }
  }

  #joinsUnderWay(): number {
    let count = 0
    for (const { seed } of this.#exchanges.values()) if (seed !== undefined) count++
    return count
  }

  #isMember(endpoint: GossipEndpoint): boolean {
    if (sameEndpoint(endpoint, this.#core.self.advertise)) return true
    return this.#core.members.all.some((m) => !isGone(m) && sameEndpoint(endpointOf(m), endpoint))
  }

  #begin(exchange: Exchange): void {
    const id = ++this.#ids
    this.#exchanges.set(id, exchange)
    this.#core.emit({ kind: 'push-pull', id, to: exchange.to, join: exchange.seed !== undefined })
  }

  #seedTried(seed: Seed, problem: string | undefined): void {
    const key = formatEndpoint(seed.endpoint)
    // It may have been replaced while we tried.
    if (this.#seeds.get(key) !== seed) return
    seed.failures = problem === undefined ? 0 : seed.failures + 1
    const retryMs = problem === undefined ? REJOIN_INTERVAL_MS : this.#retryMs(seed.failures)
    if (problem !== undefined) this.#core.say(joinFailed(seed.endpoint, problem, Math.ceil(retryMs / 1000)))
    if (seed.awaited) this.#core.emit({ kind: 'join-result', seed: seed.endpoint, problem })
    seed.awaited = false
    this.#core.deadlines.set(`seed ${key}`, this.#core.nowMs + retryMs, { kind: 'seed', key })
  }

  /** Doubles up to a minute, and differs by a quarter each way, so that nodes that started together do not knock together. */
  #retryMs(failures: number): number {
    const base = Math.min(REJOIN_INTERVAL_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10))
    return base * (0.75 + this.#core.random() / 2)
  }

  #scaled(): number {
    return pushPullIntervalMs(this.#core.settings.pushPullIntervalMs, this.#core.members.size)
  }

  #armRound(afterMs: number): void {
    this.#core.deadlines.set('push-pull', this.#core.nowMs + afterMs, { kind: 'push-pull' })
  }
}
