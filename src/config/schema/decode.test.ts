import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { child, type MapNode, type Node } from '../source/node.ts'
import { parseYaml } from '../source/parse.ts'
import { Source } from '../source/source.ts'
import { BGP_ADVERTISEMENT, type BGPAdvertisementSpec } from './advertisement-kinds.ts'
import { decode, decodeFields } from './decode.ts'
import type { Infer } from './field.ts'
import { findKind, KINDS } from './kinds.ts'
import { BGP_PEER, type BGPPeerSpec } from './peer-kinds.ts'
import { IP_ADDRESS_POOL, type IPAddressPoolSpec } from './pool-kinds.ts'
import type { Problem } from './problem.ts'

interface Verdict {
  readonly step: string
  readonly status: number
  readonly object: string
  readonly refused: readonly string[]
  readonly unknown?: readonly string[]
}
// Recorded from a kube-apiserver 1.33 with MetalLB's resource definitions: what it was sent, and which fields it refused.
const verdicts = JSON.parse(
  readFileSync(new URL('./testdata/api-server-verdicts.json', import.meta.url), 'utf8'),
) as Verdict[]

const parse = (text: string): Node => {
  const { documents, diagnostics } = parseYaml(new Source('test.yaml', text))
  expect(diagnostics).toEqual([])
  return documents[0]!
}

function problemsOf(text: string): Problem[] {
  const root = parse(text)
  const schema = findKind(
    (child(root, 'apiVersion') as { text: string }).text,
    (child(root, 'kind') as { text: string }).text,
  )!
  const problems: Problem[] = []
  const sink = { problem: (p: Problem) => problems.push(p) }
  const { spec, status } = schema
  const fields = { ...(spec === undefined ? {} : { spec }), ...(status === undefined ? {} : { status }) }
  const body = (root as MapNode).entries.filter((e) => e.key.text === 'spec' || e.key.text === 'status')
  decodeFields({ ...(root as MapNode), entries: body }, { type: 'object', description: '', fields }, '', sink)
  return problems
}

describe('the schema gives the verdicts of a real API server', () => {
  const ours = verdicts.filter((v) => v.refused.every((f) => !f.startsWith('metadata')))
  it.each(ours.map((v) => [v.step, v] as const))('%s', (_, verdict) => {
    const problems = problemsOf(verdict.object)
    const paths = (codes: (code: string) => boolean) =>
      [...new Set(problems.filter((p) => codes(p.code)).map((p) => p.path))].sort()
    expect(paths((code) => code !== 'V016')).toEqual([...verdict.refused].sort())
    const unknown = (verdict.unknown ?? []).filter((f) => f.startsWith('spec.'))
    expect(paths((code) => code === 'V016')).toEqual([...unknown].sort())
  })
  it('covers refusals of every kind that can refuse something', () => {
    expect(ours.filter((v) => v.refused.length > 0).length).toBeGreaterThan(15)
  })
})

function check(spec: string, schema = BGP_PEER as (typeof KINDS)[number]) {
  const problems: Problem[] = []
  const value = decode(parse(spec), schema.spec!, 'spec', { problem: (p) => problems.push(p) })
  const short = problems.map((p) => ({
    code: p.code,
    path: p.path,
    text: p.at.source.text.slice(p.at.start, p.at.end),
    ...(p.hint === undefined ? {} : { hint: p.hint }),
  }))
  return { value, problems: short }
}

describe('decode', () => {
  it('points at the key of an unknown field and names the nearest one', () => {
    expect(check('{myASN: 1, peer-address: 10.0.0.1}').problems).toEqual([
      { code: 'V016', path: 'spec.peer-address', text: 'peer-address', hint: 'Did you mean "peerAddress"?' },
    ])
  })
  it('says to remove quotes around a number, and to add them around a text', () => {
    expect(check('{myASN: "64512", routerID: 7}').problems).toEqual([
      { code: 'V013', path: 'spec.myASN', text: '64512', hint: 'Remove the quotes: 64512.' },
      { code: 'V013', path: 'spec.routerID', text: '7', hint: 'Put quotes around it: "7".' },
    ])
  })
  it('asks for the unit of a duration', () => {
    expect(check('{myASN: 1, holdTime: 120, keepaliveTime: "30"}').problems).toEqual([
      { code: 'V013', path: 'spec.holdTime', text: '120', hint: 'Write it with its unit: 120s.' },
      { code: 'V017', path: 'spec.keepaliveTime', text: '30', hint: 'Write 30s for seconds.' },
    ])
  })
  it('never repeats a password', () => {
    const { problems } = check('{myASN: 1, password: 12345}')
    expect(problems.map((p) => p.hint)).toEqual(['Put quotes around it.'])
  })
  it('reads YAML 1.1 booleans as Kubernetes does', () => {
    expect(check('{addresses: [], autoAssign: no}', IP_ADDRESS_POOL).value).toEqual({
      addresses: [],
      autoAssign: false,
    })
    expect(check('{addresses: [y]}', IP_ADDRESS_POOL).problems[0]).toMatchObject({ code: 'V013', text: 'y' })
  })
  it('takes nulls for absent', () => {
    expect(
      check('{addresses: [10.0.0.0/24], autoAssign: null, serviceAllocation: ~}', IP_ADDRESS_POOL),
    ).toEqual({
      value: { addresses: ['10.0.0.0/24'] },
      problems: [],
    })
  })
  it('keeps the value of a spec whose cross-field rule is broken, so that other rules still see it', () => {
    const { value, problems } = check('{aggregationLength: 24, serviceSelectors: [{}]}', BGP_ADVERTISEMENT)
    expect(problems).toMatchObject([{ code: 'V604', path: 'spec' }])
    expect(value).toEqual({ aggregationLength: 24, serviceSelectors: [{}] })
  })

  it('never throws, and points every problem at a place inside the text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(...KINDS), (text, schema) => {
        const source = new Source('x', `{"spec": ${text}}`)
        const root = parseYaml(source).documents[0]
        if (root === undefined || schema.spec === undefined) return
        decode(child(root, 'spec')!, schema.spec, 'spec', {
          problem: (p) => {
            expect(p.at.start).toBeGreaterThanOrEqual(0)
            expect(p.at.end).toBeLessThanOrEqual(source.text.length)
            expect(p.code).toMatch(/^V\d{3}$/)
          },
        })
      }),
    )
  })
})

// The types are part of the contract: these lines compile only while they hold.
const pool: IPAddressPoolSpec = { addresses: ['10.0.0.0/24'], serviceAllocation: { priority: 1 } }
const peer: BGPPeerSpec = { myASN: 1, dynamicASN: 'internal', nodeSelectors: [{ matchLabels: { a: 'b' } }] }
const advertisement: BGPAdvertisementSpec = { communities: ['1:2'], aggregationLength: 32 }
// @ts-expect-error addresses are required
const noAddresses: IPAddressPoolSpec = {}
// @ts-expect-error no such value
const badEnum: BGPPeerSpec = { myASN: 1, dynamicASN: 'both' }
type Spec = NonNullable<typeof BGP_PEER.spec>
const inferred: Infer<Spec> = peer
void [pool, peer, advertisement, noAddresses, badEnum, inferred]
