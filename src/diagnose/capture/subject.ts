// What a capture is about: protocols and addresses, as typed → what the kernel is asked to hand up.
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { err, ok, type Result } from '../../net/result.ts'
import type { FrameSelection } from '../ports/probes.ts'

export const CAPTURE_KINDS = ['arp', 'ndp', 'bgp', 'bfd', 'gossip'] as const
export type CaptureKind = (typeof CAPTURE_KINDS)[number]

/** RFC 4271 §8.1: 179. */
const BGP_PORT = 179
/** RFC 5881 §4: control 3784, echo 3785; RFC 5883 §5: multihop control 4784. */
export const BFD_PORTS = { control: 3784, echo: 3785, multihop: 4784 } as const
/** The port on which speakers of MetalLB find each other, over UDP and TCP. */
const GOSSIP_PORT = 7946

export interface CaptureSubject {
  /** in the order of CAPTURE_KINDS, each once */
  readonly kinds: readonly CaptureKind[]
  /** empty: all */
  readonly addresses: readonly Ip[]
}

export type SubjectError =
  | { readonly reason: 'neither protocol nor address'; readonly word: string }
  | { readonly reason: 'prefix'; readonly word: string }
  | { readonly reason: 'nothing to see'; readonly kind: CaptureKind; readonly family: 4 | 6 }

/** @param words protocols (`all` for every one, which is also meant without any) and addresses, in any order */
export function parseSubject(words: readonly string[]): Result<CaptureSubject, SubjectError> {
  const named = new Set<string>()
  const addresses = new Map<string, Ip>()
  for (const word of words) {
    const kind = word.toLowerCase()
    if (kind === 'all' || isKind(kind)) {
      named.add(kind)
      continue
    }
    const address = parseIp(word.replace(/%.*$/, ''))
    if (address === undefined)
      return err({ reason: word.includes('/') ? 'prefix' : 'neither protocol nor address', word })
    addresses.set(formatIp(address), address)
  }
  const all = named.size === 0 || named.has('all')
  const kinds = CAPTURE_KINDS.filter((kind) => all || named.has(kind))
  return checked({ kinds, addresses: [...addresses.values()] })
}

const isKind = (word: string): word is CaptureKind => (CAPTURE_KINDS as readonly string[]).includes(word)

/** ARP alone for an IPv6 address would wait for ever, and so would NDP alone for IPv4. */
function checked(subject: CaptureSubject): Result<CaptureSubject, SubjectError> {
  const { kinds, addresses } = subject
  const only = kinds.length === 1 ? kinds[0] : undefined
  const families = new Set(addresses.map((address) => address.family))
  if (only === 'arp' && families.size > 0 && !families.has(4))
    return err({ reason: 'nothing to see', kind: only, family: 6 })
  if (only === 'ndp' && families.size > 0 && !families.has(6))
    return err({ reason: 'nothing to see', kind: only, family: 4 })
  return ok(subject)
}

export function selectionOf({ kinds, addresses }: CaptureSubject): FrameSelection {
  const has = (kind: CaptureKind): boolean => kinds.includes(kind)
  return {
    arp: has('arp'),
    ndp: has('ndp'),
    tcpPorts: [...(has('bgp') ? [BGP_PORT] : []), ...(has('gossip') ? [GOSSIP_PORT] : [])],
    udpPorts: [...(has('bfd') ? Object.values(BFD_PORTS) : []), ...(has('gossip') ? [GOSSIP_PORT] : [])],
    addresses,
  }
}

/** Which of the protocols a segment or datagram belongs to, by its ports. */
export function kindOfPorts(transport: 'tcp' | 'udp', ports: readonly number[]): CaptureKind | undefined {
  if (ports.includes(GOSSIP_PORT)) return 'gossip'
  if (transport === 'tcp') return ports.includes(BGP_PORT) ? 'bgp' : undefined
  return Object.values(BFD_PORTS).some((port) => ports.includes(port)) ? 'bfd' : undefined
}
