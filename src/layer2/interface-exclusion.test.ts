import { describe, expect, it } from 'vitest'
import { goRegExp } from './go-regexp.ts'
import { DEFAULT_EXCLUDED_INTERFACES, InterfaceExclusion } from './interface-exclusion.ts'

const excluded = (patterns: readonly string[], names: readonly string[]) =>
  names.filter((name) => new InterfaceExclusion(patterns).excludes(name))

describe('excluded interfaces', () => {
  it('are those of containers by default', () => {
    const names = [
      'lo',
      'lo0',
      'eth0',
      'veth1a',
      'ens3',
      'docker0',
      'cali12ab',
      'mycali',
      'bond0',
      'flannel.1',
      'lxc-1',
    ]
    expect(excluded(DEFAULT_EXCLUDED_INTERFACES, names)).toEqual([
      'lo',
      'veth1a',
      'docker0',
      'cali12ab',
      'flannel.1',
      'lxc-1',
    ])
    expect(excluded([], names)).toEqual([])
  })

  it('are looked for anywhere in the name', () => {
    expect(excluded(['eth'], ['eth0', 'veth0', 'ens3'])).toEqual(['eth0', 'veth0'])
  })

  it('are refused with the pattern when it is none', () => {
    for (const [pattern, why] of [
      ['^eth(', 'is no regular expression'],
      ['(?=eth)', 'looks ahead or behind'],
      ['(a)\\1', 'refers back'],
      ['a{1001}', 'repeats more than 1000 times'],
      ['[[:foo:]]', 'has the unknown class [:foo:]'],
      ['eth\\', 'ends with a backslash'],
      ['\\pL', 'has \\p'],
    ] as const)
      expect(() => new InterfaceExclusion([pattern]), pattern).toThrow(`"${pattern}" ${why}`)
  })
})

/** What Go's regexp says: pattern, names that it finds, names that it does not. */
const GO: readonly (readonly [pattern: string, found: readonly string[], not: readonly string[]])[] = [
  ['\\Aeth\\d+\\z', ['eth0', 'eth12'], ['veth0', 'eth', 'eth0.1']],
  ['^[[:alpha:]]+$', ['eth', 'ETH'], ['eth0', '']],
  ['^[^[:digit:]]+$', ['eth', 'a-b'], ['eth0']],
  ['(?i)^ETH', ['eth0', 'Eth0'], ['veth0']],
  ['^(?P<kind>eth|ens)(?:\\d)', ['eth0', 'ens3'], ['eno1']],
  ['^\\Qflannel.\\E', ['flannel.1'], ['flannelx1']],
  ['^e{1,2}n', ['en0', 'een0'], ['eeen0']],
  ['^a{,2}$', ['a{,2}'], ['a', 'aa']],
  ['[]a]x', [']x', 'ax'], ['bx']],
  ['^[^]]$', ['a'], [']']],
  ['\\x65th', ['eth0'], ['xeth'.slice(0, 3)]],
  ['^bond0\\.(10|20)$', ['bond0.10', 'bond0.20'], ['bond0.30', 'bond0x10']],
  ['\\bnet', ['my-net', 'net'], ['mynet']],
]

it.each(GO)('%s reads as in Go', (pattern, found, not) => {
  const translated = goRegExp(pattern)
  if (!translated.ok) throw new Error(translated.error)
  for (const name of found) expect(translated.value.test(name), `${pattern} finds ${name}`).toBe(true)
  for (const name of not) expect(translated.value.test(name), `${pattern} does not find ${name}`).toBe(false)
})
