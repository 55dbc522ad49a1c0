// Sets of the kernel (ipset) that rules of iptables compare a packet with: kube-proxy keeps the addresses and ports of Services in
// them when it works with IPVS.
import type { Ip } from '../../net/ip.ts'
import { type IpRange, rangeContains } from '../../net/prefix.ts'

/** One part of an entry: the address or the port of one end of a packet. */
export type SetPart =
  | { readonly kind: 'address'; readonly range: IpRange }
  /** without a protocol: of TCP and UDP */
  | {
      readonly kind: 'port'
      readonly protocol: string | undefined
      readonly ports: { readonly first: number; readonly last: number }
    }

export interface SetEntry {
  readonly parts: readonly SetPart[]
}

/** What a packet has in the place of a part; undefined: not known. */
export type SetValue = Ip | { readonly protocol: string; readonly port: number } | undefined

export class AddressSet {
  readonly name: string
  readonly entries: readonly SetEntry[]
  readonly #byFirst = new Map<string, SetEntry[]>()
  /** begin with a range */
  readonly #others: SetEntry[] = []

  constructor(name: string, entries: readonly SetEntry[]) {
    this.name = name
    this.entries = entries
    for (const entry of entries) {
      const key = keyOfPart(entry.parts[0])
      const known = key === undefined ? this.#others : this.#byFirst.get(key)
      if (known === undefined && key !== undefined) this.#byFirst.set(key, [entry])
      else known?.push(entry)
    }
  }

  /** Entries that begin with this value: no others can hold. */
  startingWith(value: SetValue): readonly SetEntry[] {
    const key = keyOfValue(value)
    const named = key === undefined ? [] : (this.#byFirst.get(key) ?? [])
    return this.#others.length === 0 ? named : [...named, ...this.#others]
  }
}

function keyOfPart(part: SetPart | undefined): string | undefined {
  if (part === undefined) return undefined
  if (part.kind === 'port') return part.ports.first === part.ports.last ? `${part.ports.first}` : undefined
  const { family, first, last } = part.range
  return first === last ? `${family} ${first}` : undefined
}

const keyOfValue = (value: SetValue): string | undefined =>
  value === undefined ? undefined : 'port' in value ? `${value.port}` : `${value.family} ${value.value}`

const HAVE_PORTS = new Set(['tcp', 'udp'])

export function partHolds(part: SetPart, value: SetValue): boolean {
  if (value === undefined) return false
  if (part.kind === 'address') return 'family' in value && rangeContains(part.range, value)
  if (!('port' in value)) return false
  const isOfProtocol =
    part.protocol === undefined ? HAVE_PORTS.has(value.protocol) : part.protocol === value.protocol
  return isOfProtocol && part.ports.first <= value.port && value.port <= part.ports.last
}
