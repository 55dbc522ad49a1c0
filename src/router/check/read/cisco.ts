// FRR, Cisco IOS and Arista EOS: what the sorted lines mean, with the defaults of each.
import type { Source, Span } from '../../../config/source/source.ts'
import { type IpFamily, parseIp } from '../../../net/ip.ts'
import { parsePrefix } from '../../../net/prefix.ts'
import type { Found, ObservedFamily, ObservedNeighbour, ObservedPaths, ObservedRouter } from '../observed.ts'
import { allOf, type Outcome, type Policy } from '../policy.ts'
import { type CiscoText, readCiscoLines, type Setting } from './cisco-lines.ts'
import { foundNumber, remoteAs } from './words.ts'

export type CiscoVendor = 'frr' | 'cisco-ios' | 'arista'

/** What stands where nothing is configured. */
const DEFAULT_PATHS: Readonly<Record<CiscoVendor, number>> = { frr: 64, 'cisco-ios': 1, arista: 1 }

export function readCisco(source: Source, vendor: CiscoVendor): ObservedRouter {
  const text = readCiscoLines(source)
  const reader = new CiscoReader(text, vendor)
  return {
    source,
    ...{ at: text.at, asn: text.asn },
    neighbours: reader.neighbours(),
    ranges: reader.ranges(),
    paths: (family, internal) => reader.paths(family, internal),
    relaxed: reader.relaxed(),
  }
}

class CiscoReader {
  readonly #text: CiscoText
  readonly #vendor: CiscoVendor
  readonly #groups = new Set<string>()

  constructor(text: CiscoText, vendor: CiscoVendor) {
    this.#text = text
    this.#vendor = vendor
    for (const [key, { settings }] of text.neighbours)
      if (settings.some(({ words }) => isGroupHead(words))) this.#groups.add(key)
  }

  neighbours(): ObservedNeighbour[] {
    return [...this.#text.neighbours].flatMap(([key, { at, settings }]) => {
      if (this.#groups.has(key)) return []
      const group = groupOf(settings)
      const all = [...settings, ...(this.#text.neighbours.get(group ?? '')?.settings ?? [])]
      return [{ key, address: parseIp(key), at, ...this.#meaning(all, at) }]
    })
  }

  ranges() {
    return this.#text.ranges.flatMap(({ prefix, words, at }) => {
      const range = parsePrefix(prefix)
      const name = words[words[0] === 'peer' ? 2 : 1]
      const settings = [...(this.#text.neighbours.get(name ?? '')?.settings ?? [])]
      const asn = words.indexOf('remote-as')
      if (asn >= 0) settings.unshift({ words: words.slice(asn), at, family: undefined, negated: false })
      return range === undefined ? [] : [{ key: prefix, range, at, ...this.#meaning(settings, at) }]
    })
  }

  paths(family: IpFamily, internal: boolean): ObservedPaths {
    const own = this.#text.global.filter(
      ({ words, negated, family: of }) =>
        words[0] === 'maximum-paths' && !negated && (of === family || of === undefined),
    )
    for (const { words, at } of own) {
      const [, first, second] = words
      const forInternal = first === 'ibgp'
      // EOS has one number for both.
      if (this.#vendor !== 'arista' && forInternal !== internal) continue
      const count = foundNumber(forInternal ? second : first, at)
      if (count !== undefined) return { count: count.value, at }
    }
    return { count: DEFAULT_PATHS[this.#vendor], at: undefined }
  }

  /** EOS does not compare AS paths for multipath unless it is told to. */
  relaxed(): boolean {
    const line = this.#text.global.find(({ words }) =>
      words.join(' ').startsWith('bgp bestpath as-path multipath-relax'),
    )
    return line === undefined ? this.#vendor === 'arista' : !line.negated
  }

  #meaning(settings: readonly Setting[], at: Span) {
    const first = (name: RegExp): Setting | undefined => {
      const found = settings.find(({ words }) => name.test(words.join(' ')))
      return found?.negated === true ? undefined : found
    }
    const interfaceAsn = first(/^interface (v6only )?remote-as /)
    const asn = first(/^remote-as /) ?? interfaceAsn
    const timers = first(/^timers \d/)
    const isExternal = asn === undefined || asn.words.at(-1) !== String(this.#text.asn?.value)
    return {
      asn: asn === undefined ? undefined : remoteAs(asn.words.at(-1), asn.at),
      localAsn: settingNumber(first(/^local-as /), 1),
      shutdown: first(/^shutdown/)?.at,
      password: first(/^password /)?.at,
      multihop: first(/^(ebgp-multihop|disable-connected-check)/)?.at,
      ttlSecurity: first(/^ttl(-security| maximum-hops)/)?.at,
      bfd: first(/^(bfd|fall-over bfd)/)?.at,
      holdTimeSeconds: settingNumber(timers, 2),
      helper: this.#helper(first),
      families: this.#families(settings, at, isExternal),
    }
  }

  #helper(first: (name: RegExp) => Setting | undefined): Found<boolean> | undefined {
    const off = first(/^graceful-restart-disable/)
    if (off !== undefined) return { value: false, at: off.at }
    const on = first(/^(graceful-restart|ha-mode graceful-restart)/)
    if (on !== undefined) return { value: true, at: on.at }
    const global = this.#text.global.find(({ words }) => /^bgp graceful-restart/.test(words.join(' ')))
    if (global !== undefined && !global.negated && global.words[1] === 'graceful-restart')
      return { value: true, at: global.at }
    // FRR and EOS help by default; IOS has to be told.
    return this.#vendor === 'cisco-ios' && this.#text.at !== undefined
      ? { value: false, at: this.#text.at }
      : undefined
  }

  #families(settings: readonly Setting[], at: Span, isExternal: boolean): Map<IpFamily, ObservedFamily> {
    const families = new Map<IpFamily, ObservedFamily>()
    for (const family of [4, 6] as const) {
      const own = settings.filter((one) => one.family === family || one.family === undefined)
      const activate = own.find(({ words, family: of }) => words[0] === 'activate' && of === family)
      const active = activate === undefined ? family === 4 && this.#activeByDefault() : !activate.negated
      if (!active) continue
      const limit = own.find(
        ({ words, negated }) => !negated && /^maximum-(prefix|routes)$/.test(words[0] ?? ''),
      )
      const value = settingNumber(limit, 1)
      families.set(family, {
        at: activate?.at ?? at,
        policy: this.#policy(own, family, isExternal),
        // No limit at all, in EOS.
        limit: value?.value === 0 ? undefined : value,
      })
    }
    return families
  }

  #activeByDefault(): boolean {
    return !this.#text.global.some(
      ({ words, negated }) => negated && /^bgp default ipv4-unicast/.test(words.join(' ')),
    )
  }

  #policy(settings: readonly Setting[], family: IpFamily, isExternal: boolean): Policy {
    const incoming = settings.filter(({ words, negated }) => !negated && words[2] === 'in')
    const { policies } = this.#text
    // What FRR does not find, it takes for a refusal; IOS and EOS let everything through.
    const missing: Outcome = this.#vendor === 'frr' ? 'reject' : 'accept'
    const parts = incoming.flatMap(({ words: [kind, name = ''], at }): Policy[] => {
      if (kind === 'prefix-list') return [policies.listPolicy(family, name, at, missing)]
      if (kind === 'route-map') return [policies.mapPolicy(name, at, missing)]
      if (kind === 'distribute-list' || kind === 'filter-list')
        return [{ kind: 'filter', name, at, decide: () => ({ outcome: 'unknown' }) }]
      return []
    })
    return allOf(parts) ?? this.#noPolicy(isExternal)
  }

  #noPolicy(isExternal: boolean): Policy {
    const required =
      this.#vendor === 'frr' &&
      isExternal &&
      !this.#text.global.some(
        ({ words, negated }) => negated && words.join(' ') === 'bgp ebgp-requires-policy',
      )
    return required
      ? { kind: 'none', effect: 'reject', why: 'FRR refuses routes of eBGP neighbours without a policy' }
      : { kind: 'none', effect: 'accept', why: 'without a policy, everything is let in' }
  }
}

/** `neighbor NODES peer-group`, or `peer group` in EOS: the name is that of a group. */
const isGroupHead = (words: readonly string[]): boolean => /^peer[- ]group$/.test(words.join(' '))

function groupOf(settings: readonly Setting[]): string | undefined {
  for (const { words } of settings) {
    const [, name] = /\bpeer[- ]group (\S+)$/.exec(words.join(' ')) ?? []
    if (name !== undefined) return name
  }
  return undefined
}

const settingNumber = (setting: Setting | undefined, index: number): Found<number> | undefined =>
  setting === undefined ? undefined : foundNumber(setting.words[index], setting.at)
