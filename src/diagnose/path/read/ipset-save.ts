// Sets as `ipset save` prints them, as `ipset list` does, and as the kernel tells them.
//
//   create KUBE-LOAD-BALANCER hash:ip,port family inet hashsize 1024 maxelem 65536
//   add KUBE-LOAD-BALANCER 203.0.113.10,tcp:80
//
//   Name: KUBE-LOAD-BALANCER
//   Type: hash:ip,port
//   Members:
//   203.0.113.10,tcp:80
import type { ListedSet } from '../../ports/tables.ts'
import { AddressSet, type SetEntry, type SetPart } from '../address-set.ts'
import { addressRange } from './address-ranges.ts'

export const isIpsetSave = (text: string): boolean =>
  /^create \S+ (hash|bitmap|list):\S+/m.test(text) || /^Name: \S+\nType: (hash|bitmap|list):/m.test(text)

/** Sets in their order; a set that is filled and was not made is left out. */
export function readIpsetSave(text: string): ListedSet[] {
  const found = new Map<string, { name: string; type: string; entries: string[] }>()
  let listing: string[] | undefined
  let name = ''
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    const [first = '', second = '', third = ''] = line.split(/\s+/)
    if (first === 'create' && /^(hash|bitmap|list):/.test(third)) {
      found.set(second, { name: second, type: third, entries: [] })
      listing = undefined
    } else if (first === 'add' && found.has(second))
      found.get(second)?.entries.push(line.slice('add '.length + second.length).trim())
    else if (first === 'Name:') {
      name = second
      listing = undefined
    } else if (first === 'Type:') found.set(name, { name, type: second, entries: [] })
    else if (first === 'Members:') listing = found.get(name)?.entries
    else if (line === '') listing = undefined
    else listing?.push(line)
  }
  return [...found.values()]
}

/** @returns undefined for a set of a kind, or with an entry, that is not understood: what is in it is not known then */
export function addressSet({ name, type, entries }: ListedSet): AddressSet | undefined {
  const [, kinds = ''] = type.split(':')
  const parts = kinds.split(',')
  const read = entries.map((entry) => entryOf(entry, parts))
  return read.every((entry) => entry !== undefined) ? new AddressSet(name, read) : undefined
}

function entryOf(text: string, kinds: readonly string[]): SetEntry | undefined {
  const [value = '', ...options] = text.split(/\s+/)
  // An entry that takes others out of the set; kube-proxy makes none.
  if (options.includes('nomatch')) return undefined
  const words = value.split(',')
  if (words.length !== kinds.length) return undefined
  const parts = words.map((word, index) => partOf(word, kinds[index] ?? ''))
  return parts.every((part) => part !== undefined) ? { parts } : undefined
}

function partOf(word: string, kind: string): SetPart | undefined {
  if (kind === 'ip' || kind === 'net') {
    const range = addressRange(word)
    return range === undefined ? undefined : { kind: 'address', range }
  }
  if (kind !== 'port') return undefined
  const [, protocol, first, last = first] = /^(?:([a-z0-9-]+):)?(\d+)(?:-(\d+))?$/i.exec(word) ?? []
  if (first === undefined || last === undefined) return undefined
  return {
    kind: 'port',
    protocol: protocol?.toLowerCase(),
    ports: { first: Number(first), last: Number(last) },
  }
}
