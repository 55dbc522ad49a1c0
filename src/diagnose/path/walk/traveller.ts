// A packet on its way through the rules, and what changes it.
import { formatIp } from '../../../net/ip.ts'
import type { Action } from '../netfilter.ts'
import type { Packet } from './packet.ts'
import { onTrail, type Trail } from './trail.ts'

/** A packet on its way. Probabilities of all that come of one packet add up to its own. */
export interface Traveller {
  readonly packet: Packet
  readonly probability: number
  readonly trail: Trail | undefined
  readonly masquerade: boolean
}

export function translated({ address, port }: Extract<Action, { kind: 'dnat' }>, at: Traveller): Traveller {
  const packet = {
    ...at.packet,
    destination: address ?? at.packet.destination,
    port: port ?? at.packet.port,
    translated: true,
  }
  const host = formatIp(packet.destination)
  const endpoint = `${packet.family === 6 ? `[${host}]` : host}:${packet.port}`
  return { ...at, packet, trail: onTrail(at.trail, { kind: 'endpoint', endpoint }) }
}

export const withProbability = (at: Traveller, probability: number): Traveller =>
  at.probability === probability ? at : { ...at, probability }

/** Travellers that no rule can tell apart go on as one. */
export function mergeTravellers(all: readonly Traveller[]): Traveller[] {
  if (all.length < 2) return [...all]
  const merged = new Map<string, Traveller>()
  for (const each of all) {
    if (each.probability === 0) continue
    const { packet, masquerade } = each
    const key = `${packet.destination.value} ${packet.port} ${packet.mark} ${masquerade}`
    const known = merged.get(key)
    merged.set(
      key,
      known === undefined ? each : { ...known, probability: known.probability + each.probability },
    )
  }
  return [...merged.values()]
}
