// This host as a Node, for files that describe none of its name.
import { networkInterfaces } from 'node:os'
import { type Ip, parseIp } from '../../net/ip.ts'
import type { NodeFact } from '../../speaker/facts/facts.ts'

/** @param interfaces as node:os lists them; loopback and link-local addresses are of no use to others */
export function thisNode(name: string, interfaces = networkInterfaces()): NodeFact {
  const addresses = Object.values(interfaces).flatMap((list) =>
    (list ?? []).flatMap(({ address, internal }): Ip[] => {
      const parsed = internal || /^fe[89ab]/i.test(address) ? undefined : parseIp(address)
      return parsed === undefined ? [] : [parsed]
    }),
  )
  const ordered = [...addresses].sort((a, b) => a.family - b.family)
  return { name, labels: {}, networkUnavailable: false, unschedulable: false, addresses: ordered }
}
