// Rules as kube-proxy 1.33 writes them, in both families: what the walk makes of them is compared with a kernel in
// test/interop/diagnose-path.test.ts; here is what is said about it.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { addressAndPort, pathFromFiles } from './collect-path.ts'
import { judgePath } from './path-diagnosis.ts'
import type { PathFacts } from './path-facts.ts'

const recorded = (family: 4 | 6): string =>
  readFileSync(
    new URL(`../../../test/fixtures/kube-proxy/iptables-1.33-ipv${family}.txt`, import.meta.url),
    'utf8',
  )

const OWN = ['192.0.2.2', 'fe80::1', '2001:db8:2::2']

function factsOf(target: string): PathFacts {
  const { address, port } = addressAndPort(target) ?? {}
  if (address === undefined) throw new Error(target)
  return pathFromFiles(
    { asked: target, target: address, port, protocol: 'tcp', client: undefined, inInterface: undefined },
    [{ name: 'rules', text: recorded(address.family) }],
    OWN.flatMap((text) => parseIp(text) ?? []),
  )
}

const nodeOf = ({ ports }: PathFacts) =>
  ports[0]?.walks.find(({ clients }) => clients.kind === 'this node')?.clients.ranges

describe('rules of kube-proxy 1.33', () => {
  it('finds a ClusterIP with internalTrafficPolicy Local that has no endpoint here', () => {
    const { findings, summary } = judgePath(factsOf('10.96.1.7:80'))
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['F28', 'error']])
    expect(findings[0]?.title).toBe(
      'This node drops connections to 10.96.1.7:80: shop/lost:http has no endpoint on it.',
    )
    expect(findings[0]?.cause).toContain('internalTrafficPolicy is Local')
    expect(summary).not.toContain('go dropped')
    expect(judgePath(factsOf('10.96.1.6:80')).findings).toEqual([])
  })

  it('says for a Service with source ranges who gets in, and who does not', () => {
    expect(judgePath(factsOf('203.0.113.14:80')).summary).toBe(
      '203.0.113.14:80 is a LoadBalancer address of shop/office:http: 192.0.2.2, 198.51.100.0/25, 203.0.113.14 go to 2 endpoints; all other clients are dropped.',
    )
  })

  it('tells the port of health checks from a NodePort', () => {
    const facts = factsOf('192.0.2.2:32101')
    expect(facts.ports[0]?.roles).toEqual(['health check'])
    expect(facts.ports[0]?.walks[0]?.ends).toMatchObject([{ end: 'host' }])
    expect(judgePath(facts).findings).toEqual([])
  })

  it.each([
    ['192.0.2.2:40000', '40000 cannot be a NodePort: those are 30000 to 32767'],
    ['192.0.2.2:31999', '31999 is in the range of NodePorts, but no Service has this one'],
  ])('says of %s whether it could be a NodePort', (target, text) => {
    expect(judgePath(factsOf(target)).findings[0]?.cause).toContain(text)
  })

  it('tells the address of a Pod from that of a Service: what the name of a headless Service leads to', () => {
    const [finding] = judgePath(factsOf('10.244.0.5:8080')).findings
    expect([finding?.code, finding?.cause.includes('how headless Services work')]).toEqual(['F32', true])
    expect(finding?.cause).toContain('an endpoint of shop/')
    expect(judgePath(factsOf('10.244.0.77:8080')).findings[0]?.cause).not.toContain('headless')
  })

  it('says nothing about NodePorts for an address of nobody', () => {
    expect(judgePath(factsOf('203.0.113.99:40000')).findings[0]?.cause).not.toContain('NodePort')
  })

  it('walks for the node with the source that its kernel takes', () => {
    expect(nodeOf(factsOf('[2001:db8:113::e]:80'))).toEqual(['2001:db8:2::2'])
    // To its own address, from that address.
    expect(nodeOf(factsOf('192.0.2.2:30082'))).toEqual(['192.0.2.2'])
  })
})
