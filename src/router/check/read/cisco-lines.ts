// FRR, Cisco IOS and Arista EOS: lines in modes. This sorts the lines: what belongs to which neighbour and family, and which
// lists and maps there are. Lines that it does not know are left where they are.
import type { Source, Span } from '../../../config/source/source.ts'
import type { IpFamily } from '../../../net/ip.ts'
import type { Found } from '../observed.ts'
import { type MapEntry, Policies, patternOf } from './prefix-lists.ts'
import { foundNumber, type Line, linesOf, numberOf, type Word } from './words.ts'

/** A line about a neighbour or a group, without `neighbor KEY`. */
export interface Setting {
  readonly words: readonly string[]
  readonly at: Span
  /** undefined outside of an address family */
  readonly family: IpFamily | undefined
  readonly negated: boolean
}

export interface CiscoText {
  at: Span | undefined
  asn: Found<number> | undefined
  /** in the order of the text: key → its settings */
  readonly neighbours: Map<string, { readonly at: Span; readonly settings: Setting[] }>
  readonly ranges: { readonly prefix: string; readonly words: readonly string[]; readonly at: Span }[]
  /** lines of `router bgp` that are about no neighbour, with their family */
  readonly global: Setting[]
  readonly policies: Policies
}

type Mode = 'top' | 'bgp' | 'elsewhere' | 'map' | 'list'

/** Words that begin a line of `router bgp`: texts are pasted without their indentation. */
const BGP_WORDS = new Set([
  ...['neighbor', 'bgp', 'address-family', 'exit-address-family', 'maximum-paths', 'timers', 'network'],
  ...['redistribute', 'aggregate-address', 'router-id', 'distance', 'no', 'exit', 'graceful-restart'],
])

export function readCiscoLines(source: Source): CiscoText {
  const reader = new Reader()
  for (const line of linesOf(source, '!#')) reader.read(line)
  return reader.text
}

class Reader {
  readonly text: CiscoText = {
    ...{ at: undefined, asn: undefined, neighbours: new Map(), ranges: [], global: [] },
    policies: new Policies(),
  }
  #mode: Mode = 'top'
  #family: IpFamily | undefined
  /** an address family of another VRF, or one that is not unicast */
  #foreign = false
  #map: MapEntry | undefined
  #list: { family: IpFamily; name: string } | undefined
  #count = 0

  read(line: Line): void {
    const words = line.words.map(({ text }) => text)
    const [first = '', second = ''] = words
    if (first === 'router') this.#enterRouter(line, second)
    else if (/^(ip|ipv6)$/.test(first) && second === 'prefix-list') this.#prefixList(line, first)
    else if (first === 'route-map') this.#routeMap(line)
    else if (this.#mode === 'list' && line.indent > 0) this.#listEntry(line.words, line.at)
    else if (
      this.#mode === 'map' &&
      (line.indent > 0 || /^(match|set|on-match|call|continue|description)$/.test(first))
    )
      this.#mapLine(line)
    else if (this.#mode === 'bgp' && (line.indent > 0 || BGP_WORDS.has(first))) this.#bgpLine(line)
    else if (line.indent === 0 && this.#mode !== 'bgp') this.#mode = 'top'
    else if (line.indent === 0) this.#leave()
  }

  #leave(): void {
    this.#mode = 'top'
    this.#family = undefined
    this.#foreign = false
  }

  #enterRouter({ words, at }: Line, protocol: string): void {
    this.#leave()
    const asn = foundNumber(words[2]?.text, words[2]?.at ?? at)
    // A BGP of another VRF has neighbours of its own, which may have the same addresses.
    if (protocol !== 'bgp' || asn === undefined || words.length > 3) {
      this.#mode = 'elsewhere'
      return
    }
    this.#mode = 'bgp'
    this.text.at ??= at
    this.text.asn ??= asn
  }

  #bgpLine(line: Line): void {
    const words = line.words.map(({ text }) => text)
    const [first = '', second = ''] = words
    if (first === 'address-family') this.#enterFamily(words)
    else if (first === 'exit-address-family') this.#leaveFamily()
    else if (first === 'vrf') this.#foreign = true
    else if (first === 'exit' && this.#family === undefined) this.#leave()
    else if (first === 'exit') this.#leaveFamily()
    else if (this.#foreign) return
    else if (first === 'neighbor') this.#neighbour(line, words.slice(1), false)
    else if (first === 'no' && second === 'neighbor') this.#neighbour(line, words.slice(2), true)
    else if (first === 'bgp' && second === 'listen') this.#listen(line, words)
    else this.#global(line, words)
  }

  #leaveFamily(): void {
    this.#family = undefined
    this.#foreign = false
  }

  #enterFamily([, family, ...rest]: readonly string[]): void {
    this.#leaveFamily()
    const known = family === 'ipv4' ? 4 : family === 'ipv6' ? 6 : undefined
    this.#foreign = known === undefined || rest.some((word) => word !== 'unicast')
    this.#family = known
  }

  #neighbour({ at }: Line, [key, ...words]: readonly string[], negated: boolean): void {
    if (key === undefined || words.length === 0) return
    const known = this.text.neighbours.get(key)
    const entry = known ?? { at, settings: [] }
    if (known === undefined) this.text.neighbours.set(key, entry)
    entry.settings.push({ words, at, family: this.#family, negated })
  }

  #listen({ at }: Line, words: readonly string[]): void {
    const [, , what, prefix, ...rest] = words
    if (what === 'range' && prefix !== undefined) this.text.ranges.push({ prefix, words: rest, at })
  }

  #global({ at }: Line, words: readonly string[]): void {
    const negated = words[0] === 'no'
    this.text.global.push({ words: negated ? words.slice(1) : words, at, family: this.#family, negated })
  }

  /** `ip prefix-list NAME [seq N] permit P [ge n] [le n]`, or the head of a block of such entries. */
  #prefixList({ words, at }: Line, command: string): void {
    this.#leave()
    const name = words[2]?.text
    const family = command === 'ip' ? 4 : 6
    if (name === undefined) return
    this.#list = { family, name }
    if (words.length === 3) this.#mode = 'list'
    else this.#listEntry(words.slice(3), at)
  }

  #listEntry(words: readonly Word[], at: Span): void {
    if (this.#list === undefined) return
    const { family, name } = this.#list
    const texts = words.map(({ text }) => text)
    const numbered = texts[0] === 'seq'
    const [action, prefix, ...rest] = numbered ? texts.slice(2) : texts
    if ((action !== 'permit' && action !== 'deny') || prefix === undefined) return
    const option = (word: string): number | undefined => {
      const index = rest.indexOf(word)
      return index < 0 ? undefined : numberOf(rest[index + 1])
    }
    this.#count++
    this.text.policies.addList(family, name, {
      order: numbered ? (numberOf(texts[1]) ?? this.#count) : this.#count * 5,
      permit: action === 'permit',
      pattern: patternOf(family, prefix, option('ge'), option('le')),
      at,
    })
  }

  #routeMap({ words, at }: Line): void {
    this.#leave()
    const [, name, action, order] = words.map(({ text }) => text)
    if (name === undefined) return
    this.#mode = 'map'
    this.#map = { order: numberOf(order) ?? 10, permit: action !== 'deny', at, lists: [], doubtful: false }
    const entries = this.text.policies.maps.get(name) ?? []
    entries.push(this.#map)
    this.text.policies.maps.set(name, entries)
  }

  #mapLine({ words }: Line): void {
    if (this.#map === undefined) return
    const [first, protocol, address, kind, ...names] = words.map(({ text }) => text)
    // What is set on a route does not decide whether it is let in.
    if (first === 'set' || first === 'description' || first === 'exit') return
    if (first === 'match' && address === 'address' && kind === 'prefix-list' && names.length > 0)
      this.#map.lists.push({ family: protocol === 'ipv6' ? 6 : 4, names })
    else this.#map.doubtful = true
  }
}
