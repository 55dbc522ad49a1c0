// Who answered, as the checks see it: replies of the rounds that asked for the owner, put together by hardware address.
import type { LinkFacts, ProbeMethod, ProbeRound } from '../facts/link-facts.ts'
import { macWithOrigin } from '../mac-vendors.ts'

export interface Owner {
  readonly mac: string
  readonly interfaces: readonly string[]
  readonly answers: number
  /** used or announced the address while we watched */
  readonly claims: number
  /** of the cluster, when the list of nodes has this hardware address */
  readonly node: string | undefined
}

export const ownerRounds = (facts: LinkFacts): ProbeRound[] =>
  facts.rounds.filter(({ purpose, address }) => purpose === 'owner' && address === facts.examined.address)

/** Everybody who answered or claimed the examined address, most answers first. */
export function ownersOf(facts: LinkFacts, methods?: readonly ProbeMethod[]): Owner[] {
  const own = new Set(facts.interfaces.map(({ mac }) => mac))
  const found = new Map<string, { interfaces: Set<string>; answers: number; claims: number }>()
  const add = (mac: string, on: string, kind: 'answer' | 'claim') => {
    if (own.has(mac)) return
    const entry = found.get(mac) ?? { interfaces: new Set<string>(), answers: 0, claims: 0 }
    entry.interfaces.add(on)
    if (kind === 'answer') entry.answers++
    else entry.claims++
    found.set(mac, entry)
  }
  for (const round of ownerRounds(facts)) {
    if (methods !== undefined && !methods.includes(round.method)) continue
    for (const { mac, kind } of round.replies) add(mac, round.interface, kind)
  }
  const resolved = facts.kernelResolution
  if (methods === undefined && resolved?.mac !== undefined && isResolved(resolved.state))
    add(resolved.mac, resolved.interface ?? '', 'answer')
  return [...found]
    .map(([mac, { interfaces, ...counts }]) => ({
      mac,
      interfaces: [...interfaces],
      ...counts,
      node: nodeOfMac(facts, mac),
    }))
    .sort((a, b) => b.answers - a.answers || (a.mac < b.mac ? -1 : 1))
}

/** States in which the kernel has a hardware address that it has just used or confirmed. */
export const isResolved = (state: string): boolean =>
  ['reachable', 'stale', 'delay', 'probe', 'permanent'].includes(state)

export const nodeOfMac = (facts: LinkFacts, mac: string): string | undefined =>
  facts.nodes?.find(({ macs }) => macs.includes(mac))?.name

/** `52:54:00:00:00:01 (QEMU/KVM virtual machine), node worker-1` */
export const ownerText = ({ mac, node }: Pick<Owner, 'mac' | 'node'>): string =>
  node === undefined ? macWithOrigin(mac) : `${macWithOrigin(mac)}, node ${node}`

export const probesSent = (facts: LinkFacts): number =>
  ownerRounds(facts).reduce((sum, { sent }) => sum + sent, 0)

const METHOD_TEXT = {
  'arp-probe': 'ARP probes',
  'arp-request': 'ARP requests',
  'ns-link-local': 'neighbour solicitations',
  'ns-global': 'neighbour solicitations',
  'ns-duplicate': 'neighbour solicitations',
} as const satisfies Record<ProbeMethod, string>

/** `3 ARP probes from 0.0.0.0 on eth0: no answer` */
export function roundText(round: ProbeRound): string {
  const { method, sent, sender, unicastTo, vlanId, errors, replies } = round
  const tag = vlanId === undefined ? '' : `, VLAN ${vlanId}`
  const to = unicastTo === undefined ? '' : ` to ${unicastTo} alone`
  const failed = errors.length === 0 ? '' : ` (${[...new Set(errors)].join(', ')})`
  const what = sent === 1 ? METHOD_TEXT[method].slice(0, -1) : METHOD_TEXT[method]
  return `${sent} ${what} from ${sender} on ${round.interface}${tag}${to}${failed}: ${answersText(replies)}`
}

function answersText(replies: ProbeRound['replies']): string {
  const answers = replies.filter(({ kind }) => kind === 'answer')
  if (answers.length === 0) return 'no answer'
  const macs = [...new Set(answers.map(({ mac }) => mac))]
  return `${answers.length} ${answers.length === 1 ? 'answer' : 'answers'} from ${macs.join(' and ')}`
}

/** Names of the interfaces that were asked on: `eth0 and eth1`. */
export function interfacesText(facts: LinkFacts): string {
  const names = [...new Set(ownerRounds(facts).map((round) => round.interface))]
  const resolved = facts.kernelResolution?.interface
  const all = names.length === 0 ? [resolved ?? facts.route.interface ?? 'this host'] : names
  return all.join(' and ')
}

/** `3 ms`, `1.2 s` */
export const milliseconds = (ms: number): string =>
  ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`

export const protocolOf = (facts: LinkFacts): string =>
  facts.target.family === 4 ? 'ARP' : 'neighbour discovery'
