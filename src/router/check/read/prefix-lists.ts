// Prefix-lists and route-maps, as FRR, Cisco, Arista and VyOS have them in common.
import type { Span } from '../../../config/source/source.ts'
import { type IpFamily, ipBits } from '../../../net/ip.ts'
import { type Prefix, parsePrefix } from '../../../net/prefix.ts'
import {
  firstMatch,
  matches,
  type Outcome,
  type Pattern,
  type Policy,
  type Truth,
  type Verdict,
} from '../policy.ts'

export interface ListEntry {
  readonly order: number
  readonly permit: boolean
  /** undefined: not understood */
  readonly pattern: Pattern | undefined
  readonly at: Span
}

export interface MapEntry {
  readonly order: number
  readonly permit: boolean
  readonly at: Span
  /** names of the prefix-lists of which one has to match, per family */
  readonly lists: { readonly family: IpFamily; readonly names: readonly string[] }[]
  /** it has conditions or jumps that are not understood */
  doubtful: boolean
}

export class Policies {
  readonly lists = new Map<string, ListEntry[]>()
  readonly maps = new Map<string, MapEntry[]>()

  addList(family: IpFamily, name: string, entry: ListEntry): void {
    const key = `${family} ${name}`
    const list = this.lists.get(key)
    if (list === undefined) this.lists.set(key, [entry])
    else list.push(entry)
  }

  hasList(family: IpFamily, name: string): boolean {
    return this.lists.has(`${family} ${name}`)
  }

  /** A route that no entry matches is refused. */
  listVerdict(family: IpFamily, name: string, route: Prefix): Verdict {
    const entries = [...(this.lists.get(`${family} ${name}`) ?? [])].sort((a, b) => a.order - b.order)
    const terms = entries.map(({ at, permit, pattern }) => ({
      at,
      test: (one: Prefix): Truth => (pattern === undefined ? undefined : matches(pattern, one)),
      outcome: permit ? ('accept' as const) : ('reject' as const),
    }))
    return firstMatch(terms, 'reject', route)
  }

  listPolicy(family: IpFamily, name: string, at: Span, undefinedEffect: Outcome): Policy {
    if (!this.hasList(family, name)) return { kind: 'undefined', name, at, effect: undefinedEffect }
    const definedAt = this.lists.get(`${family} ${name}`)?.[0]?.at
    return { kind: 'filter', name, at, definedAt, decide: (route) => this.listVerdict(family, name, route) }
  }

  mapPolicy(name: string, at: Span, undefinedEffect: Outcome): Policy {
    const entries = this.maps.get(name)
    if (entries === undefined) return { kind: 'undefined', name, at, effect: undefinedEffect }
    const ordered = [...entries].sort((a, b) => a.order - b.order)
    const terms = ordered.map((entry) => ({
      at: entry.at,
      test: (route: Prefix): Truth => this.#entryMatches(entry, route),
      outcome: entry.permit ? ('accept' as const) : ('reject' as const),
    }))
    const definedAt = ordered[0]?.at
    return { kind: 'filter', name, at, definedAt, decide: (route) => firstMatch(terms, 'reject', route) }
  }

  /** Conditions of one family say nothing about routes of the other, which then do not match. */
  #entryMatches({ lists, doubtful }: MapEntry, route: Prefix): Truth {
    for (const { family, names } of lists) {
      const outcomes = names.map((name) =>
        family === route.family ? this.listVerdict(family, name, route).outcome : 'reject',
      )
      if (outcomes.includes('accept')) continue
      return outcomes.includes('unknown') ? undefined : false
    }
    return doubtful ? undefined : true
  }
}

/** `198.51.100.0/24` with `ge` and `le`; without them the length is exactly that of the prefix. */
export function patternOf(
  family: IpFamily,
  text: string,
  ge: number | undefined,
  le: number | undefined,
): Pattern | undefined {
  const within = text === 'any' ? parsePrefix(family === 4 ? '0.0.0.0/0' : '::/0') : parsePrefix(text)
  if (within === undefined || within.family !== family) return undefined
  const bits = ipBits(family)
  if (text === 'any') return { within, min: 0, max: bits }
  return { within, min: ge ?? within.length, max: le ?? (ge === undefined ? within.length : bits) }
}
