// Sets of the kernel (ipset), over nfnetlink: linux/netfilter/ipset/ip_set.h.
//
//   struct nfgenmsg: | family (1) | version (1) | resource id (2) | attributes …
//
// A set with many entries comes in several messages, each with the name of the set; the first of them tells its type. Within
// a message, entries are nested attributes of one type. Numbers of an entry are in network order.
import type { ListedSet } from '../../diagnose/ports/tables.ts'
import { formatIp } from '../../net/ip.ts'
import { Attributes, attributesOf, encodeAttribute } from './message.ts'
import { ipOf } from './names.ts'

/** IPSET_CMD_LIST of the subsystem NFNL_SUBSYS_IPSET */
export const IPSET_LIST = (6 << 8) | 7
const NFGENMSG_BYTES = 4
/** The oldest version that kernels take; newer ones answer in the form of it. */
const PROTOCOL_VERSION = 6
const COMMAND = { protocol: 1, name: 2, type: 3, entries: 8 } as const
const ENTRY = { ip: 1, ipTo: 2, prefixLength: 3, port: 4, portTo: 5, protocol: 7, flags: 8 } as const
const ENTRY2 = { ip: 20, prefixLength: 21, ipTo: 22 } as const
const ADDRESS = { v4: 1, v6: 2 } as const
const NOMATCH = 1 << 2
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmpv6',
  132: 'sctp',
}

export function ipSetsRequest(): Uint8Array {
  return Buffer.concat([
    Buffer.alloc(NFGENMSG_BYTES),
    encodeAttribute(COMMAND.protocol, Uint8Array.of(PROTOCOL_VERSION)),
  ])
}

interface PartOfSet {
  readonly name: string
  /** undefined in what follows the first message */
  readonly type: string | undefined
  readonly entries: readonly Attributes[]
}

export function decodeIpSet(payload: Buffer): PartOfSet | undefined {
  const attributes = new Attributes(payload, NFGENMSG_BYTES)
  const name = attributes.text(COMMAND.name)
  if (name === undefined) return undefined
  // Messages that follow are read into the same buffer, and only the first of a set tells what its entries are made of.
  const shared = attributes.bytes(COMMAND.entries)
  const list = shared === undefined ? undefined : Buffer.from(shared)
  const entries = list === undefined ? [] : [...attributesOf(list)].map(({ value }) => new Attributes(value))
  return { name, type: attributes.text(COMMAND.type), entries }
}

export function joinIpSets(parts: readonly PartOfSet[]): ListedSet[] {
  const sets = new Map<string, { name: string; type: string; entries: string[] }>()
  for (const { name, type, entries } of parts) {
    if (type !== undefined && !sets.has(name)) sets.set(name, { name, type, entries: [] })
    const set = sets.get(name)
    set?.entries.push(...entries.map((entry) => entryText(entry, set.type)))
  }
  return [...sets.values()]
}

/** As `ipset save` writes it; a part that is not known here is written as `?`, which no reader takes for a value. */
function entryText(entry: Attributes, type: string): string {
  const [, kinds = ''] = type.split(':')
  let addresses = 0
  const words = kinds.split(',').map((kind) => {
    if (kind === 'port') return portText(entry)
    if (kind !== 'ip' && kind !== 'net') return '?'
    return addresses++ === 0
      ? addressText(entry, ENTRY.ip, ENTRY.prefixLength, ENTRY.ipTo)
      : addressText(entry, ENTRY2.ip, ENTRY2.prefixLength, ENTRY2.ipTo)
  })
  const flags = entry.bytes(ENTRY.flags)
  const isTakenOut = flags !== undefined && flags.length >= 4 && (flags.readUInt32BE(0) & NOMATCH) !== 0
  return `${words.join(',')}${isTakenOut ? ' nomatch' : ''}`
}

function addressText(entry: Attributes, at: number, lengthAt: number, toAt: number): string {
  const first = addressIn(entry, at)
  if (first === undefined) return '?'
  const last = addressIn(entry, toAt)
  if (last !== undefined) return `${first}-${last}`
  const length = entry.u8(lengthAt)
  return length === undefined ? first : `${first}/${length}`
}

function addressIn(entry: Attributes, at: number): string | undefined {
  const nested = entry.nested(at)
  const address = ipOf(nested.bytes(ADDRESS.v4) ?? nested.bytes(ADDRESS.v6))
  return address === undefined ? undefined : formatIp(address)
}

function portText(entry: Attributes): string {
  const bytes = entry.bytes(ENTRY.port)
  if (bytes === undefined || bytes.length < 2) return '?'
  const to = entry.bytes(ENTRY.portTo)
  const protocol = entry.u8(ENTRY.protocol)
  const ports = `${bytes.readUInt16BE(0)}${to === undefined || to.length < 2 ? '' : `-${to.readUInt16BE(0)}`}`
  return protocol === undefined ? ports : `${PROTOCOLS[protocol] ?? protocol}:${ports}`
}
