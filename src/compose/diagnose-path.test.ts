import { describe, expect, it } from 'vitest'
import { parseIp } from '../net/ip.ts'
import { type PathRequest, runPathDiagnosis } from './diagnose-path.ts'

const fixture = (name: string): string =>
  new URL(`../../test/fixtures/kube-proxy/${name}`, import.meta.url).pathname
const RULES = fixture('nft-list-ruleset.json')
const named =
  (...texts: string[]) =>
  () =>
    Promise.resolve(texts.flatMap((text) => parseIp(text) ?? []))
const asked = (more: Partial<PathRequest>): PathRequest => ({
  address: 'shop.example.org:80',
  rules: [RULES],
  udp: false,
  ...more,
})
const never = new AbortController().signal

describe('a name that stands for several addresses', () => {
  const both = named('203.0.113.12', '2001:db8::12', '203.0.113.10')

  it('each is followed, in the order of the resolver', async () => {
    const { outcomes, exitCode } = await runPathDiagnosis(asked({}), never, both)
    expect(
      outcomes.map(({ facts }) => [facts.target.address, facts.target.asked, facts.target.port]),
    ).toEqual(['203.0.113.12', '2001:db8::12', '203.0.113.10'].map((address) => [address, address, 80]))
    expect(outcomes.map(({ verdict }) => verdict.findings[0]?.code)).toEqual(['F28', 'F32', undefined])
    expect(exitCode).toBe(1)
  })

  it('what a client of one family does not reach is named, with a command that a shell takes as it is', async () => {
    const { outcomes } = await runPathDiagnosis(asked({ from: '198.51.100.7' }), never, both)
    expect(outcomes.map(({ facts }) => facts.target.address)).toEqual(['203.0.113.12', '203.0.113.10'])
    expect(outcomes[0]?.verdict.notTested.join('\n')).toContain(
      "Without --from: lbctl diagnose path '[2001:db8::12]:80'",
    )
    expect(outcomes[1]?.verdict.notTested.join('\n')).not.toContain('2001:db8::12')
  })

  it('a client of a family that the name has not is refused', async () => {
    await expect(
      runPathDiagnosis(asked({ from: '2001:db8::99' }), never, named('203.0.113.12')),
    ).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('IPv4') })
  })
})

it.each([
  ['nowhere.example.org:80', 'usage', 'ENOTFOUND'],
  ['shop.example.org:99999', 'usage', '99999'],
  ['shop/web', 'usage', 'looks like a Service'],
  ['192.0.2.0/24', 'usage', 'is a range'],
  ['1.2.3.4.5', 'usage', 'neither an address nor'],
])('%s is refused', async (address, kind, words) => {
  const look = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))
  await expect(runPathDiagnosis(asked({ address }), never, look)).rejects.toMatchObject({
    kind,
    message: expect.stringContaining(words),
  })
})

it('without a name server nothing is said about the name', async () => {
  const look = () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' }))
  await expect(runPathDiagnosis(asked({}), never, look)).rejects.toMatchObject({ kind: 'unreachable' })
})
