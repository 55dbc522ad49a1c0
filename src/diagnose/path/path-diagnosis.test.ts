import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { renderPathTrees } from '../../terminal/diagnose/path-tree.ts'
import { renderVerdictText } from '../../terminal/diagnose/report.ts'
import { addressAndPort, pathFromFiles } from './collect-path.ts'
import { judgePath } from './path-diagnosis.ts'
import type { PathFacts } from './path-facts.ts'
import { NODE_ADDRESS } from './testing/services.ts'

/** Printed by the real programs, after they were given the rules of testing/services.ts. */
const recorded = (name: string): string =>
  readFileSync(new URL(`../../../test/fixtures/kube-proxy/${name}`, import.meta.url), 'utf8')

const SAVES = {
  old: 'iptables-nft-save-1.23.txt',
  new: 'iptables-legacy-save-1.34.txt',
  nft: 'nft-list-ruleset.json',
  ipvs: 'proc-net-ip_vs.txt',
  'ipvs of ipvsadm': 'ipvsadm-save.txt',
} as const
type Save = keyof typeof SAVES

const factsOf = (
  save: Save,
  target: string,
  options: { client?: string; own?: readonly string[] } = {},
): PathFacts => {
  const { address, port } = addressAndPort(target) ?? {}
  if (address === undefined) throw new Error(target)
  return pathFromFiles(
    {
      asked: target,
      target: address,
      port,
      protocol: 'tcp',
      client: options.client === undefined ? undefined : parseIp(options.client),
      inInterface: undefined,
    },
    [{ name: SAVES[save], text: recorded(SAVES[save]) }],
    (options.own ?? [NODE_ADDRESS]).flatMap((text) => parseIp(text) ?? []),
  )
}

const codesOf = (facts: PathFacts) =>
  judgePath(facts).findings.map(({ code, severity }) => `${code} ${severity}`)

describe.each(['old', 'new', 'nft'] as const)('rules of kube-proxy (%s)', (save) => {
  it.each([
    ['a healthy LoadBalancer address', '203.0.113.10', []],
    ['a healthy ClusterIP', '10.96.1.1', []],
    ['a healthy NodePort', `${NODE_ADDRESS}:30080`, []],
    ['policy Local with an endpoint here', '203.0.113.11', []],
    ['policy Local without one', '203.0.113.12', ['F28 error']],
    ['no endpoints', '203.0.113.13', ['F08 error']],
    ['source ranges', '203.0.113.14', ['F34 info']],
    ['an address of nobody', '203.0.113.99', ['F32 error']],
    ['a port of nobody', '203.0.113.10:81', ['F32 error']],
  ])('%s', (_what, target, codes) => {
    expect(codesOf(factsOf(save, target))).toEqual(codes)
  })

  it('tells the kinds of addresses apart', () => {
    const rolesOf = (target: string) =>
      factsOf(save, target).ports.map(({ roles, service }) => [roles, service])
    const external = save === 'nft' ? 'external or LoadBalancer' : undefined
    expect(rolesOf('10.96.1.1')).toEqual([[['ClusterIP'], 'default/web:http']])
    expect(rolesOf('203.0.113.10')).toEqual([[[external ?? 'LoadBalancer'], 'default/web:http']])
    expect(rolesOf('203.0.113.20')).toEqual([[[external ?? 'externalIP'], 'default/web:http']])
    expect(rolesOf('203.0.113.14')).toEqual([[['LoadBalancer'], 'default/office:http']])
    expect(rolesOf(`${NODE_ADDRESS}:30080`)).toEqual([[['NodePort'], 'default/web:http']])
  })

  it('finds every NodePort of the node, and none without its address', () => {
    const ports = (own: readonly string[]) =>
      factsOf(save, NODE_ADDRESS, { own }).ports.map(({ port }) => port)
    // Up to 1.23 a Service without endpoints has no rule for its NodePort.
    const all = [30080, 30081, 30082, 30083, 30084]
    expect(ports([NODE_ADDRESS])).toEqual(save === 'old' ? all.filter((port) => port !== 30083) : all)
    expect(ports([])).toEqual([])
  })

  it('shows one client as that client', () => {
    const of = (client: string) => factsOf(save, '203.0.113.14', { client }).ports[0]?.walks
    expect(of('198.51.100.7')?.[0]?.ends.map(({ end }) => end)).toEqual(['endpoint', 'endpoint'])
    expect(of('198.51.100.200')?.[0]?.ends.map(({ end }) => end)).toEqual([
      save === 'old' ? 'forwarded' : 'dropped',
    ])
  })

  it('sees session affinity', () => {
    expect(factsOf(save, '203.0.113.14').ports[0]?.affinity).toBe(true)
    expect(factsOf(save, '203.0.113.10').ports[0]?.affinity).toBe(false)
  })
})

describe.each(['ipvs', 'ipvs of ipvsadm'] as const)('%s', (save) => {
  it('shares connections by weight', () => {
    const { ports, mode } = factsOf(save, '203.0.113.10:80', { own: ['203.0.113.10'] })
    expect(mode).toBe('ipvs')
    expect(ports[0]?.walks[0]?.ends.map(({ endpoint, probability }) => [endpoint, probability])).toEqual([
      ['10.244.0.5:8080', 0.75],
      ['10.244.1.5:8080', 0.25],
    ])
  })

  it('wants the address on the node', () => {
    const facts = factsOf(save, '203.0.113.10:80')
    expect(codesOf(facts)).toEqual([])
    const live = { ...facts, host: { name: 'node-a', netns: undefined }, isOwn: false }
    expect(codesOf(live)).toEqual(['F32 error'])
  })

  it('refuses where a virtual server is empty', () => {
    expect(codesOf(factsOf(save, '203.0.113.12:80', { own: ['203.0.113.12'] }))).toEqual(['F08 error'])
  })
})

describe('without kube-proxy', () => {
  const asked = {
    asked: 'x',
    target: { family: 4, value: 1n } as const,
    port: 80,
    protocol: 'tcp',
    client: undefined,
    inInterface: undefined,
  }
  const judged = (text: string) => judgePath(pathFromFiles(asked, [{ name: 'file', text }], []))

  it('names the plugin that takes its place', () => {
    const { findings } = judged('*nat\n:CILIUM_PRE_nat - [0:0]\nCOMMIT\n')
    expect(findings.map(({ code, title }) => [code, title.startsWith('Cilium takes the place')])).toEqual([
      ['F32', true],
    ])
  })

  it('does not know where nothing tells', () => {
    expect(judged('*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n').status).toBe('undetermined')
    expect(judged('this is no set of rules').status).toBe('undetermined')
  })
})

describe('what a person reads, at 80 columns', () => {
  it.each([
    ['path-cluster', 'new', '203.0.113.10', 0],
    ['path-cluster-colour', 'new', '203.0.113.10', 1],
    ['path-no-local-endpoint', 'nft', '203.0.113.12', 0],
    ['path-source-ranges', 'old', '203.0.113.14', 0],
    ['path-no-endpoints', 'new', '203.0.113.13', 0],
    ['path-unknown', 'new', '203.0.113.99', 0],
  ] as const)('%s', async (golden, save, target, colorLevel) => {
    const style = { colorLevel, width: 80, verbose: false }
    const facts = factsOf(save, target)
    const text = `${renderVerdictText(judgePath(facts), style)}\n${renderPathTrees(facts, style)}`
    await expect(text).toMatchFileSnapshot(`../../../test/golden/diagnose/${golden}.txt`)
  })
})
