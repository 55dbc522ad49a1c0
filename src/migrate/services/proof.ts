// Does every Service keep its address, its protocol and its nodes? Before is read from the pools as the old release understood them, after
// from the objects that will be applied: nothing of the conversion between them is trusted.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { type NodeFact, type ServiceFact, serviceId } from '../facts.ts'
import type { After } from './after.ts'
import { where } from './patches.ts'

/** How an address was announced before, and by whom it could be. */
export interface Before {
  readonly pool: string
  readonly protocol: 'bgp' | 'layer2' | 'none'
  /** whether a node could announce it */
  readonly announcedBy: (node: NodeFact) => boolean
}

/** The release before chose the layer 2 announcer by the Service's name (v0.7–v0.10) or by its address (later). */
export type Election = 'by-service' | 'by-address' | 'unknown'

export interface ProofInput {
  readonly services: readonly ServiceFact[]
  /** the class that MetalLB serves (--lb-class); undefined: Services without one */
  readonly loadBalancerClass: string | undefined
  /** undefined: not known, so nothing can be said about nodes */
  readonly nodes: readonly NodeFact[] | undefined
  readonly before: (ip: Ip) => Before | undefined
  readonly after: (ip: Ip) => After | undefined
  readonly election: Election
  readonly sha256: (text: string) => Uint8Array
}

export interface Proof {
  /** addresses in use that were looked at */
  readonly addresses: number
  readonly services: number
  readonly diagnostics: readonly Diagnostic[]
  /** what could not be looked at, and why */
  readonly notTested: readonly string[]
}

export function proveAddresses(input: ProofInput): Proof {
  const diagnostics: Diagnostic[] = []
  // metallb.md §4.1: Services of another class are skipped by controller and speakers alike.
  const ours = input.services.filter((service) => service.loadBalancerClass === input.loadBalancerClass)
  const announced = ours.filter((service) => service.ips.length > 0)
  let addresses = 0
  for (const service of announced)
    for (const text of service.ips) {
      addresses++
      diagnostics.push(...proveAddress(service, text, input))
    }
  const nodesUnknown = input.nodes === undefined || input.nodes.length === 0
  const foreign = input.services.filter(
    (service) => !ours.includes(service) && service.ips.length + service.hostnames > 0,
  )
  const named = ours.filter((service) => service.hostnames > 0)
  const notTested = [
    ...(nodesUnknown
      ? [
          'from which nodes the addresses are announced: the Nodes are not known (--nodes FILE or --from-cluster)',
        ]
      : []),
    ...(foreign.length > 0
      ? [
          `${listed(foreign)}: of another loadBalancerClass, which MetalLB leaves to others (--lb-class names the one that it serves)`,
        ]
      : []),
    ...(named.length > 0 ? [`${listed(named)}: with a host name instead of an address`] : []),
  ]
  return { addresses, services: announced.length, diagnostics, notTested }
}

/** The first five by name. */
const listed = (services: readonly ServiceFact[]): string => {
  const more = services.length > 5 ? ` and ${services.length - 5} more` : ''
  return `${services.slice(0, 5).map(serviceId).join(', ')}${more}`
}

function proveAddress(service: ServiceFact, text: string, input: ProofInput): Diagnostic[] {
  const ip = parseIp(text)
  const id = serviceId(service)
  const fail = (code: string, message: string, hint?: string): Diagnostic => ({
    code,
    severity: 'error',
    message,
    ...where(service),
    ...(hint === undefined ? {} : { hint }),
  })
  if (ip === undefined)
    return [fail('M040', `The Service ${id} has the address "${text}", which is no IP address.`)]
  const before = input.before(ip)
  const after = input.after(ip)
  if (after === undefined) {
    const was =
      before === undefined
        ? 'It was in no pool of the old configuration either.'
        : `It was in the pool "${before.pool}".`
    return [
      fail(
        'M040',
        `The Service ${id} would lose its address ${formatIp(ip)}: no produced pool holds it. ${was}`,
        before !== undefined && keptBack(ip)
          ? 'Addresses that end in .0 or .255 are kept back by avoidBuggyIPs, and arp-network kept its first and last one back: take the flag off the pool, or list the address in a pool without it.'
          : `Add ${formatIp(ip)}/${ip.family === 4 ? 32 : 128} to a pool, or accept that the Service gets another address.`,
      ),
    ]
  }
  if (before === undefined || before.protocol === 'none') return []
  if (!after.protocols.has(before.protocol)) {
    const now = after.protocols.size === 0 ? 'by nothing' : `by ${[...after.protocols].join(' and ')}`
    return [
      fail(
        'M041',
        `The Service ${id} (${formatIp(ip)}) was announced by ${before.protocol} and would be announced ${now}.`,
      ),
    ]
  }
  return [
    ...proveNodes(service, ip, before, after, input, fail),
    ...proveElection(service, ip, before, after, input, fail),
  ]
}

/** An address of a pool that holds it and does not hand it out. */
const keptBack = ({ family, value }: Ip): boolean =>
  family === 4 && (value % 256n === 0n || value % 256n === 255n)

type Fail = (code: string, message: string, hint?: string) => Diagnostic

function proveNodes(
  service: ServiceFact,
  ip: Ip,
  before: Before,
  after: After,
  { nodes = [] }: ProofInput,
  fail: Fail,
): Diagnostic[] {
  const lost = nodes.flatMap((node) => {
    if (!before.announcedBy(node)) return []
    const refusal = after.refusal(node, before.protocol === 'bgp' ? 'bgp' : 'layer2')
    return refusal === undefined ? [] : [{ node: node.name, refusal }]
  })
  if (lost.length === 0) return []
  const listed = lost.slice(0, 5).map(({ node, refusal }) => `${node} (${refusal})`)
  const more = lost.length > 5 ? ` and ${lost.length - 5} more` : ''
  return [
    fail(
      'M042',
      `The Service ${serviceId(service)} (${formatIp(ip)}) would no longer be announced from ${listed.join(', ')}${more}.`,
      EXCLUDED_HINT,
    ),
  ]
}

const EXCLUDED_HINT =
  'For excluded nodes: remove the label, or run the speakers with --ignore-exclude-lb and say so here with --ignore-exclude-lb.'

function proveElection(
  service: ServiceFact,
  ip: Ip,
  before: Before,
  after: After,
  input: ProofInput,
  fail: Fail,
): Diagnostic[] {
  if (before.protocol !== 'layer2' || input.election !== 'by-service' || input.nodes === undefined) return []
  const winner = (key: string, candidates: readonly NodeFact[]) => elect(key, candidates, input.sha256)
  const old = winner(serviceId(service), input.nodes)
  // All addresses of a Service are announced by the node that wins its first one.
  const first = parseIp(service.ips[0] ?? '') ?? ip
  const now = winner(
    formatIp(first),
    input.nodes.filter((node) => after.refusal(node, 'layer2') === undefined),
  )
  if (old === undefined || now === undefined || old === now) return []
  return [
    fail(
      'M043',
      `The Service ${serviceId(service)} (${formatIp(ip)}) would move from node ${old} to ${now}: up to v0.10 the announcer was chosen by the Service's name, later by its address.`,
      'The address stays; open connections break once when the speakers are replaced.',
    ),
  ]
}

/** metallb.md §5.2: ascending order of sha256(node#key); the first announces. */
function elect(key: string, nodes: readonly NodeFact[], sha256: ProofInput['sha256']): string | undefined {
  let best: { name: string; hash: Uint8Array } | undefined
  for (const { name } of nodes) {
    const hash = sha256(`${name}#${key}`)
    if (best === undefined || compareBytes(hash, best.hash) < 0) best = { name, hash }
  }
  return best?.name
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0)
  return 0
}
