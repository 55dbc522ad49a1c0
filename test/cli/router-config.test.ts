// lbctl router config as a program: what it reads, prints and exits with. What it says is tested in src/router.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FULL, PLAIN } from '../../src/router/testing/clusters.ts'
import { lbctl, type Outcome, type RunOptions, unwrapped } from '../support/cli.ts'

const NODES = `apiVersion: v1
kind: List
items:
  - kind: Node
    apiVersion: v1
    metadata: {name: worker-1, labels: {rack: a}}
    status: {addresses: [{type: ExternalIP, address: 203.0.113.9}, {type: InternalIP, address: 192.0.2.11}]}
  - kind: Node
    apiVersion: v1
    metadata: {name: worker-2, labels: {rack: b}}
    status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}
`
let dir: string
const config = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  lbctl(['router', 'config', ...args], { cwd: dir, ...options })
const file = (name: string, text: string): void => writeFileSync(join(dir, name), text)
const neighbours = ({ stdout }: Outcome): string[] =>
  [...stdout.matchAll(/neighbor (\S+) remote-as/g)].map((match) => match[1] ?? '')

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lbctl-router-'))
  file('plain.yaml', PLAIN)
  file('full.yaml', FULL)
  file('nodes.yaml', NODES)
  file('nodes.txt', 'worker-1 192.0.2.21\nworker-2 192.0.2.22 # the other\n')
  file('secret', 'correct-horse\n')
  file('wrong.yaml', PLAIN.replace('198.51.100.0/24', '198.51.100.0/33'))
  file('inline.yaml', PLAIN.replace('peerASN', 'password: hunter2-hunter2, peerASN'))
})
afterAll(() => rmSync(dir, { recursive: true }))

describe('lbctl router config', () => {
  it('prints the configuration and nothing else', async () => {
    const outcome = await config(['-f', 'plain.yaml', '-f', 'nodes.yaml', '--vendor', 'frr'])
    expect([outcome.code, outcome.stderr, outcome.stdout.startsWith('! Router 192.0.2.1')]).toEqual([
      0,
      '',
      true,
    ])
    expect(neighbours(outcome)).toEqual(['192.0.2.11', '192.0.2.12'])
  })

  it.each([
    ['objects', ['--nodes', 'nodes.yaml'], ['192.0.2.11', '192.0.2.12']],
    ['lines', ['--nodes', 'nodes.txt'], ['192.0.2.21', '192.0.2.22']],
    ['words', ['--node', 'a=192.0.2.31', '--node', 'b=192.0.2.32'], ['192.0.2.31', '192.0.2.32']],
    [
      'words over objects',
      ['--nodes', 'nodes.yaml', '--node', 'worker-1=192.0.2.41'],
      ['192.0.2.41', '192.0.2.12'],
    ],
  ])('takes the nodes from %s', async (_, args, expected) => {
    expect(neighbours(await config(['-f', 'plain.yaml', '--vendor', 'frr', ...args]))).toEqual(expected)
  })

  it('reads stdin', async () => {
    const outcome = await config(['-f', '-', '--vendor', 'frr'], { stdin: `${PLAIN}---\n${NODES}` })
    expect([outcome.code, neighbours(outcome).length]).toEqual([0, 2])
  })

  it('selects nodes by their labels', async () => {
    file('rack.yaml', PLAIN.replace('peerASN', 'nodeSelectors: [{matchLabels: {rack: b}}], peerASN'))
    expect(neighbours(await config(['-f', 'rack.yaml', '--nodes', 'nodes.yaml', '--vendor', 'frr']))).toEqual(
      ['192.0.2.12'],
    )
  })

  it('prints the plan as JSON, with the text of a vendor if one is named', async () => {
    const args = ['-f', 'plain.yaml', '--nodes', 'nodes.yaml', '-o', 'json']
    const { routers } = JSON.parse((await config(args)).stdout)
    expect(routers[0]).toMatchObject({ asn: 64500, addresses: ['192.0.2.1'], configuration: null })
    expect(routers[0].filters[0].entries[0]).toEqual({
      within: '198.51.100.0/24',
      length: 32,
      pools: ['lan'],
    })
    expect(routers[0].filters[0].limits[1]).toEqual({ family: 6, admitted: '256', limit: 320 })
    const withText = JSON.parse((await config([...args, '--vendor', 'bird'])).stdout)
    expect(withText.routers[0].configuration).toContain('protocol bgp metallb_worker_1')
  })

  it('has a part for each router, says so, and makes one of those that are named', async () => {
    const args = [
      '-f',
      'full.yaml',
      '--nodes',
      'nodes.yaml',
      '--node',
      'worker-1=2001:db8::11',
      '--vendor',
      'frr',
    ]
    const all = await config(args)
    expect([...all.stdout.matchAll(/^! Router (\S+), /gm)].map((match) => match[1])).toEqual([
      '192.0.2.1',
      '2001:db8::1',
    ])
    expect(all.stderr).toMatch(/2\s+routers.*--peer\s+tor,\s+or\s+--peer\s+tor-v6/s)
    const one = await config([...args, '--peer', 'tor', '--peer', 'tor-v6'])
    expect(one.stdout).toContain('! Router 192.0.2.1 and 2001:db8::1, ')
    expect(one.stderr).not.toContain('routers')
  })

  it('never shows a password unasked', async () => {
    const common = ['--nodes', 'nodes.yaml', '--vendor', 'frr']
    for (const format of ['text', 'json']) {
      const { stdout, stderr } = await config(['-f', 'inline.yaml', ...common, '-o', format])
      expect(stdout + stderr).toContain('PASSWORD-OF-TOR')
      expect(stdout + stderr).not.toContain('hunter2')
    }
    const shown = await config(['-f', 'inline.yaml', ...common, '--show-passwords'])
    expect([shown.stdout.includes('password hunter2-hunter2'), shown.stderr]).toEqual([true, ''])
    const given = await config([
      '-f',
      'full.yaml',
      ...common,
      '--peer',
      'tor',
      '--password-file',
      'tor=secret',
    ])
    expect(given.stdout).toContain('password correct-horse\n')
  })

  it.each([
    [['--vendor', 'frr'], 'No node is known'],
    [['--nodes', 'nodes.yaml'], '--vendor'],
    [['--nodes', 'nodes.yaml', '--vendor', 'frr', '--peer', 'nobody'], 'There is no BGPPeer "nobody"'],
    [['--node', 'Worker=192.0.2.1', '--vendor', 'frr'], '--node takes NAME=ADDRESS'],
    [['--node', 'worker=192.0.2.1\n neighbor', '--vendor', 'frr'], '--node takes NAME=ADDRESS'],
    [['--nodes', 'nodes.yaml', '--vendor', 'frr', '--prefix', 'a b'], '--prefix takes'],
    [['--nodes', 'nodes.yaml', '--vendor', 'frr', '--router-id', '::1'], '--router-id takes'],
    [['--nodes', 'nodes.yaml', '--vendor', 'frr', '--password-file', 'nobody=secret'], 'nobody'],
    [['--nodes', 'missing.yaml', '--vendor', 'frr'], 'cannot be read'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { stdout, stderr, code } = await config(['-f', 'plain.yaml', ...args])
    expect([stdout, code]).toEqual(['', 2])
    expect(stderr).toContain(message)
  })

  it('shows why MetalLB would refuse the objects, and prints nothing', async () => {
    const { stdout, stderr, code } = await config([
      '-f',
      'wrong.yaml',
      '--nodes',
      'nodes.yaml',
      '--vendor',
      'frr',
    ])
    expect([stdout, code]).toEqual(['', 2])
    expect(stderr).toMatch(/wrong\.yaml:\d+:\d+: error V102/)
  })

  it('says the same in JSON', async () => {
    const words = ['-f', 'wrong.yaml', '--nodes', 'nodes.yaml', '-o', 'json']
    const { stdout, code } = await config(words)
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ routers: [], diagnostics: [{ code: 'V102' }] })
  })

  it('does not call a router without neighbours a configuration', async () => {
    const { stdout, stderr, code } = await config([
      '-f',
      'plain.yaml',
      '--node',
      'worker-1=swp1',
      '--vendor',
      'frr',
    ])
    expect([stdout, code]).toEqual(['', 2])
    expect(stderr).toMatch(/No node is a neighbour of the router/)
    expect(unwrapped(stderr)).toMatch(/worker-1" has no known IPv4 address/)
  })

  it('stays within 80 columns on stderr', async () => {
    const { stderr } = await config(['-f', 'full.yaml', '--nodes', 'nodes.yaml', '--vendor', 'openbgpd'])
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})
