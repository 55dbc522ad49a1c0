// What a new decision on a Service means to those who watch it.
import type { ServiceDecision } from '../decide/decider.ts'
import { type Protocol, sameVerdict } from '../decide/reasons.ts'
import type { ServiceKey } from '../facts/facts.ts'
import { sameValue } from '../facts/same-value.ts'
import type { Effect } from './effects.ts'

/** Undefined decisions: the Service was not known, or is gone. */
export function verdictEffects(
  service: ServiceKey,
  nodeName: string,
  before: ServiceDecision | undefined,
  now: ServiceDecision | undefined,
): Effect[] {
  const effects: Effect[] = []
  const { addresses = [], pool } = now ?? {}
  for (const protocol of ['layer2', 'bgp'] as const) {
    if (!isNews(protocol, before, now)) continue
    const verdict = now?.[protocol].verdict
    const owner = protocol === 'layer2' ? now?.layer2.owner : undefined
    effects.push({ kind: 'verdict', service, protocol, verdict, owner, addresses, pool })
  }
  // Layer 2 has more to say of the same kind, and says it itself.
  if (now?.bgp.verdict.announces === true && before?.bgp.verdict.announces !== true) {
    const message = `announcing from node "${nodeName}" with protocol "bgp"`
    effects.push({ kind: 'event', event: { type: 'Normal', reason: 'nodeAssigned', service, message } })
  }
  return effects
}

function isNews(
  protocol: Protocol,
  before: ServiceDecision | undefined,
  now: ServiceDecision | undefined,
): boolean {
  if (!sameVerdict(before?.[protocol].verdict, now?.[protocol].verdict)) return true
  if (before?.pool !== now?.pool || !sameValue(before?.addresses, now?.addresses)) return true
  return protocol === 'layer2' && before?.layer2.owner !== now?.layer2.owner
}
