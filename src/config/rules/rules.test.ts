import { describe, expect, it } from 'vitest'
import { RULES } from './registry.ts'
import { ADVERTISEMENT_CASES } from './testing/advertisements-cases.ts'
import { finds, judge } from './testing/cases.ts'
import { CLUSTER_CASES } from './testing/cluster-cases.ts'
import { OBJECT_CASES } from './testing/objects-cases.ts'
import { POOL_AND_PEER_CASES } from './testing/pools-peers-cases.ts'

const CASES = [...OBJECT_CASES, ...POOL_AND_PEER_CASES, ...ADVERTISEMENT_CASES, ...CLUSTER_CASES]

describe('each rule points exactly at what is wrong', () => {
  it.each(CASES.map((c, i) => [`${c[0]} ${finds(c) ? 'finds' : 'lets pass'} (${i})`, c] as const))(
    '%s',
    (_, c) => {
      const { found, expected } = judge(c)
      expect(found).toEqual(expected)
    },
  )
})

describe('each rule', () => {
  // V001 to V009 are about texts that cannot be read; src/config/source has their tests.
  const codes = [...RULES.keys()].filter((code) => code >= 'V010')
  it.each(codes)('%s has a text in which it finds something, and one that it lets pass', (code) => {
    const own = CASES.filter(([c]) => c === code)
    expect([own.some(finds), own.some((c) => !finds(c))]).toEqual([true, true])
  })
})
