// BIRD 2: protocols with their templates and channels.
import type { Source, Span } from '../../../config/source/source.ts'
import { type IpFamily, parseIp } from '../../../net/ip.ts'
import { type Prefix, parsePrefix } from '../../../net/prefix.ts'
import type { Found, ObservedFamily, ObservedNeighbour, ObservedPaths, ObservedRouter } from '../observed.ts'
import type { Policy, Truth } from '../policy.ts'
import { type Definitions, Expression, runFilter } from './bird-filter.ts'
import { type BirdStatement, type BirdToken, birdStatements, birdTokens } from './bird-syntax.ts'
import { foundNumber, numberOf, remoteAs } from './words.ts'

export function readBird(source: Source): ObservedRouter {
  const statements = birdStatements(birdTokens(source))
  const reader = new BirdReader(statements)
  const sessions = reader.sessions()
  return {
    source,
    at: sessions[0]?.at,
    asn: sessions.map(({ local }) => local).find((asn) => asn !== undefined),
    neighbours: sessions.flatMap(({ neighbour }) => ('range' in neighbour ? [] : [neighbour])),
    ranges: sessions.flatMap(({ neighbour }) => ('range' in neighbour ? [neighbour] : [])),
    paths: (family) => reader.paths(family),
    // BIRD compares the lengths of AS paths only.
    relaxed: true,
  }
}

type Session = {
  readonly at: Span
  readonly local: Found<number> | undefined
  readonly neighbour: ObservedNeighbour | (Omit<ObservedNeighbour, 'address'> & { readonly range: Prefix })
}

const texts = ({ words }: BirdStatement): string[] => words.map(({ text }) => text)
const FAMILY: Readonly<Record<string, IpFamily>> = { ipv4: 4, ipv6: 6 }
const DEFAULT_MERGED = 16

class BirdReader {
  readonly #statements: readonly BirdStatement[]
  readonly #defined: Definitions
  readonly #filters = new Map<string, BirdStatement>()
  readonly #templates = new Map<string, BirdStatement>()

  constructor(statements: readonly BirdStatement[]) {
    this.#statements = statements
    const defined = new Map<string, readonly BirdToken[]>()
    for (const statement of statements) {
      const [first, second, third] = texts(statement)
      if (first === 'define' && second !== undefined) defined.set(second, statement.words.slice(3))
      if (first === 'filter' && second !== undefined) this.#filters.set(second, statement)
      if (first === 'template' && second === 'bgp' && third !== undefined)
        this.#templates.set(third, statement)
    }
    this.#defined = defined
  }

  /** A protocol without an address of a neighbour is not one; constants stand for addresses and numbers. */
  sessions(): Session[] {
    return this.#statements.flatMap((statement): Session[] => {
      const [first, second] = texts(statement)
      if (first !== 'protocol' || second !== 'bgp') return []
      const body = this.#bodyOf(statement, 0)
      const found = body.find((one) => texts(one)[0] === 'neighbor')
      if (found === undefined) return []
      const local = asnIn(
        body.find((one) => texts(one)[0] === 'local' && texts(one).includes('as')),
        this.#defined,
      )
      const words = texts(found)
      const isRange = words[1] === 'range'
      const key = this.#constant(words[isRange ? 2 : 1] ?? '')
      const range = isRange ? parsePrefix(key) : undefined
      if (isRange && range === undefined) return []
      const meaning = this.#meaning(statement.at, body, found, local)
      // An unnumbered session is known by its interface.
      const card = body.find((one) => texts(one)[0] === 'interface')?.words[1]?.text
      if (range !== undefined && card === undefined)
        return [{ at: statement.at, local, neighbour: { key, range, at: found.at, ...meaning } }]
      const name = range === undefined ? key : (card ?? key)
      const neighbour = { key: name, address: parseIp(name), at: found.at, ...meaning }
      return [{ at: statement.at, local, neighbour }]
    })
  }

  #constant(text: string): string {
    return this.#defined.get(text)?.[0]?.text ?? text
  }

  /** Own statements come first, those of the template behind them. */
  #bodyOf(statement: BirdStatement, depth: number): readonly BirdStatement[] {
    const words = texts(statement)
    const from = words.indexOf('from')
    const template = from < 0 ? undefined : this.#templates.get(words[from + 1] ?? '')
    const own = statement.block ?? []
    return template === undefined || depth > 8 ? own : [...own, ...this.#bodyOf(template, depth + 1)]
  }

  paths(family: IpFamily): ObservedPaths {
    const kernels = this.#statements.filter((one) => {
      const [first, second] = texts(one)
      return first === 'protocol' && second === 'kernel'
    })
    // A kernel protocol without channel is one for IPv4.
    const own = kernels.find(({ block = [] }) => {
      const channels = block.flatMap((one) => FAMILY[texts(one)[0] ?? ''] ?? [])
      return channels.includes(family) || (channels.length === 0 && family === 4)
    })
    const merge = own?.block?.find((one) => texts(one).slice(0, 2).join(' ') === 'merge paths')
    const [, , state, word, limit] = merge === undefined ? [] : texts(merge)
    const on = merge !== undefined && state !== 'off' && state !== 'no'
    if (!on) return { count: 1, at: merge?.at ?? own?.at }
    return { count: word === 'limit' ? (numberOf(limit) ?? DEFAULT_MERGED) : DEFAULT_MERGED, at: merge.at }
  }

  #meaning(at: Span, body: readonly BirdStatement[], found: BirdStatement, local: Found<number> | undefined) {
    const first = (...names: readonly string[]): BirdStatement | undefined =>
      body.find((one) => names.every((name, i) => texts(one)[i] === name))
    const isOn = (statement: BirdStatement | undefined): Span | undefined =>
      statement === undefined || /^(off|no)$/.test(texts(statement).at(-1) ?? '') ? undefined : statement.at
    const hold = first('hold', 'time')
    const restart = first('graceful', 'restart')
    const asn = texts(found)
    const as = asn.indexOf('as')
    const remote = remoteAs(
      as >= 0 ? this.#constant(asn[as + 1] ?? '') : asn.find((word) => /^(in|ex)ternal$/.test(word)),
      found.at,
    )
    const internal = remote?.value === 'internal' || remote?.value === local?.value
    return {
      asn: remote,
      localAsn: local,
      shutdown: isOn(first('disabled')),
      password: first('password')?.at,
      // iBGP sessions may pass several hops unless `direct` is written.
      multihop: first('multihop')?.at ?? (internal && first('direct') === undefined ? at : undefined),
      ttlSecurity: isOn(first('ttl', 'security')),
      bfd: isOn(first('bfd')),
      holdTimeSeconds: hold === undefined ? undefined : foundNumber(texts(hold)[2], hold.at),
      helper:
        restart === undefined
          ? undefined
          : { value: !/^(off|no)$/.test(texts(restart)[2] ?? ''), at: restart.at },
      families: this.#families(body),
    }
  }

  #families(body: readonly BirdStatement[]): Map<IpFamily, ObservedFamily> {
    const families = new Map<IpFamily, ObservedFamily>()
    for (const channel of body) {
      const [name = '', kind] = texts(channel)
      const family = FAMILY[name]
      if (family === undefined || (kind !== undefined && kind !== 'unicast')) continue
      const lines = [...(channel.block ?? [])]
      const known = families.get(family)
      // A channel of the template adds what the own one does not say.
      const limit = lines.find((one) =>
        texts(one)
          .slice(0, 2)
          .join(' ')
          .match(/^(import|receive) limit$/),
      )
      const policy = this.#policy(lines)
      families.set(family, {
        at: known?.at ?? channel.at,
        policy: known !== undefined && known.policy.kind !== 'none' ? known.policy : policy,
        limit: known?.limit ?? (limit === undefined ? undefined : foundNumber(texts(limit)[2], limit.at)),
      })
    }
    return families
  }

  #policy(lines: readonly BirdStatement[]): Policy {
    const line = lines.find(
      (one) => texts(one)[0] === 'import' && !/^(limit|keep|table)$/.test(texts(one)[1] ?? ''),
    )
    if (line === undefined)
      return {
        kind: 'none',
        effect: 'reject',
        why: 'an eBGP channel without an import policy carries nothing (RFC 8212)',
      }
    const [, kind = '', name] = texts(line)
    const { at } = line
    if (kind === 'all' || kind === 'none') {
      const outcome = kind === 'all' ? 'accept' : 'reject'
      return { kind: 'filter', name: kind, at, decide: () => ({ outcome, at }) }
    }
    if (kind === 'where') {
      const condition = line.words.slice(2)
      return { kind: 'filter', name: 'where', at, decide: (route) => this.#where(condition, route, at) }
    }
    if (line.block !== undefined) return this.#filter('filter', line.block, at)
    const called = kind === 'filter' ? (name ?? '') : kind
    const body = this.#filters.get(called)
    // Such a configuration is not loaded.
    if (body === undefined) return { kind: 'undefined', name: called, at, effect: 'unknown' }
    return this.#filter(called, body.block ?? [], at, body.at)
  }

  #filter(name: string, body: readonly BirdStatement[], at: Span, definedAt?: Span): Policy {
    return { kind: 'filter', name, at, definedAt, decide: (route) => runFilter(body, route, this.#defined) }
  }

  #where(condition: readonly BirdToken[], route: Prefix, at: Span) {
    const truth: Truth = new Expression(condition, route, this.#defined).value()
    const outcome =
      truth === undefined ? ('unknown' as const) : truth ? ('accept' as const) : ('reject' as const)
    return { outcome, at }
  }
}

function asnIn(statement: BirdStatement | undefined, defined: Definitions): Found<number> | undefined {
  if (statement === undefined) return undefined
  const words = texts(statement)
  const text = words[words.indexOf('as') + 1] ?? ''
  return foundNumber(defined.get(text)?.[0]?.text ?? text, statement.at)
}
