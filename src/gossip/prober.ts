// Who does not answer: one member is pinged in every interval, each once in a round. If it keeps silent, others are asked to ping
// it and it is pinged over TCP; if it keeps silent then too, it is suspected.
import type { IndirectPingMessage, PingMessage, PingSource } from '../wire/gossip/message.ts'
import { UNDERSTANDS_NACK, UNDERSTANDS_TCP_PING } from '../wire/gossip/versions.ts'
import type { Core } from './core.ts'
import type { Dissemination } from './dissemination.ts'
import type { GossipEndpoint } from './endpoint.ts'
import { reachable } from './endpoint.ts'
import { endpointOf, isGone } from './member-table.ts'
import type { Membership } from './membership.ts'
import { pingForAnother, suspecting, udpBlocked } from './notices.ts'

/** Pings for others that may wait for an answer at once; more are not served. */
const MOST_RELAYS = 1024

interface Probe {
  readonly node: string
  readonly incarnation: number
  readonly sequence: number
  readonly endMs: number
  stage: 'direct' | 'indirect'
  nacksExpected: number
  nacks: number
  answeredOverTcp: boolean
}

interface Relay {
  readonly requester: GossipEndpoint
  readonly sequence: number
  readonly nack: boolean
}

export class Prober {
  readonly #core: Core
  readonly #membership: Membership
  readonly #dissemination: Dissemination
  readonly #source: PingSource
  readonly #relays = new Map<number, Relay>()
  #probe: Probe | undefined
  /** a round came while a probe was under way */
  #late = false

  constructor(core: Core, membership: Membership, dissemination: Dissemination) {
    this.#core = core
    this.#membership = membership
    this.#dissemination = dissemination
    const { address, port } = core.self.advertise
    this.#source = { address, port, node: core.self.name }
  }

  start(): void {
    const { settings, random } = this.#core
    if (settings.probeIntervalMs > 0) this.#armRound(settings.probeIntervalMs * random())
  }

  /** Time for a probe. One that takes longer, because we doubt ourselves, makes the next one wait. */
  round(): void {
    this.#armRound(this.#core.settings.probeIntervalMs)
    if (this.#probe === undefined) this.#begin()
    else this.#late = true
  }

  /** The probe that is under way has waited: first for a direct answer, then for any. */
  timeout(): void {
    const probe = this.#probe
    if (probe === undefined) return
    if (probe.stage === 'direct') this.#askOthers(probe)
    else this.#fail(probe)
  }

  ack(sequence: number): void {
    if (this.#probe?.sequence === sequence) {
      this.#succeed()
      return
    }
    const relay = this.#relays.get(sequence)
    if (relay === undefined) return
    this.#endRelay(sequence)
    const payload = new Uint8Array(0)
    this.#dissemination.send(relay.requester, { kind: 'ack', sequence: relay.sequence, payload })
  }

  /** Somebody else got no answer either, which speaks for us. */
  nack(sequence: number): void {
    if (this.#probe?.sequence === sequence) this.#probe.nacks++
  }

  streamPingAnswered(sequence: number): void {
    if (this.#probe?.sequence === sequence) this.#probe.answeredOverTcp = true
  }

  ping({ node, sequence, source }: PingMessage, from: GossipEndpoint): void {
    // Whoever had our address before may still be sought here: to answer would keep it alive.
    if (node !== '' && !this.#core.isSelf(node)) {
      this.#core.say(pingForAnother(node, from))
      return
    }
    const to = source === undefined ? from : reachable(source)
    this.#dissemination.send(to, { kind: 'ack', sequence, payload: new Uint8Array(0) })
  }

  indirectPing(message: IndirectPingMessage, from: GossipEndpoint): void {
    if (this.#relays.size >= MOST_RELAYS) return
    const { target, port, node, nack, source } = message
    const sequence = this.#core.nextSequence()
    const requester = source === undefined ? from : reachable(source)
    this.#relays.set(sequence, { requester, sequence: message.sequence, nack })
    this.#core.deadlines.set(`relay ${sequence}`, this.#core.nowMs + this.#core.settings.probeTimeoutMs, {
      kind: 'relay',
      sequence,
    })
    const to = reachable({ address: target, port: port === 0 ? this.#core.self.advertise.port : port })
    this.#dissemination.send(to, { kind: 'ping', sequence, node, source: this.#source })
  }

  relayTimeout(sequence: number): void {
    const relay = this.#relays.get(sequence)
    this.#relays.delete(sequence)
    if (relay?.nack === true)
      this.#dissemination.send(relay.requester, { kind: 'nack', sequence: relay.sequence })
  }

  #armRound(afterMs: number): void {
    this.#core.deadlines.set('probe-round', this.#core.nowMs + afterMs, { kind: 'probe-round' })
  }

  #begin(): void {
    this.#late = false
    const { members, settings, awareness, nowMs, self } = this.#core
    const forgetBeforeMs = nowMs - settings.gossipToTheDeadMs
    const member = members.nextToProbe((m) => !isGone(m) && !this.#core.isSelf(m.name), forgetBeforeMs)
    if (member === undefined) return
    const { name: node, incarnation } = member
    const sequence = this.#core.nextSequence()
    const endMs = nowMs + awareness.scaleMs(settings.probeIntervalMs)
    const fresh = { stage: 'direct', nacksExpected: 0, nacks: 0, answeredOverTcp: false } as const
    this.#probe = { node, incarnation, sequence, endMs, ...fresh }
    const ping: PingMessage = { kind: 'ping', sequence, node, source: this.#source }
    if (member.state === 'alive') this.#dissemination.send(endpointOf(member), ping)
    // A suspect is told so, and before it is asked: its objection can then come with its answer.
    else
      this.#dissemination.sendAlone(member, [{ kind: 'suspect', incarnation, node, from: self.name }, ping])
    // Others do not answer faster when we doubt ourselves: only the second wait grows.
    this.#arm(Math.min(endMs, nowMs + settings.probeTimeoutMs))
  }

  #askOthers(probe: Probe): void {
    const { members, settings, nowMs } = this.#core
    const target = members.get(probe.node)
    probe.stage = 'indirect'
    this.#arm(probe.endMs)
    if (target === undefined) return
    const helpers = members.pick(
      settings.indirectChecks,
      (m) => m.state === 'alive' && m.name !== probe.node && !this.#core.isSelf(m.name),
    )
    const { node, sequence } = probe
    const request = { kind: 'indirect-ping', sequence, node, source: this.#source } as const
    for (const helper of helpers) {
      const nack = (helper.versions?.protocolMax ?? 0) >= UNDERSTANDS_NACK
      if (nack) probe.nacksExpected++
      const where = { target: target.address, port: target.port }
      this.#dissemination.send(endpointOf(helper), { ...request, ...where, nack })
    }
    if (!settings.disableTcpPings && (target.versions?.protocolMax ?? 0) >= UNDERSTANDS_TCP_PING)
      this.#core.emit({
        ...{ kind: 'stream-ping', to: endpointOf(target), sequence, node },
        timeoutMs: Math.max(1, probe.endMs - nowMs),
      })
  }

  #succeed(): void {
    this.#core.awareness.apply(-1)
    this.#end()
  }

  #fail(probe: Probe): void {
    if (probe.answeredOverTcp) {
      this.#core.say(udpBlocked(probe.node))
      this.#succeed()
      return
    }
    // With helpers that would tell us, their silence is our problem; without, each failure may be.
    const { nacksExpected, nacks, node, incarnation } = probe
    this.#core.awareness.apply(nacksExpected > 0 ? Math.max(0, nacksExpected - nacks) : 1)
    this.#core.say(suspecting(node))
    this.#membership.suspect({ kind: 'suspect', incarnation, node, from: this.#core.self.name })
    this.#end()
  }

  #end(): void {
    this.#probe = undefined
    this.#core.deadlines.delete('probe')
    if (this.#late) this.#begin()
  }

  #arm(atMs: number): void {
    this.#core.deadlines.set('probe', atMs, { kind: 'probe' })
  }

  #endRelay(sequence: number): void {
    this.#relays.delete(sequence)
    this.#core.deadlines.delete(`relay ${sequence}`)
  }
}
