import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { type AskedPath, addressAndPort, pathFromFiles } from '../path/collect-path.ts'
import { iptablesRules } from '../path/testing/kube-proxy-rules.ts'
import { NODE_ADDRESS, SERVICES } from '../path/testing/services.ts'
import { bundledPath } from './bundled-path.ts'
import { type ClusterFacts, readPlane } from './cluster-facts.ts'

const question = (asked: string): AskedPath => {
  const { address, port } = addressAndPort(asked) ?? {}
  if (address === undefined) throw new Error(asked)
  return { asked, target: address, port, protocol: 'tcp', client: undefined, inInterface: undefined }
}

const pathsOf = (...asked: string[]) =>
  asked.map((each) =>
    pathFromFiles(
      question(each),
      [{ name: 'iptables-save', text: iptablesRules(SERVICES, 'new') }],
      [NODE_ADDRESS].flatMap((text) => parseIp(text) ?? []),
    ),
  )

/** Only what is looked at. */
const factsWith = (hosts: readonly { node: string; paths: readonly unknown[] }[]): ClusterFacts =>
  ({ hosts: readPlane(hosts) }) as unknown as ClusterFacts

describe('bundledPath', () => {
  const one = { node: 'a', paths: pathsOf('203.0.113.10:80', '203.0.113.12:80') }
  const two = { node: 'b', paths: pathsOf('203.0.113.12:80') }

  it('finds what the only node with the address said', () => {
    const found = bundledPath(factsWith([one, two]), question('203.0.113.10'), undefined)
    expect(found).toMatchObject({
      ok: true,
      value: { host: { name: 'a' }, target: { asked: '203.0.113.10', port: 80 }, ports: [{ port: 80 }] },
    })
  })

  it('asks which node is meant where several know the address, and takes the one that is named', () => {
    const which = bundledPath(factsWith([one, two]), question('203.0.113.12:80'), undefined)
    expect(which).toMatchObject({ ok: false, error: { hint: '--node says which: a, b.' } })
    const found = bundledPath(factsWith([one, two]), question('203.0.113.12:80'), 'b')
    expect(found).toMatchObject({ ok: true, value: { host: { name: 'b' } } })
  })

  it.each([
    [[], undefined, '203.0.113.10', 'no rules of any node'],
    [[one], 'z', '203.0.113.10', 'no rules of node z'],
    [[one], undefined, '203.0.113.10:81', 'nothing about 203.0.113.10:81'],
    [[one], undefined, '203.0.113.99', 'nothing about 203.0.113.99'],
  ])('never takes what it does not hold for an answer (%#)', (hosts, node, asked, reason) => {
    const found = bundledPath(factsWith(hosts), question(asked), node)
    expect(found.ok ? '' : found.error.reason).toContain(reason)
  })
})
