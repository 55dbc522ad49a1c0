// MikroTik RouterOS, versions 6 and 7: peers, and connections with their templates and instances.
import type { Source } from '../../../config/source/source.ts'
import { type IpFamily, parseIp } from '../../../net/ip.ts'
import { parsePrefix } from '../../../net/prefix.ts'
import type { Found, ObservedFamily, ObservedNeighbour, ObservedPaths, ObservedRouter } from '../observed.ts'
import type { Policy, Term } from '../policy.ts'
import { chainsOf, isDisabled, runChain } from './routeros-filter.ts'
import { type RouterosItem, routerosItems } from './routeros-lines.ts'
import { foundNumber } from './words.ts'

export function readRouteros(source: Source, version: 6 | 7): ObservedRouter {
  const items = routerosItems(source)
  const reader = new RouterosReader(items, version)
  const sessions = reader.sessions()
  return {
    source,
    at: items.find(({ menu }) => menu.startsWith('routing bgp'))?.at,
    asn: sessions.map(({ asn }) => asn).find((asn) => asn !== undefined) ?? reader.instanceAsn(undefined),
    neighbours: sessions.flatMap(({ neighbour, range }) => (range === undefined ? [neighbour] : [])),
    ranges: sessions.flatMap(({ neighbour, range }) =>
      range === undefined ? [] : [{ ...neighbour, range }],
    ),
    paths: () => reader.paths(),
    // Nothing is said about AS paths.
    relaxed: true,
  }
}

type Property = (...names: readonly string[]) => Found<string> | undefined

class RouterosReader {
  readonly #items: readonly RouterosItem[]
  readonly #version: 6 | 7
  readonly #chains: ReadonlyMap<string, readonly Term[]>

  constructor(items: readonly RouterosItem[], version: 6 | 7) {
    this.#items = items
    this.#version = version
    this.#chains = chainsOf(items)
  }

  sessions() {
    const menu = this.#version === 7 ? 'routing bgp connection' : 'routing bgp peer'
    return this.#items
      .filter((item) => item.menu === menu && item.verb === 'add')
      .flatMap((item) => {
        const property = this.#propertiesOf(item)
        const remote = property('remote.address', 'remote-address')
        if (remote === undefined) return []
        const asn = numberIn(property('as')) ?? this.instanceAsn(property('instance')?.value)
        return [this.#session(item, property, remote, asn)]
      })
  }

  #session(item: RouterosItem, property: Property, remote: Found<string>, asn: Found<number> | undefined) {
    const host = remote.value.replace(/\/(32|128)$/, '')
    const range = parseIp(host) === undefined ? parsePrefix(remote.value) : undefined
    const remoteAsn = numberIn(property('remote.as', 'remote-as'))
    const internal = remoteAsn !== undefined && remoteAsn.value === asn?.value
    const ttl = numberIn(property('remote.ttl'))
    const multihop = yes(property('multihop'))
    const neighbour: ObservedNeighbour = {
      key: host,
      address: parseIp(host),
      at: item.at,
      asn: remoteAsn,
      localAsn: asn,
      shutdown: isDisabled(item) ? item.at : undefined,
      password: property('tcp-md5-key')?.value === '' ? undefined : property('tcp-md5-key')?.at,
      multihop: multihop ?? (internal ? item.at : undefined),
      ttlSecurity: ttl === undefined || ttl.value < 2 ? undefined : ttl.at,
      bfd: yes(property('use-bfd')),
      holdTimeSeconds: secondsIn(property('hold-time')),
      helper: undefined,
      families: this.#families(item, property),
    }
    return { neighbour, range, asn }
  }

  /** Own properties first, then those of the templates of a connection. */
  #propertiesOf(item: RouterosItem): Property {
    const names =
      (item.properties.get('templates') ?? item.properties.get('template'))?.value.split(',') ?? []
    const templates = this.#items.filter(
      ({ menu, verb, words, properties }) =>
        menu === 'routing bgp template' &&
        (verb === 'add' || verb === 'set') &&
        names.includes(properties.get('name')?.value ?? words[0] ?? ''),
    )
    return (...wanted) => {
      for (const { properties } of [item, ...templates])
        for (const name of wanted) {
          const found = properties.get(name)
          if (found !== undefined) return found
        }
      return undefined
    }
  }

  instanceAsn(name = 'default'): Found<number> | undefined {
    const instances = this.#items.filter(
      ({ menu, verb }) => menu === 'routing bgp instance' && (verb === 'add' || verb === 'set'),
    )
    const own = instances.find(
      ({ words, properties }) => (properties.get('name')?.value ?? words[0] ?? 'default') === name,
    )
    return numberIn((own ?? (this.#version === 6 ? undefined : instances[0]))?.properties.get('as'))
  }

  paths(): ObservedPaths | undefined {
    // Version 6 and the first releases of 7 have no such setting at all.
    if (this.#version === 6) return undefined
    const instances = this.#items.filter(({ menu }) => menu === 'routing bgp instance')
    const [first] = instances
    if (first === undefined) return undefined
    const found = numberIn(instances.map(({ properties }) => properties.get('multipath')).find(Boolean))
    return found === undefined ? { count: 1, at: first.at } : { count: found.value, at: found.at }
  }

  #families(item: RouterosItem, property: Property): Map<IpFamily, ObservedFamily> {
    const list = property('afi', 'address-families')
    const words = (list?.value ?? 'ip').split(',')
    const families = new Map<IpFamily, ObservedFamily>()
    for (const [word, family] of [
      ['ip', 4],
      ['ipv6', 6],
    ] as const) {
      if (!words.includes(word)) continue
      const limit = property(`input.limit-process-routes-ipv${family}`, 'max-prefix-limit')
      families.set(family, {
        at: list?.at ?? item.at,
        policy: this.#policy(property),
        limit: numberIn(limit),
      })
    }
    return families
  }

  #policy(property: Property): Policy {
    const named = property('input.filter', 'in-filter')
    if (named === undefined || named.value === '')
      return { kind: 'none', effect: 'accept', why: 'without an input filter, everything is let in' }
    const { value: name, at } = named
    const terms = this.#chains.get(name)
    const version = this.#version
    if (terms === undefined)
      return { kind: 'undefined', name, at, effect: version === 7 ? 'reject' : 'accept' }
    return {
      kind: 'filter',
      name,
      at,
      definedAt: terms[0]?.at,
      decide: (route) => runChain(terms, version, route),
    }
  }
}

const numberIn = (found: Found<string> | undefined): Found<number> | undefined =>
  found === undefined ? undefined : foundNumber(found.value, found.at)

const yes = (found: Found<string> | undefined) =>
  found !== undefined && /^(yes|true)$/.test(found.value) ? found.at : undefined

/** `30s`, `3m`, `1h30m`, or `infinity`, which means that nobody watches the session. */
function secondsIn(found: Found<string> | undefined): Found<number> | undefined {
  if (found === undefined) return undefined
  if (found.value === 'infinity') return { value: 0, at: found.at }
  const [, hours = '0', minutes = '0', seconds = '0'] =
    /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s?)?$/.exec(found.value) ?? []
  return { value: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), at: found.at }
}
