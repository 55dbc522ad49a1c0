import { describe, expect, it } from 'vitest'
import { renderEndpoint } from '../../terminal/diagnose/endpoint.ts'
import { card } from '../testing/link-facts.ts'
import { judgeEndpoint } from './endpoint-diagnosis.ts'
import type { EndpointFacts, HttpFacts, PlainReach } from './endpoint-facts.ts'
import { attempt, endpointFacts, routeFacts, SILENT_LINK } from './testing/endpoint-facts.ts'

const codes = (facts: EndpointFacts): readonly string[] =>
  judgeEndpoint(facts).findings.map(({ code }) => code)
const commands = (facts: EndpointFacts): readonly string[] =>
  judgeEndpoint(facts).next.map(({ command }) => command)
const plain = (known: Partial<PlainReach>, platform = 'darwin'): EndpointFacts =>
  endpointFacts({
    platform,
    kernelNotRead: `This needs the Linux kernel, and this system is ${platform}.`,
    attempts: [
      {
        address: '192.0.2.10',
        family: 4,
        route: undefined,
        plain: { result: 'failed', code: undefined, elapsedMs: 5, ...known },
      },
    ],
  })

describe('an endpoint', () => {
  it('that is reached is healthy, and a request is the next thing to try', () => {
    const verdict = judgeEndpoint(endpointFacts())
    expect(verdict).toMatchObject({ status: 'healthy', findings: [], words: [], others: [] })
    expect(verdict.summary).toBe('192.0.2.10:443 can be reached from here: port 443 accepts connections.')
    expect(commands(endpointFacts())).toEqual(['lbctl explain 192.0.2.10:443 --http'])
  })

  it('of IPv6, or with a query, is quoted in commands: shells take brackets for patterns', () => {
    const silent = { address: '2001:db8::10', family: 6 as const, route: undefined }
    const facts = plain({ result: 'silent' })
    expect(
      commands({ ...facts, attempts: [{ ...silent, plain: facts.attempts[0]?.plain }] }).filter((command) =>
        command.startsWith('lbctl diagnose path'),
      ),
    ).toEqual(["lbctl diagnose path '[2001:db8::10]:443'"])
    expect(commands(endpointFacts({ asked: 'https://shop.example.com/x?y&z' }))).toEqual([
      "lbctl explain 'https://shop.example.com/x?y&z' --http",
    ])
  })

  it('that nobody answers for ends at the next hop, before the port', () => {
    const facts = endpointFacts({ attempts: [attempt(SILENT_LINK)] })
    const verdict = judgeEndpoint(facts)
    expect(verdict.findings.map(({ code }) => code)).toEqual(['F01'])
    expect(verdict.checks.map(({ id, result }) => `${id} ${result}`)).toEqual([
      'name skip',
      'route pass',
      'vantage pass',
      'next-hop fail',
      'path-mtu pass',
      'port skip',
      'node pass',
      'http skip',
    ])
    expect(verdict.words.map(({ words }) => words)).toEqual(['No route to host', '(incomplete)'])
    expect(commands(facts)[0]).toBe('lbctl diagnose arp 192.0.2.10 --port 443')
  })

  it('whose name no server answered for leaves all open; one that is not there is a failure', () => {
    const name = (code: string) =>
      endpointFacts({ host: 'shop', name: { result: 'failed', code, elapsedMs: 5 }, attempts: [] })
    expect(judgeEndpoint(name('EAI_AGAIN')).status).toBe('undetermined')
    expect(judgeEndpoint(name('timeout')).words[0]?.words).toMatch(/Temporary failure/)
    const unknown = judgeEndpoint(name('ENOTFOUND'))
    expect(unknown).toMatchObject({ status: 'findings', findings: [{ code: 'F35' }] })
    expect(unknown.summary).toMatch(/shop has no address; nothing was sent/)
  })

  it('that answers at its second address is reached, and the first is not hidden', () => {
    const six = routeFacts(
      { result: 'failed', code: 'ENETUNREACH' },
      { target: { asked: 'shop:443', address: '2001:db8::1', family: 6 } },
    )
    const verdict = judgeEndpoint(
      endpointFacts({
        asked: 'shop:443',
        host: 'shop',
        name: { result: 'found', addresses: ['2001:db8::1', '192.0.2.10'], elapsedMs: 1 },
        attempts: [attempt(six), attempt(routeFacts())],
      }),
    )
    expect(verdict).toMatchObject({ status: 'healthy', others: ['2001:db8::1: ENETUNREACH'] })
    expect(verdict.summary).toMatch(/port 443 at 192\.0\.2\.10 accepts/)
  })

  it('that is reached from a node proves nothing, which is told and is no failure', () => {
    const verdict = judgeEndpoint(endpointFacts({ nodeInterfaces: ['cni0', 'kube-ipvs0'] }))
    expect(verdict).toMatchObject({ status: 'healthy', findings: [{ code: 'F35', severity: 'info' }] })
  })

  it.each([
    ['wireless', { wireless: true }, /eth0 is wireless/],
    ['a tunnel', { hardwareType: 65534 }, /eth0 is a tunnel/],
  ])('is seen by what %s lets through', (_, known, text) => {
    const facts = endpointFacts({
      attempts: [attempt(routeFacts({}, { interface: card({ name: 'eth0', ...known }) }))],
    })
    expect(judgeEndpoint(facts).notTested.join(' ')).toMatch(text)
    expect(judgeEndpoint(endpointFacts()).notTested.join(' ')).not.toMatch(text)
  })

  it.each<[Partial<PlainReach>, string[], string]>([
    [{ result: 'connected' }, [], 'healthy'],
    [{ code: 'ECONNREFUSED' }, ['F08'], 'findings'],
    [{ code: 'EHOSTUNREACH', elapsedMs: 3000 }, ['F01'], 'findings'],
    [{ code: 'ENETUNREACH' }, ['F14'], 'findings'],
    [{ result: 'silent' }, ['F28'], 'findings'],
    [{ code: 'ETIMEDOUT' }, ['F28'], 'findings'],
    [{ code: 'EMFILE' }, [], 'undetermined'],
  ])('on another system: %j is %j, %s', (reach, expected, status) => {
    expect(codes(plain(reach))).toEqual(expected)
    expect(judgeEndpoint(plain(reach)).status).toBe(status)
    expect(judgeEndpoint(plain(reach)).notTested[0]).toMatch(/this system is darwin/)
  })

  it.each([
    ['darwin', 'route -n get 192.0.2.10'],
    ['win32', 'Find-NetRoute -RemoteIPAddress 192.0.2.10'],
    ['linux', 'ip route get 192.0.2.10'],
  ])('names what %s has to look with', (platform, command) => {
    expect(commands(plain({ code: 'ECONNREFUSED' }, platform))[0]).toBe(command)
  })

  it.each<[HttpFacts, string]>([
    [
      { result: 'answered', url: 'http://x/', status: 503, server: undefined, certificate: undefined },
      'healthy',
    ],
    [{ result: 'failed', url: 'https://x/', code: 'EPROTO', tls: true }, 'undetermined'],
    [{ result: 'silent', url: 'https://x/', tls: true, elapsedMs: 5000 }, 'findings'],
  ])('that is asked for a page: %j is %s', (http, status) => {
    expect(judgeEndpoint(endpointFacts({ http })).status).toBe(status)
  })
})

describe('the text of an endpoint', () => {
  const refused = routeFacts(
    {
      result: 'failed',
      code: 'EHOSTUNREACH',
      icmp: { family: 4, type: 3, code: 10, sender: '198.51.100.1', fromOurselves: false },
      elapsedMs: 2,
    },
    {
      nextHop: { address: '192.0.2.1', role: 'gateway' },
      neighbours: [{ interface: 'eth0', address: '192.0.2.1', mac: '52:54:00:00:00:01', state: 'reachable' }],
    },
  )
  it.each([
    ['endpoint-reached', endpointFacts(), 0],
    ['endpoint-silent', endpointFacts({ attempts: [attempt(SILENT_LINK)] }), 0],
    ['endpoint-silent-colour', endpointFacts({ attempts: [attempt(SILENT_LINK)] }), 1],
    ['endpoint-rejected', endpointFacts({ attempts: [attempt(refused)] }), 0],
    ['endpoint-other-system', plain({ code: 'EHOSTUNREACH', elapsedMs: 3000 }), 0],
  ] as const)('%s', async (golden, facts, colorLevel) => {
    const text = renderEndpoint(judgeEndpoint(facts), { colorLevel, width: 80, verbose: false })
    await expect(text).toMatchFileSnapshot(`../../../test/golden/diagnose/${golden}.txt`)
    if (colorLevel > 0) return
    const long = text.split('\n').filter((line) => line.length > 80 && !/^ {5,}(kubectl|lbctl)/.test(line))
    expect(long).toEqual([])
  })
})
