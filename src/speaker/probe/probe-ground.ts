// What is known when a controller asks, out of the state of the speaker.
import { formatIp } from '../../net/ip.ts'
import type { SpeakerState } from '../state/speaker-state.ts'
import type { ProbeGround } from './probe-plan.ts'

/** @param interfaces undefined: layer 2 is not possible here */
export function probeGround(
  state: Pick<SpeakerState, 'configuration' | 'nodeLabels' | 'decisions'> | undefined,
  interfaces: ReadonlySet<string> = new Set(),
): ProbeGround | undefined {
  if (state === undefined) return undefined
  const { configuration, nodeLabels, decisions } = state
  const addresses = [...decisions.values()].flatMap((decision) => decision.addresses)
  return { configuration, nodeLabels, interfaces, announced: new Set(addresses.map(formatIp)) }
}
