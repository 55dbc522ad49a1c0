// The address of the router that a line speaks of, for advice that can be copied.
import { parseIp } from '../../net/ip.ts'

const PLACES: readonly RegExp[] = [
  // MetalLB's and ours: "peer":"192.0.2.1:179", dial \"[2001:db8::1]:179\", tor (192.0.2.1:179)
  /["( ]\[?([\da-f.:]+)\]?:179\b/i,
  // FRR: "received from neighbor 192.0.2.1 6/2", "neighbor 192.0.2.1(Unknown) in vrf", "192.0.2.1 [FSM] …"
  /\bneighbor ([\da-f.:]+)/i,
  /\s([\da-f.:]+) \[(?:FSM|Event)\]/i,
  // GoBGP
  /\bKey=([\da-f.:]+)/i,
]

/** Undefined: the line names none, or none of those that are known to be a peer's. */
export function peerInLine(line: string): string | undefined {
  for (const place of PLACES) {
    const address = place.exec(line)?.[1]
    if (address !== undefined && parseIp(address) !== undefined) return address
  }
  return undefined
}
