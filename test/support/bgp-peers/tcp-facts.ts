// What the kernel of a namespace knows of TCP, for scenarios in which nothing arrives.
import type { NetLab } from '../namespaces.ts'

/** A counter of /proc/net/netstat or /proc/net/snmp by its name; 0 when this kernel has none. */
export function kernelCounter(lab: NetLab, namespace: string, name: string): number {
  const lines = lab.run(namespace, 'cat', '/proc/net/netstat', '/proc/net/snmp').split('\n')
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const at = lines[i]?.split(' ').indexOf(name) ?? -1
    if (at > 0) return Number(lines[i + 1]?.split(' ')[at])
  }
  return 0
}

/** Established connections from or to port 179. */
export function bgpConnections(lab: NetLab, namespace: string): string[] {
  const text = lab.run(namespace, 'ss', '-tnH', 'state', 'established', '( sport = :179 or dport = :179 )')
  return text.split('\n').filter((line) => line !== '')
}
