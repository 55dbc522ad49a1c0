// No secret leaves, wherever it stands; what a check looks at stays.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from '../cluster/check-list.ts'
import type { ClusterFacts } from '../cluster/cluster-facts.ts'
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
import { scrubText } from './secret-words.ts'
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
      { numRuns: 40 },
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

it.each([
  'MountVolume.SetUp failed for volume "memberlist" : secret "memberlist" not found',
  'secretName: memberlist',
  'METALLB_ML_SECRET_KEY_PATH=/etc/ml_secret_key',
  'announcing from node "node-a" with protocol "layer2"',
  '--secret-namespace=metallb-system',
  'https://192.0.2.1:6443, from host a@b',
  'checks pass: 5, bypass=true, compass: north, DB_PASS_FILE=/run/x',
])('leaves %s', (text) => {
  expect(scrubText(text)).toBe(text)
})

it.each([
  ['password: "hunter2 and more"\nnext: 1', 'password: (hidden)\nnext: 1'],
  ['a: 1\npassword: |\n  hunter2\n  more\nb: 2', 'a: 1\npassword: (hidden)\nb: 2'],
  ['level=info password=hunter2 peer=192.0.2.1', 'level=info password=(hidden) peer=192.0.2.1'],
  ['{"a":1,"bgpPassword":"hun\\"ter2","b":2}', '{"a":1,"bgpPassword":"(hidden)","b":2}'],
  ['run --api-key hunter2 --verbose', 'run --api-key (hidden) --verbose'],
  ['DB_PASS=hunter2 MYSQL_PWD=hunter2 GIT_CREDS=x', 'DB_PASS=(hidden) MYSQL_PWD=(hidden) GIT_CREDS=(hidden)'],
  ['run --pass=hunter2 --smtp-pass hunter2 -v', 'run --pass=(hidden) --smtp-pass (hidden) -v'],
  ['get https://joe:hunter2@example.com/x', 'get https://(hidden)@example.com/x'],
  [' neighbor 192.0.2.1 password hunter2\n', ' neighbor 192.0.2.1 password (hidden)\n'],
])('blots out the secret in %j, and nothing else', (text, clean) => {
  expect(scrubText(text)).toBe(clean)
})

// Without bounds on what a name may be, this takes hours: the time-out is the judge.
it.each(['x', 'token', 'a-b.', '"', 'a://'])('is done with a text that is one long word of "%s"', (part) => {
  const text = `${part.repeat(Math.ceil(200_000 / part.length))} token`
  expect(scrubText(text).length).toBeGreaterThan(0)
})

it('hides a password with an @ in it', () => {
  expect(scrubText('dial https://eve:p@ss@example.org/x')).toBe('dial https://(hidden)@example.org/x')
})
