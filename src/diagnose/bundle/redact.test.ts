// No secret leaves, wherever it stands; what a check looks at stays.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from '../cluster/check-list.ts'
import { type ClusterFacts, itemsOf, type Plane, readPlane } from '../cluster/cluster-facts.ts'
import { ClusterView } from '../cluster/cluster-view.ts'
import { judgeCluster } from '../cluster/judge-cluster.ts'
import { ANNOUNCE_CASES } from '../cluster/testing/announce-cases.ts'
import { CONFIGURATION_CASES } from '../cluster/testing/configuration-cases.ts'
import { INSTALLATION_CASES } from '../cluster/testing/installation-cases.ts'
import { WIRE_CASES } from '../cluster/testing/wire-cases.ts'
import { factsOf, healthyWorld } from '../cluster/testing/world.ts'
import { makeBundle } from './make-bundle.ts'
import { factsOfBundle } from './read-bundle.ts'
import { redact } from './redact.ts'
import { PLACES, worldWithSecret } from './testing/secret-places.ts'

const KNOWN = { lbctl: '0.0.0', hidden: 0, pseudonymised: [], missing: [] }
const archiveOf = (facts: ClusterFacts): Uint8Array =>
  makeBundle(redact(facts).facts, KNOWN, () => []).archive
const textOf = (archive: Uint8Array): string => new TextDecoder('latin1').decode(archive)
const verdictOn = (facts: ClusterFacts) =>
  judgeCluster(new ClusterView(facts), { checks: CLUSTER_CHECKS, failOn: 'warning' })

/** Without digits, which stand in every header of an archive. */
const aSecret = fc.stringMatching(/^[A-Za-z+_.~^%,;&!]{9,24}$/)

const PIECE = 6
/** Pieces of it that are in the text: half a password is one too many. */
const piecesIn = (text: string, secret: string): string[] =>
  Array.from({ length: secret.length - PIECE + 1 }, (_, at) => secret.slice(at, at + PIECE)).filter((piece) =>
    text.includes(piece),
  )

describe.each(PLACES)('$name', (place) => {
  it('is in no byte of the archive', () => {
    fc.assert(
      fc.property(aSecret, (secret) => {
        const facts = factsOf(worldWithSecret(place, secret))
        expect(JSON.stringify(facts).includes(place.written?.(secret) ?? secret)).toBe(true)
        const text = textOf(archiveOf(facts))
        // Not toContain: a failure would print the whole archive.
        expect([...piecesIn(text, secret), ...piecesIn(text, btoa(secret))]).toEqual([])
      }),
      { numRuns: 12 },
    )
  })
})

it('holds for secrets in any number of places at once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...PLACES), aSecret), { maxLength: 6 }), (chosen) => {
      const world = healthyWorld()
      for (const [place, secret] of chosen) place.put(world, secret)
      const text = textOf(archiveOf(factsOf(world)))
      expect(chosen.flatMap(([, secret]) => piecesIn(text, secret))).toEqual([])
    }),
    { numRuns: 40 },
  )
})

describe('what is judged', () => {
  const cases = [...INSTALLATION_CASES, ...CONFIGURATION_CASES, ...ANNOUNCE_CASES, ...WIRE_CASES]
  it.each(cases)('is the same from the archive: $code $name', ({ fault }) => {
    const world = healthyWorld()
    fault(world)
    const facts = factsOf(world)
    const read = factsOfBundle(archiveOf(facts))
    if (!read.ok) throw new Error(read.error)
    expect(JSON.stringify(verdictOn(read.value))).toBe(JSON.stringify(verdictOn(facts)))
  })

  it('is left as it is where there is no secret', () => {
    const facts = factsOf(healthyWorld())
    const { facts: clean, hidden } = redact(facts)
    expect(hidden).toBe(0)
    expect(clean).toEqual(facts)
  })
})

it('keeps what is known of a password that is asked with, and no password in its place', () => {
  const asked = (password: string) => {
    const probe = { expected: { password, passwordFlaws: ['it ends with a line break'] } }
    const facts = { ...factsOf(healthyWorld()), probes: readPlane([probe as never]) }
    return itemsOf(redact(facts).facts.probes as Plane<unknown>)
  }
  for (const word of ['none', 'given', 'not known here'])
    expect(asked(word)).toEqual([
      { expected: { password: word, passwordFlaws: ['it ends with a line break'] } },
    ])
  expect(JSON.stringify(asked('hunter2'))).not.toContain('hunter2')
})
