import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { factsOf, healthyWorld } from '../../src/diagnose/cluster/testing/world.ts'
import { healthyHost } from '../../src/diagnose/cluster/testing/world-hosts.ts'
import { addressAndPort, pathFromFiles } from '../../src/diagnose/path/collect-path.ts'
import { lbctl, root, unwrapped } from '../support/cli.ts'

const rules = (name: string): string => join(root, 'test/fixtures/kube-proxy', name)
const SAVED = rules('iptables-legacy-save-1.34.txt')

describe('lbctl diagnose path --rules', () => {
  it('shows the tree and ends with 0 where connections get through', async () => {
    const { stdout, code } = await lbctl(['diagnose', 'path', '203.0.113.10', '--rules', SAVED])
    expect(code).toBe(0)
    expect(stdout).toContain('ok: 203.0.113.10:80 is a LoadBalancer address of default/web:http')
    expect(stdout).toMatch(/├─ 50\.0 % KUBE-SEP-\w+ → 10\.244\.0\.5:8080/)
  })

  it('ends with 1 for a finding, in JSON as well, and reads stdin', async () => {
    const stdin = readFileSync(rules('nft-list-ruleset.json'))
    const { stdout, code } = await lbctl(
      ['diagnose', 'path', '203.0.113.12:80', '--rules', '-', '-o', 'json'],
      { stdin },
    )
    const { reports, exitCode } = JSON.parse(stdout) as {
      reports: { findings: { code: string }[]; facts: { mode: string } }[]
      exitCode: number
    }
    expect([code, exitCode]).toEqual([1, 1])
    expect(reports[0]?.findings.map((finding) => finding.code)).toEqual(['F28'])
    expect(reports[0]?.facts.mode).toBe('nftables')
  })

  it('ends with 3 where the file tells nothing about Services', async () => {
    const { stdout, code } = await lbctl([
      'diagnose',
      'path',
      '203.0.113.12',
      '--rules',
      join(root, 'package.json'),
    ])
    expect([code, stdout.startsWith('unknown: ')]).toEqual([3, true])
  })

  it.each([
    [['203.0.113.10:80', '--port', '81', '--rules', SAVED], 'contradict'],
    [['203.0.113.10', '--rules', '/nowhere'], 'no such file'],
    [['203.0.113.10', '--rules', SAVED, '--from', '2001:db8::1'], 'IPv4'],
    [['203.0.113.10', '--rules', SAVED, '--netns', 'x'], '--netns'],
  ])('refuses %j', async (words, complaint) => {
    const { stderr, stdout, code } = await lbctl(['diagnose', 'path', ...words])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(complaint)
  })

  it('explains the finding of a cluster that cannot use its own address', async () => {
    const { stdout, code } = await lbctl(['explain', 'F29'])
    expect([code, stdout.includes('lbctl diagnose path ADDRESS')]).toEqual([0, true])
  })
})

describe('lbctl diagnose path --bundle', () => {
  let folder: string
  let file: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lbctl-path-'))
    file = join(folder, 'bundle.tar.gz')
    const world = healthyWorld()
    // A drop rule of this kind is what the bundle has to carry: policy Local without an endpoint on the node.
    const { address: target, port } = addressAndPort('203.0.113.12:80') ?? {}
    if (target === undefined) throw new Error('no address')
    const path = pathFromFiles(
      {
        asked: '203.0.113.12',
        target,
        port,
        protocol: 'tcp',
        client: undefined,
        inInterface: undefined,
      },
      [{ name: 'iptables-save', text: readFileSync(SAVED, 'utf8') }],
      [],
    )
    world.hosts = [{ ...healthyHost('node-a', '192.0.2.11'), paths: [path] }]
    writeFileSync(join(folder, 'facts.json'), JSON.stringify(factsOf(world)))
    const made = await lbctl(['bundle', '--facts', join(folder, 'facts.json'), '-o', file])
    expect([made.code, made.stderr]).toEqual([0, ''])
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('says what the rules of the node said, with the tree', async () => {
    const { stdout, code } = await lbctl(['diagnose', 'path', '203.0.113.12', '--bundle', file])
    expect(code).toBe(1)
    expect(stdout).toContain('F28')
    expect(stdout).toContain('seen from: host node-a')
    expect(stdout).toContain('└─ dropped  default/far:http has no local endpoints')
  })

  it.each([
    [['203.0.113.99'], 'nothing about 203.0.113.99'],
    [['203.0.113.12', '--node', 'node-z'], 'no rules of node node-z'],
  ])('never takes what it does not hold for an answer: %j', async (words, complaint) => {
    const { stdout, stderr, code } = await lbctl(['diagnose', 'path', ...words, '--bundle', file])
    expect([code, stdout]).toEqual([2, ''])
    expect(unwrapped(stderr)).toContain(complaint)
  })
})
