// Other addresses for addresses, so that whoever reads a bundle learns no real one and the diagnosis says the same: two addresses that
// share a prefix share one of the same length afterwards (the construction of Crypto-PAn: each bit is turned or not by a keyed hash of
// the bits before it). What an address *is* stays: private, loopback, link-local, multicast.
import { type Ip, type IpFamily, ip, ipBits, parseIp } from '../../net/ip.ts'
import { type Prefix, parsePrefix } from '../../net/prefix.ts'
import { sha256Words } from '../../net/sha256.ts'

/** Blocks with a meaning: their addresses stay in them, and no other address comes into them. */
const BLOCKS = prefixes(
  '10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 2000::/3 fc00::/7 fe80::/10',
)
/** Blocks whose addresses are the same everywhere: this network, loopback, multicast, netmasks. */
const PUBLIC = prefixes('0.0.0.0/8 127.0.0.0/8 224.0.0.0/4 240.0.0.0/4 ::/8 ff00::/8')
/** The last byte stays, and with it which addresses are the first and the last of a network. */
const FIXED_FROM: Readonly<Record<IpFamily, number>> = { 4: 24, 6: 128 }
/** A range that is wider would keep nearly everything as it is. */
const WIDEST_RANGE: Readonly<Record<IpFamily, number>> = { 4: 8, 6: 16 }

function prefixes(text: string): readonly Prefix[] {
  return text.split(' ').flatMap((each) => parsePrefix(each) ?? [])
}

export class AddressPseudonyms {
  readonly #key: string
  readonly #kept: readonly Prefix[]
  readonly #turned = new Map<string, boolean>()

  /** @param key nobody must know it. @param texts in which ranges may stand: inside of a range the order of addresses is kept */
  constructor(key: string, texts: string) {
    this.#key = key
    this.#kept = [...PUBLIC, ...rangesIn(texts)]
  }

  of({ family, value }: Ip): Ip {
    const width = ipBits(family)
    let made = 0n
    for (let length = 0; length < width; length++) {
      const bit = (value >> BigInt(width - length - 1)) & 1n
      const above = value >> BigInt(width - length)
      made = (made << 1n) | (this.#turns(family, length, above) ? bit ^ 1n : bit)
    }
    return ip(family, made)
  }

  #turns(family: IpFamily, length: number, above: bigint): boolean {
    if (length >= FIXED_FROM[family]) return false
    const id = `${family} ${length} ${above.toString(16)}`
    const known = this.#turned.get(id)
    if (known !== undefined) return known
    const made =
      !isAbove([...BLOCKS, ...PUBLIC], family, length, above) &&
      !this.#kept.some((prefix) => isInside(prefix, family, length, above)) &&
      ((sha256Words(new TextEncoder().encode(`${this.#key} ${id}`))[0] ?? 0) & 1) === 1
    this.#turned.set(id, made)
    return made
  }
}

/** A turn here would take a whole block somewhere else. */
const isAbove = (blocks: readonly Prefix[], family: IpFamily, length: number, above: bigint): boolean =>
  blocks.some(
    (block) =>
      block.family === family &&
      length < block.length &&
      block.base >> BigInt(ipBits(family) - length) === above,
  )

const isInside = (prefix: Prefix, family: IpFamily, length: number, above: bigint): boolean =>
  prefix.family === family &&
  length >= prefix.length &&
  above >> BigInt(length - prefix.length) === prefix.base >> BigInt(ipBits(family) - prefix.length)

const RANGE = /([\da-f.:]+)\s*-\s*([\da-f.:]+)/gi
const START_STOP = /"start":"([^"]+)"[^{}]*?"stop":"([^"]+)"/gi

/** The smallest prefix that holds each range. */
function rangesIn(texts: string): Prefix[] {
  return [...texts.matchAll(RANGE), ...texts.matchAll(START_STOP)].flatMap(([, from = '', to = '']) => {
    const first = parseIp(from)
    const last = parseIp(to)
    if (first === undefined || last === undefined || first.family !== last.family) return []
    const width = ipBits(first.family)
    const differing = (first.value ^ last.value).toString(2).replace(/^0$/, '').length
    const length = width - differing
    if (length < WIDEST_RANGE[first.family]) return []
    return [{ family: first.family, length, base: (first.value >> BigInt(differing)) << BigInt(differing) }]
  })
}
