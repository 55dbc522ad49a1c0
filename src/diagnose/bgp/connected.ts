import type { AttemptFacts, BgpFacts } from './bgp-facts.ts'

const FROM_HERE: readonly AttemptFacts['purpose'][] = ['unsigned', 'signed', 'ttl-255']

/** The best of the connections that were made to the peer's port from the address that counts; undefined: none was. */
export const hasConnected = ({ attempts, conversation }: BgpFacts): AttemptFacts | undefined =>
  attempts.find(({ purpose, result }) => purpose === conversation?.purpose && result === 'connected') ??
  attempts.find(({ purpose, result }) => FROM_HERE.includes(purpose) && result === 'connected')

/** Why we believe that the machine is there although the port is silent; undefined: nothing shows it. */
export function proofOfLife({ attempts, way, peer }: BgpFacts): string | undefined {
  const other = attempts.find(
    ({ purpose, result, icmp, code }) =>
      purpose === 'other-port' &&
      (result === 'connected' ||
        (icmp === undefined && code === 'ECONNREFUSED') ||
        icmp?.sender === peer.address),
  )
  if (other !== undefined)
    return `port ${other.port} of the same host ${other.result === 'connected' ? 'takes connections' : 'answers with a refusal'}`
  const entry = way?.neighbours.find(
    ({ state, mac }) => mac !== undefined && ['reachable', 'delay', 'probe', 'permanent'].includes(state),
  )
  return way?.nextHop?.role === 'target' && entry !== undefined
    ? `it answers ${peer.family === 4 ? 'ARP' : 'neighbour discovery'} (${entry.mac}, ${entry.state})`
    : undefined
}

/** The next hop did not answer: nothing behind it can. */
export const isUnresolved = ({ way }: BgpFacts): boolean =>
  way?.neighbours.some(
    (entry) => entry.interface === way.interface?.name && ['failed', 'incomplete'].includes(entry.state),
  ) === true
