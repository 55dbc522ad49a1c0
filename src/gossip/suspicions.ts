// Who is suspected, until when, and by whom.
import type { AccusationMessage } from '../wire/gossip/message.ts'
import type { Core } from './core.ts'
import { suspicionTimeoutMs } from './scaling.ts'
import { Suspicion } from './suspicion.ts'

export class Suspicions {
  readonly #core: Core
  readonly #byNode = new Map<string, Suspicion>()

  constructor(core: Core) {
    this.#core = core
  }

  has(node: string): boolean {
    return this.#byNode.has(node)
  }

  confirmations(node: string): number {
    return this.#byNode.get(node)?.confirmations ?? 0
  }

  start({ node, from }: AccusationMessage): void {
    const { settings, members, nowMs } = this.#core
    // Two members fewer than the multiplier are hoped for; with so few members that they cannot come, none is.
    const hoped = settings.suspicionMultiplier - 2
    const confirmations = members.size - 2 < hoped ? 0 : hoped
    const minMs = suspicionTimeoutMs(settings.suspicionMultiplier, members.size, settings.probeIntervalMs)
    const maxMs = minMs * settings.suspicionMaxTimeoutMultiplier
    const suspicion = new Suspicion(from, confirmations, minMs, maxMs, nowMs)
    this.#byNode.set(node, suspicion)
    this.#arm(node, suspicion)
  }

  /**
   * Shortly before a suspect is declared dead we compare states with it over TCP. Its objection may have been lost on the way to
   * us, and memberlist would declare it dead then; now and then that happens where many packets are lost. The moment is
   * drawn, so that not all members knock at once. A late confirmation leaves a probe interval for it.
   */
  #arm(node: string, suspicion: Suspicion): void {
    const { deadlines, settings, random, nowMs } = this.#core
    const { probeIntervalMs: interval } = settings
    let { deadlineMs } = suspicion
    if (!suspicion.heard) {
      const lastWordMs = Math.max(nowMs, deadlineMs - interval * (1.5 + random()))
      deadlines.set(`last-word ${node}`, lastWordMs, { kind: 'last-word', node })
      deadlineMs = Math.max(deadlineMs, nowMs + interval)
    }
    deadlines.set(`suspicion ${node}`, deadlineMs, { kind: 'suspicion', node })
  }

  /** It was proven wrong, or it was right. */
  end(node: string): void {
    if (!this.#byNode.delete(node)) return
    for (const kind of ['suspicion', 'last-word']) this.#core.deadlines.delete(`${kind} ${node}`)
  }

  /** Another accusation of a suspect; true when it is news. */
  confirm({ node, from }: AccusationMessage): boolean {
    const suspicion = this.#byNode.get(node)
    if (suspicion?.confirm(from) !== true) return false
    this.#arm(node, suspicion)
    return true
  }

  /** The suspect is being asked itself: what comes now need not wait for that. */
  hear(node: string): void {
    const suspicion = this.#byNode.get(node)
    if (suspicion !== undefined) suspicion.heard = true
  }
}
