// lbctl router check as a program: what it reads, prints and exits with. What it finds is tested in src/router.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PLAIN } from '../../src/router/testing/clusters.ts'
import { lbctl, type Outcome, type RunOptions } from '../support/cli.ts'

const NODES = ['--node', 'worker-1=192.0.2.11', '--node', 'worker-2=192.0.2.12']
const CLUSTER = ['-f', 'plain.yaml', ...NODES]
let dir: string
let good: string
const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  lbctl(['router', ...args], { cwd: dir, ...options })
const check = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  run(['check', ...args], options)

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'lbctl-router-check-'))
  writeFileSync(join(dir, 'plain.yaml'), PLAIN)
  good = (await run(['config', ...CLUSTER, '--vendor', 'frr'])).stdout
  writeFileSync(join(dir, 'good.conf'), good)
  writeFileSync(
    join(dir, 'wrong.conf'),
    good.replace('192.0.2.12 remote-as 64512', '192.0.2.12 remote-as 65999'),
  )
  writeFileSync(
    join(dir, 'secret.conf'),
    good.replace('neighbor 192.0.2.11 passive', 'neighbor 192.0.2.11 password correct-horse'),
  )
  writeFileSync(join(dir, 'broken.yaml'), PLAIN.replace('198.51.100.0/24', '198.51.100.0/33'))
  writeFileSync(join(dir, 'hello.conf'), 'hello world\n')
  writeFileSync(
    join(dir, 'two.yaml'),
    `${PLAIN}---\n${PLAIN.split('---').at(-1)?.replace('tor,', 'tor-b,').replace('192.0.2.1}', '192.0.2.2}')}`,
  )
})
afterAll(() => rmSync(dir, { recursive: true }))

describe('lbctl router check', () => {
  it('is content with what router config writes', async () => {
    const { stdout, stderr, code } = await check(['good.conf', ...CLUSTER])
    expect([stdout, stderr, code]).toEqual(['good.conf, 1 document: no problems\n', 'Read as frr.\n', 0])
  })

  it('shows a finding with its place and the line, exit 1', async () => {
    const { stdout, code } = await check(['wrong.conf', ...CLUSTER, '--vendor', 'frr'])
    expect(stdout).toMatch(
      /^wrong\.conf:\d+:2: error R003: .*65999.*\n\d+ \| {2}neighbor 192\.0\.2\.12 remote-as 65999\n/,
    )
    expect(code).toBe(1)
  })

  it('reads the configuration from stdin', async () => {
    const { stdout, code } = await check(['-', ...CLUSTER], { stdin: good })
    expect([stdout, code]).toEqual(['<stdin>, 1 document: no problems\n', 0])
  })

  it('reads the objects from stdin', async () => {
    const { code } = await check(['good.conf', '-f', '-', ...NODES], { stdin: PLAIN })
    expect(code).toBe(0)
  })

  it.each(['json', 'sarif', 'junit', 'github'])('prints %s, with the code and exit 1', async (format) => {
    const { stdout, code } = await check(['wrong.conf', ...CLUSTER, '-o', format])
    expect([stdout.includes('R003'), code]).toEqual([true, 1])
    if (format === 'sarif') {
      const [{ tool, results }] = JSON.parse(stdout).runs
      expect(tool.driver.rules[0].shortDescription.text).toBe('AS number of a node differs')
      expect(results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('wrong.conf')
    }
    if (format === 'json') expect(JSON.parse(stdout).diagnostics[0].docs).toBe('docs/rules/R003.md')
  })

  it('never shows a password', async () => {
    for (const format of ['text', 'json', 'sarif', 'github']) {
      const { stdout, stderr, code } = await check(['secret.conf', ...CLUSTER, '-o', format])
      expect([stdout.includes('R004'), code]).toEqual([true, 1])
      expect(stdout + stderr).not.toContain('correct-horse')
    }
  })

  it('explains its codes', async () => {
    const { stdout, code } = await lbctl(['explain', 'R008'])
    expect([stdout.includes('Filter refuses addresses of a pool'), code]).toEqual([true, 0])
  })

  it.each([
    [['hello.conf', ...CLUSTER], 'It is not clear whose configuration'],
    [['missing.conf', ...CLUSTER], 'cannot be read'],
    [['good.conf', '-f', 'plain.yaml'], 'No node is known'],
    [['good.conf', '-f', 'broken.yaml', ...NODES], 'could not be used'],
    [['good.conf', '-f', 'two.yaml', ...NODES], '--peer tor-b: 192.0.2.2, AS 64500'],
    [['-', '-f', '-', ...NODES], 'not both'],
    [['-', ...NODES], 'not both'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { stderr, code } = await check(args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
