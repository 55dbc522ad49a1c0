// Many members in one process: a virtual clock, a network that loses, delays and cuts, nodes that die, pause and come back. The
// same seed gives the same run.
import { ip } from '../../net/ip.ts'
import { OUR_VERSIONS } from '../../wire/gossip/versions.ts'
import { Deadlines } from '../deadlines.ts'
import type { GossipEffect, GossipEvent } from '../effects.ts'
import { formatEndpoint, type GossipEndpoint } from '../endpoint.ts'
import { GossipMachine } from '../machine.ts'
import { isGone, type Member, type Random } from '../member-table.ts'
import { GOSSIP_PROFILES, type GossipSettings } from '../settings.ts'

export interface Weather {
  /** share of UDP packets that are lost, from 0 to 1 */
  readonly loss: number
  /** each way; drawn anew for each packet, so packets overtake each other */
  readonly delayMs: readonly [least: number, most: number]
}

const FAIR: Weather = { loss: 0, delayMs: [0.2, 2] }
/** TCP gives a lost segment up for lost after this at first. */
const RETRANSMIT_MS = 200
/** What a socket keeps for a process that does not read. */
const MOST_KEPT_PACKETS = 300

/** A small, fast generator with 32 bits of state (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const isLive = (member: Member | undefined): boolean => member !== undefined && !isGone(member)

export interface MemberReport {
  readonly atMs: number
  /** who reports */
  readonly by: string
  readonly change: 'join' | 'leave' | 'update'
  readonly about: string
}

class SimulatedNode {
  readonly index: number
  readonly name: string
  readonly endpoint: GossipEndpoint
  machine: GossipMachine
  status: 'running' | 'paused' | 'stopped' = 'running'
  kept: GossipEvent[] = []
  left = false

  constructor(index: number, machine: GossipMachine, name: string, endpoint: GossipEndpoint) {
    this.index = index
    this.machine = machine
    this.name = name
    this.endpoint = endpoint
  }
}

type Due =
  | { readonly kind: 'deliver'; readonly node: SimulatedNode; readonly event: GossipEvent }
  | { readonly kind: 'wake'; readonly node: SimulatedNode }
  | { readonly kind: 'call'; readonly call: () => void }

export class Simulation {
  nowMs = 0
  weather: Weather
  readonly nodes: SimulatedNode[] = []
  readonly reports: MemberReport[] = []
  /** UDP packets handed to the network */
  packets = 0
  readonly #settings: GossipSettings
  readonly #random: Random
  readonly #byEndpoint = new Map<string, SimulatedNode>()
  readonly #due = new Deadlines<Due>()
  #keys = 0
  /** nodes of different sides do not reach each other */
  #side: (node: SimulatedNode) => number = () => 0

  constructor(seed: number, weather: Weather = FAIR, settings: GossipSettings = GOSSIP_PROFILES.lan) {
    this.#random = seededRandom(seed)
    this.weather = weather
    this.#settings = settings
  }

  /** Starts nodes that know nobody. */
  add(count: number): SimulatedNode[] {
    const added = Array.from({ length: count }, () => this.#start(this.nodes.length))
    return added
  }

  join(node: SimulatedNode, ...seeds: readonly SimulatedNode[]): void {
    this.#handle(node, { kind: 'join', seeds: seeds.map(({ endpoint }) => endpoint) })
  }

  /** All nodes know each other already, as after a long time, and have nothing to tell. */
  acquainted(count: number): SimulatedNode[] {
    const nodes = this.add(count)
    this.run(10 * this.#settings.gossipIntervalMs)
    const everybody = nodes.flatMap(({ name, machine }) => machine.states().filter((s) => s.name === name))
    for (const node of nodes) this.#handle(node, { kind: 'recall', nodes: everybody })
    this.reports.length = 0
    return nodes
  }

  /** No goodbye: nothing is sent or answered any more. */
  kill(node: SimulatedNode): void {
    node.status = 'stopped'
    this.#due.delete(`wake ${node.index}`)
  }

  pause(node: SimulatedNode): void {
    node.status = 'paused'
  }

  resume(node: SimulatedNode): void {
    node.status = 'running'
    // Timers that are late come before the packets that waited, as in an event loop.
    this.#handle(node, { kind: 'tick' })
    for (const event of node.kept.splice(0)) this.#handle(node, event)
  }

  leave(node: SimulatedNode): void {
    this.#handle(node, { kind: 'leave' })
  }

  /** A new process under the same name and address. */
  restart(node: SimulatedNode): void {
    node.machine = this.#machine(node)
    node.status = 'running'
    node.left = false
    this.#handle(node, { kind: 'start' })
  }

  partition(side: (node: SimulatedNode) => number): void {
    this.#side = side
  }

  heal(): void {
    this.#side = () => 0
  }

  run(forMs: number, everyMs = forMs, look: () => void = () => undefined): void {
    const end = this.nowMs + forMs
    for (let next = this.nowMs + everyMs; next <= end + 1e-9; next += everyMs) {
      this.#runUntil(next)
      look()
    }
    this.#runUntil(end)
  }

  /** Runs until it holds, looking every `everyMs`; how long that took, undefined when it does not hold within the time. */
  runUntil(holds: () => boolean, withinMs: number, everyMs = 50): number | undefined {
    const start = this.nowMs
    while (!holds()) {
      if (this.nowMs - start >= withinMs) return undefined
      this.#runUntil(this.nowMs + everyMs)
    }
    return this.nowMs - start
  }

  get running(): SimulatedNode[] {
    return this.nodes.filter(({ status, left }) => status === 'running' && !left)
  }

  /** Whom a node takes for alive or suspect: those who can be elected. */
  view(node: SimulatedNode): string[] {
    return node.machine
      .members()
      .filter(isLive)
      .map(({ name }) => name)
      .sort()
  }

  /** All running nodes see exactly each other. */
  converged(among: readonly SimulatedNode[] = this.running): boolean {
    return among.every(
      ({ machine }) =>
        machine.liveCount === among.length && among.every(({ name }) => isLive(machine.member(name))),
    )
  }

  /** No running node takes the other one for alive or suspect. */
  isGoneForAll({ name }: SimulatedNode): boolean {
    return this.running.every((node) => node.name === name || !isLive(node.machine.member(name)))
  }

  #start(index: number): SimulatedNode {
    const name = `node-${index}`
    const endpoint = { address: ip(4, 0x0a00_0001n + BigInt(index)), port: 7946 }
    const node = new SimulatedNode(index, this.#machine({ name, endpoint }), name, endpoint)
    this.nodes.push(node)
    this.#byEndpoint.set(formatEndpoint(endpoint), node)
    this.#handle(node, { kind: 'start' })
    return node
  }

  #machine({ name, endpoint }: { readonly name: string; readonly endpoint: GossipEndpoint }): GossipMachine {
    const self = { name, advertise: endpoint, meta: new Uint8Array(0), versions: OUR_VERSIONS }
    return new GossipMachine(self, this.#settings, seededRandom(this.#random() * 2 ** 32), true)
  }

  #runUntil(endMs: number): void {
    while (this.#due.nextMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.#due.nextMs)
      const due = this.#due.take(this.nowMs)
      if (due?.kind === 'deliver') this.#deliver(due.node, due.event)
      else if (due?.kind === 'wake' && due.node.status === 'running') this.#handle(due.node, { kind: 'tick' })
      else if (due?.kind === 'call') due.call()
    }
    this.nowMs = endMs
  }

  #deliver(node: SimulatedNode, event: GossipEvent): void {
    if (node.status === 'running') this.#handle(node, event)
    else if (node.status === 'paused' && node.kept.length < MOST_KEPT_PACKETS) node.kept.push(event)
  }

  #handle(node: SimulatedNode, event: GossipEvent): void {
    for (const effect of node.machine.handle(event, this.nowMs)) this.#perform(node, effect)
    const next = node.machine.nextDeadlineMs
    if (next < Number.POSITIVE_INFINITY) this.#due.set(`wake ${node.index}`, next, { kind: 'wake', node })
  }

  #perform(node: SimulatedNode, effect: GossipEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#send(node, effect)
        break
      case 'push-pull':
        this.#pushPull(node, effect)
        break
      case 'stream-ping':
        this.#streamPing(node, effect)
        break
      case 'member':
        this.reports.push({
          ...{ atMs: this.nowMs, by: node.name, change: effect.change, about: effect.member.name },
        })
        break
      case 'left':
        node.left = true
        break
      case 'join-result':
      case 'notice':
        break
    }
  }

  #send(node: SimulatedNode, { to, parts }: Extract<GossipEffect, { kind: 'send' }>): void {
    this.packets++
    const target = this.#reach(node, to)
    if (target === undefined || this.#random() < this.weather.loss) return
    const messages = parts.map(({ message }) => message)
    this.#later(this.#delayMs(), {
      ...{ kind: 'deliver', node: target },
      event: { kind: 'packet', from: node.endpoint, messages },
    })
  }

  #pushPull(node: SimulatedNode, { id, to }: Extract<GossipEffect, { kind: 'push-pull' }>): void {
    const target = this.#reach(node, to)
    const fail = (afterMs: number, reason: string) =>
      this.#later(afterMs, { kind: 'deliver', node, event: { kind: 'push-pull-failed', id, reason } })
    if (target === undefined || target.status !== 'running') {
      fail(this.#settings.tcpTimeoutMs, 'no answer.')
      return
    }
    const pushed = node.machine.states()
    this.#call(this.#streamDelayMs() * 2, () => {
      if (target.status !== 'running') {
        fail(this.#settings.tcpTimeoutMs, 'no answer.')
        return
      }
      const pulled = target.machine.states()
      this.#handle(target, { kind: 'push-pull-received', nodes: pushed })
      const event: GossipEvent = { kind: 'push-pull-answered', id, nodes: pulled }
      this.#later(this.#streamDelayMs(), { kind: 'deliver', node, event })
    })
  }

  #streamPing(node: SimulatedNode, effect: Extract<GossipEffect, { kind: 'stream-ping' }>): void {
    const target = this.#reach(node, effect.to)
    if (target?.status !== 'running') return
    const takes = this.#streamDelayMs() * 2 + this.#streamDelayMs() * 2
    if (takes > effect.timeoutMs) return
    const event: GossipEvent = { kind: 'stream-ping-answered', sequence: effect.sequence }
    this.#later(takes, { kind: 'deliver', node, event })
  }

  #reach(from: SimulatedNode, to: GossipEndpoint): SimulatedNode | undefined {
    const target = this.#byEndpoint.get(formatEndpoint(to))
    if (target === undefined || target.status === 'stopped' || target.left) return undefined
    return this.#side(from) === this.#side(target) ? target : undefined
  }

  #delayMs(): number {
    const [least, most] = this.weather.delayMs
    return least + this.#random() * (most - least)
  }

  /** A segment over TCP: it arrives, but each loss costs twice the time of the one before. */
  #streamDelayMs(): number {
    let delay = this.#delayMs()
    for (let wait = RETRANSMIT_MS; this.#random() < this.weather.loss; wait *= 2) delay += wait
    return delay
  }

  #later(afterMs: number, due: Due): void {
    this.#due.set(`${++this.#keys}`, this.nowMs + afterMs, due)
  }

  #call(afterMs: number, call: () => void): void {
    this.#later(afterMs, { kind: 'call', call })
  }
}
