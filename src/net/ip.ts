// IPv4 and IPv6 addresses as values. The grammar is Go's net.ParseIP, because MetalLB's rules are written
// against it: no leading zeros, no zone, no short forms, and an IPv4-mapped IPv6 address *is* the IPv4 address.

export type IpFamily = 4 | 6

/** One address. `value` is the address as an unsigned integer: below 2^32 for IPv4, below 2^128 for IPv6. */
export interface Ip {
  readonly family: IpFamily
  readonly value: bigint
}

export const ipBits = (family: IpFamily): 32 | 128 => (family === 4 ? 32 : 128)

/** The highest address of a family. */
export const ipMax = (family: IpFamily): bigint => (family === 4 ? 0xffffffffn : (1n << 128n) - 1n)

export const ip = (family: IpFamily, value: bigint): Ip => ({ family, value })

/** Parses an address as Go's `net.ParseIP` does; undefined when it is none. */
export function parseIp(text: string): Ip | undefined {
  if (text.includes(':')) return parseIpv6(text)
  const value = parseIpv4Value(text)
  return value === undefined ? undefined : { family: 4, value: BigInt(value) }
}

const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39] as const

function parseIpv4Value(text: string): number | undefined {
  if (text.length > 15) return undefined
  let value = 0
  let octet = 0
  let digits = 0
  let dots = 0
  // Without a list of parts: rule sets and routes hold tens of thousands of addresses.
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (digits === 0 || ++dots > 3) return undefined
      value = value * 256 + octet
      octet = digits = 0
    } else {
      if (code < ZERO || code > NINE || (digits > 0 && octet === 0)) return undefined
      octet = octet * 10 + code - ZERO
      digits++
      if (octet > 255) return undefined
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : undefined
}

function parseIpv6(text: string): Ip | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  // RFC 4291 §2.2: "::" stands for one or more groups; without it all eight must be there.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  let value = 0n
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail])
    value = (value << 16n) | BigInt(group)
  if (value >> 32n === 0xffffn) return { family: 4, value: value & 0xffffffffn }
  return { family: 6, value }
}

/** The 16-bit groups of one side of "::"; a dotted quad may stand at the very end of the address. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes('.')) {
      const quad = parseIpv4Value(part)
      if (quad === undefined) return undefined
      groups.push(Math.floor(quad / 65536), quad % 65536)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16))
    } else return undefined
  }
  return groups
}

/** Text form: dotted for IPv4, RFC 5952 (lower case, longest run of zeros compressed) for IPv6. */
export function formatIp({ family, value }: Ip): string {
  if (family === 4) {
    const v = Number(value)
    return `${(v >>> 24) & 255}.${(v >>> 16) & 255}.${(v >>> 8) & 255}.${v & 255}`
  }
  const groups: number[] = []
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn))
  const run = longestZeroRun(groups)
  if (run === undefined) return groups.map((g) => g.toString(16)).join(':')
  const hex = (part: readonly number[]) => part.map((g) => g.toString(16)).join(':')
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`
}

/** RFC 5952 §4.2.2, §4.2.3: a single zero group is not shortened; of equal runs the first is. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } | undefined {
  let best: { start: number; length: number } | undefined
  let start = -1
  for (const [index, group] of [...groups, 1].entries()) {
    if (group === 0 && start < 0) start = index
    if (group !== 0 && start >= 0) {
      if (index - start > (best?.length ?? 1)) best = { start, length: index - start }
      start = -1
    }
  }
  return best
}

/** IPv4 before IPv6, then by number. */
export function compareIp(a: Ip, b: Ip): number {
  if (a.family !== b.family) return a.family - b.family
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
}

export const sameIp = (a: Ip, b: Ip): boolean => a.family === b.family && a.value === b.value

/** The bytes of an address, most significant first: 4 or 16. */
export function ipBytes({ family, value }: Ip): Uint8Array {
  const bytes = new Uint8Array(ipBits(family) / 8)
  let rest = value
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

/** An address from 4 or 16 bytes; undefined for any other length. IPv4-mapped bytes stay IPv6 (wire form). */
export function ipFromBytes(bytes: Uint8Array): Ip | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return { family: bytes.length === 4 ? 4 : 6, value }
}
