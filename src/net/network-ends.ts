import { Netmask } from 'netmask'
import { type Ip, parseIp } from './ip.ts'
import { formatPrefix, type Prefix } from './prefix.ts'

/** The base and the broadcast address of an IPv4 network, lowest first. A /31 or /32 has no broadcast address (RFC 3021). */
export function networkEnds(network: Prefix): Ip[] {
  if (network.family !== 4) return []
  const { base, broadcast } = new Netmask(formatPrefix(network))
  return [base, broadcast].flatMap((text) => (text === undefined ? [] : (parseIp(text) ?? [])))
}
