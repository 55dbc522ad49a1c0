// The same Services as kube-proxy of other releases writes them: what is said about each address must be the same.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { addressAndPort, pathFromFiles } from './collect-path.ts'
import { judgePath } from './path-diagnosis.ts'
import type { PathFacts } from './path-facts.ts'
import { iptablesRules } from './testing/kube-proxy-rules.ts'
import { NODE_ADDRESS, SERVICES } from './testing/services.ts'

const recorded = (name: string): string =>
  readFileSync(new URL(`../../../test/fixtures/kube-proxy/${name}`, import.meta.url), 'utf8')

/** 1.24 and 1.25: KUBE-EXT is there, source ranges still end with a mark in nat. */
function withMarks(text: string): string {
  const lines = text.split('\n').flatMap((line) => {
    if (/KUBE-PROXY-FIREWALL/.test(line) && !/^-A KUBE-FW-/.test(line)) return []
    const [, chain] = /^-A (KUBE-FW-\S+) .*will be dropped by KUBE-PROXY-FIREWALL/.exec(line) ?? []
    return [chain === undefined ? line : `-A ${chain} -j KUBE-MARK-DROP`]
  })
  const drop =
    '-A KUBE-FIREWALL -m comment --comment "kubernetes firewall for dropping marked packets" -m mark --mark 0x8000/0x8000 -j DROP'
  return lines.join('\n').replace('COMMIT', `${drop}\nCOMMIT`)
}

/** From 1000 endpoints on, rules of a single Service carry no comments. */
const withoutComments = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      /^-A KUBE-(SVC|SVL|SEP|EXT)-/.test(line) ? line.replace(/-m comment --comment "[^"]*" /, '') : line,
    )
    .join('\n')

/** 1.32 counts what it drops, and what comes to NodePorts of the loopback interface. */
const withCounters = (text: string): string =>
  text
    .replace(
      '--ctstate INVALID -j DROP',
      '--ctstate INVALID -m nfacct --nfacct-name ct_state_invalid_dropped_pkts -j DROP',
    )
    .replace(
      '-A KUBE-NODEPORTS ',
      '-A KUBE-NODEPORTS -d 127.0.0.0/8 -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -m nfacct --nfacct-name localhost_nps_accepted_pkts -j KUBE-EXT-WEBAAAAA\n-A KUBE-NODEPORTS ',
    )

const NEW = iptablesRules(SERVICES, 'new')
const RELEASES = {
  'iptables of 1.20 to 1.23': iptablesRules(SERVICES, 'old'),
  'iptables of 1.24 and 1.25': withMarks(NEW),
  'iptables of 1.26 to 1.30': NEW,
  'iptables with more than 1000 endpoints': withoutComments(NEW),
  'iptables of 1.32': withCounters(NEW),
  'nftables of 1.29': recorded('nft-list-ruleset-1.29.json'),
  'nftables of 1.31 to 1.35': recorded('nft-list-ruleset.json'),
  'nftables of 1.36': recorded('nft-list-ruleset-1.36.json'),
} as const
const NAMES = Object.keys(RELEASES) as (keyof typeof RELEASES)[]

function factsOf(release: keyof typeof RELEASES, target: string, client?: string): PathFacts {
  const { address, port } = addressAndPort(target) ?? {}
  if (address === undefined) throw new Error(target)
  return pathFromFiles(
    {
      asked: target,
      target: address,
      port,
      protocol: 'tcp',
      client: client === undefined ? undefined : parseIp(client),
      inInterface: undefined,
    },
    [{ name: 'rules', text: RELEASES[release] }],
    [NODE_ADDRESS].flatMap((each) => parseIp(each) ?? []),
  )
}

const endsOf = (facts: PathFacts) =>
  facts.ports[0]?.walks[0]?.ends
    .map(({ end, endpoint, probability, masquerade }) => [end, endpoint, probability, masquerade])
    .sort()

describe.each(NAMES)('%s', (release) => {
  it.each([
    ['203.0.113.10', []],
    ['203.0.113.20', []],
    ['10.96.1.1', []],
    [`${NODE_ADDRESS}:30080`, []],
    ['203.0.113.11', []],
    ['203.0.113.12', ['F28 error']],
    [`${NODE_ADDRESS}:30082`, ['F28 error']],
    ['203.0.113.13', ['F08 error']],
    ['203.0.113.14', ['F34 info']],
    ['203.0.113.99', ['F32 error']],
    ['203.0.113.10:81', ['F32 error']],
  ])('%s: %j', (target, codes) => {
    const facts = factsOf(release, target)
    expect(judgePath(facts).findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(codes)
    expect(facts.ports.flatMap((port) => [...port.notFollowed, ...port.missingChains])).toEqual([])
  })

  it('names the Service and what the address is', () => {
    const named = (target: string) =>
      factsOf(release, target).ports.map(({ service, roles }) => [service, roles])
    const isNft = release.startsWith('nftables')
    expect(named('10.96.1.1')).toEqual([['default/web:http', ['ClusterIP']]])
    expect(named('203.0.113.10')).toEqual([
      ['default/web:http', [isNft ? 'external or LoadBalancer' : 'LoadBalancer']],
    ])
    expect(named('203.0.113.14')).toEqual([['default/office:http', ['LoadBalancer']]])
    expect(named(`${NODE_ADDRESS}:30080`)).toEqual([['default/web:http', ['NodePort']]])
  })

  it.each([
    ['203.0.113.10:80', '198.51.100.7'],
    ['203.0.113.11:80', '198.51.100.7'],
    ['203.0.113.14:80', '198.51.100.7'],
    ['10.96.1.1:80', '10.244.0.9'],
    // Hairpin: the endpoint itself is the client.
    ['10.96.1.1:80', '10.244.0.5'],
    ['10.96.1.1:80', '198.51.100.7'],
  ])('%s from %s ends as in the release that is compared with packets', (target, client) => {
    expect(endsOf(factsOf(release, target, client))).toEqual(
      endsOf(factsOf('iptables of 1.26 to 1.30', target, client)),
    )
  })
})
