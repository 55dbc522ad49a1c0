import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lbctl, root } from '../support/cli.ts'

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
    const { readFileSync } = await import('node:fs')
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
