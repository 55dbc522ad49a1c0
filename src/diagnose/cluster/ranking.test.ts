// What comes first where several things are wrong: the faults by twos in one world, and findings of any kind put together.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from './check-list.ts'
import { CHAIN, type ClusterFinding } from './cluster-check.ts'
import { CODES } from './codes.ts'
import { byRank, nestConsequences } from './consequences.ts'
import { type ClusterVerdict, judgeCluster } from './judge-cluster.ts'
import { FAULT_CASES } from './testing/all-cases.ts'
import type { FaultCase } from './testing/cases.ts'
import { healthyWorld, object, viewOf, type World } from './testing/world.ts'

function judged(
  faults: readonly FaultCase['fault'][],
  skip: ReadonlySet<string> = new Set(),
): ClusterVerdict {
  const world = healthyWorld()
  for (const fault of faults) fault(world)
  return judgeCluster(viewOf(world), { checks: CLUSTER_CHECKS, failOn: 'warning', skip })
}
const everyOne = (findings: readonly ClusterFinding[]): readonly ClusterFinding[] =>
  findings.flatMap((each) => [each, ...each.consequences])
const isNoMilder = (found: ClusterFinding, alone: ClusterFinding): boolean =>
  found.code === alone.code &&
  found.check === alone.check &&
  found.severity === alone.severity &&
  (found.breaks === 'now' || alone.breaks === 'some day')
const nameOf = ({ code, name }: FaultCase): string => `${code} ${name}`

interface Pair {
  readonly name: string
  /** causes of the world with both faults */
  readonly findings: readonly ClusterFinding[]
  /** what each fault alone says first */
  readonly alone: readonly ClusterFinding[]
}

const ALONE = new Map(FAULT_CASES.map((each) => [each, judged([each.fault]).findings[0]]))

/**
 * Both faults in one world; undefined where one hides the other or makes it milder, as a configuration that is refused does to what
 * it would announce.
 */
function together(one: FaultCase, other: FaultCase): Pair | undefined {
  const alone = [one, other].flatMap((each) => ALONE.get(each) ?? [])
  let findings: readonly ClusterFinding[]
  try {
    findings = judged([one.fault, other.fault]).findings
  } catch {
    // One has taken away what the other would have spoiled.
    return undefined
  }
  const all = everyOne(findings)
  if (!alone.every((each) => all.some((found) => isNoMilder(found, each)))) return undefined
  return { name: `${nameOf(one)}, and ${nameOf(other)}`, findings, alone }
}

/** One fault for each kind of error: all faults by twos would take minutes, and chance tries some of them below. */
const KINDS = [
  ...new Map(
    FAULT_CASES.filter(({ severity = 'error' }) => severity === 'error').map((each) => [
      `${each.code} ${each.check}`,
      each,
    ]),
  ).values(),
]
const TWOS = KINDS.flatMap((one, index) => KINDS.slice(index + 1).map((other) => [one, other] as const))

function expectRanked({ name, findings, alone }: Pair): void {
  const [first] = findings
  const known = alone.some(({ code, check }) => code === first?.code && check === first.check)
  expect([name, known]).toEqual([name, true])
  const ofBoth = (test: (each: ClusterFinding) => boolean): boolean => alone.some(test)
  // What breaks Services today comes first, whatever stands earlier in the chain.
  if (ofBoth(({ breaks }) => breaks === 'now')) expect([name, first?.breaks]).toEqual([name, 'now'])
  const rivals = alone.filter(
    ({ breaks, severity, confidence }) =>
      breaks === first?.breaks &&
      severity === first.severity &&
      (confidence === 'possible') === (first.confidence === 'possible'),
  )
  // Of equals, the link that breaks first; unless it is only what follows from the other.
  const nested = new Set(first?.consequences.map(({ code, check }) => `${code} ${check}`))
  for (const rival of rivals.filter(({ code, check }) => !nested.has(`${code} ${check}`)))
    expect(CHAIN.indexOf(first?.link ?? 'return path'), name).toBeLessThanOrEqual(CHAIN.indexOf(rival.link))
}

describe('two faults at once', () => {
  it('puts first what breaks Services today, and of equals what comes first in the chain', () => {
    const pairs = TWOS.flatMap(([one, other]) => together(one, other) ?? [])
    for (const pair of pairs) expectRanked(pair)
    expect(pairs.length).toBeGreaterThan(TWOS.length * 0.7)
  }, 180_000)

  it('does so for any two', () => {
    const fault = fc.constantFrom(...FAULT_CASES)
    fc.assert(
      fc.property(fault, fault, (one, other) => {
        const pair = one === other ? undefined : together(one, other)
        if (pair !== undefined) expectRanked(pair)
      }),
      { numRuns: 150 },
    )
  }, 180_000)

  it('names an address of a node in a pool after nodes that are all excluded', () => {
    const { findings } = judged(
      FAULT_CASES.filter(
        ({ name }) => name === 'a pool with the address of a node in it' || name.startsWith('every node'),
      ).map(({ fault }) => fault),
    )
    expect(findings.map(({ code, breaks }) => `${code} ${breaks}`)).toEqual(['F03 now', 'F12 some day'])
  })

  it('names it first, as soon as a Service has that address', () => {
    const { findings } = judged([
      (world: World) => {
        object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('192.0.2.13/32')
        object(world, 'services', 'shop/web').status.loadBalancer.ingress = [{ ip: '192.0.2.13' }]
      },
    ])
    expect(findings.map(({ code, breaks, affects }) => [code, breaks, affects])).toEqual([
      ['F12', 'now', ['shop/web']],
    ])
  })
})

describe('consequences', () => {
  it.each(
    FAULT_CASES.filter(({ fault }) =>
      judged([fault]).findings.some(({ consequences }) => consequences.length > 0),
    ),
  )('of $code $name come forth when their cause is not looked for, and go with it', ({ fault }) => {
    const findings = judged([fault]).findings
    const hidden = findings.flatMap(({ consequences }) => consequences)
    const causes = new Set(
      findings.filter(({ consequences }) => consequences.length > 0).map(({ check }) => check),
    )
    const without = everyOne(judged([fault], causes).findings).map(({ code, title }) => `${code} ${title}`)
    for (const each of hidden.filter(({ check }) => !causes.has(check)))
      expect(without).toContain(`${each.code} ${each.title}`)
  })

  it('has no circle of causes', () => {
    const reaches = (code: string, goal: string): boolean =>
      CODES.get(code)?.consequenceOf.some((each) => each === goal || reaches(each, goal)) === true
    expect([...CODES.keys()].filter((code) => reaches(code, code))).toEqual([])
  })

  const KEYS = ['shop/a', 'shop/b', 'shop/c']
  const anyFinding: fc.Arbitrary<ClusterFinding> = fc.record({
    code: fc.constantFrom(...CODES.keys()),
    title: fc.uuid(),
    severity: fc.constantFrom('error', 'warning', 'info'),
    confidence: fc.constantFrom('certain', 'likely', 'possible'),
    subject: fc.constant('x'),
    evidence: fc.constant([]),
    cause: fc.constant(''),
    fix: fc.constant([]),
    docs: fc.constant(''),
    vantage: fc.constant(''),
    notTested: fc.constant([]),
    candidates: fc.constant([]),
    link: fc.constantFrom(...CHAIN),
    check: fc.constant('x'),
    affects: fc.oneof(fc.constant('installation' as const), fc.subarray(KEYS)),
    breaks: fc.constantFrom('now', 'some day'),
    consequences: fc.constant([]),
  })

  it('loses no finding, ranks causes, and puts none behind what follows from it', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 12 }), (given) => {
        const causes = nestConsequences(given)
        expect(
          everyOne(causes)
            .map(({ title }) => title)
            .sort(),
        ).toEqual(given.map(({ title }) => title).sort())
        expect([...causes].sort(byRank)).toEqual(causes)
        for (const { breaks, severity, consequences } of causes) {
          if (consequences.some((each) => each.breaks === 'now')) expect(breaks).toBe('now')
          if (consequences.length > 0) expect(severity).toBe('error')
        }
        if (given.some(({ breaks }) => breaks === 'now')) expect(causes[0]?.breaks).toBe('now')
      }),
    )
  })
})

it.each(FAULT_CASES)('leaves no silent Service without a reason: $code $name', ({ fault }) => {
  const world = healthyWorld()
  fault(world)
  const view = viewOf(world)
  const { findings } = judgeCluster(view, { checks: CLUSTER_CHECKS, failOn: 'warning' })
  const told = everyOne(findings).filter(({ severity }) => severity === 'error')
  for (const { key } of view.silent)
    expect([key, told.some(({ affects }) => affects === 'installation' || affects.includes(key))]).toEqual([
      key,
      true,
    ])
})
