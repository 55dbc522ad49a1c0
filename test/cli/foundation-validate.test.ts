// lbctl validate as a program: what it reads, prints and exits with. What the rules say is tested beside them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lbctl, type Outcome, type RunOptions } from '../support/cli.ts'

const POOL = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec:
  addresses: [192.0.2.10-192.0.2.20]
`
const ADVERTISEMENT = `apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec:
  ipAddressPools: [lan]
`
const WRONG = POOL.replace('192.0.2.20', '192.0.2.1')

let dir: string
const validate = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  lbctl(['validate', ...args], { cwd: dir, ...options })

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lbctl-validate-'))
  mkdirSync(join(dir, 'good/nested'), { recursive: true })
  writeFileSync(join(dir, 'good/pool.yaml'), POOL)
  writeFileSync(join(dir, 'good/nested/l2.yml'), ADVERTISEMENT)
  writeFileSync(join(dir, 'good/notes.txt'), 'not: [yaml')
  writeFileSync(join(dir, 'wrong.yaml'), `${WRONG}---\n${ADVERTISEMENT}`)
  writeFileSync(join(dir, 'pool.yaml'), POOL)
  writeFileSync(join(dir, 'broken.yaml'), 'kind: [')
})
afterAll(() => rmSync(dir, { recursive: true }))

describe('lbctl validate', () => {
  it('reads directories, and rules see the files together', async () => {
    const { stdout, stderr, code } = await validate(['good'])
    expect([stdout, stderr, code]).toEqual(['2 files, 2 documents: no problems\n', '', 0])
  })

  it('reads stdin, with or without a dash', async () => {
    for (const args of [['-'], []]) {
      const { stdout, code } = await validate(args, { stdin: `${POOL}---\n${ADVERTISEMENT}` })
      expect([stdout, code]).toEqual(['<stdin>, 2 documents: no problems\n', 0])
    }
  })

  it('shows an error with its place and the line, exit 1', async () => {
    const { stdout, stderr, code } = await validate(['wrong.yaml'])
    expect(stdout).toMatch(
      /^wrong\.yaml:5:15: error V104: .*\n 5 \| {3}addresses: \[192\.0\.2\.10-192\.0\.2\.1\]\n {3}\| +\^~+\n/,
    )
    expect(stdout).toMatch(/\nwrong\.yaml, 2 documents: 1 error\n$/)
    expect([stderr, code]).toEqual(['', 1])
  })

  it('fails on warnings when strict, in every format', async () => {
    expect((await validate(['pool.yaml'])).code).toBe(0)
    for (const format of ['text', 'json', 'sarif', 'junit', 'github'])
      expect((await validate(['pool.yaml', '--strict', '-o', format])).code).toBe(1)
  })

  it.each(['text', 'json', 'sarif', 'junit', 'github'])('exits 1 for an error as %s', async (format) => {
    expect((await validate(['wrong.yaml', '-o', format])).code).toBe(1)
  })

  it('exits 2 for broken text, says that the rest was left out, and stays machine-readable', async () => {
    const text = await validate(['broken.yaml', 'pool.yaml'])
    expect(text.stdout).toMatch(/^broken\.yaml:1:\d+: error V003: /)
    expect(text.stderr).toBe('A text could not be read, so the rules across objects were not checked.\n')
    expect(text.code).toBe(2)
    const json = await validate(['broken.yaml', 'pool.yaml', '--json'])
    expect(JSON.parse(json.stdout).diagnostics.map((d: { code: string }) => d.code)).toEqual(['V003'])
    expect(json.code).toBe(2)
  })

  it.each([
    ['nothing on stdin', '', 'V002'],
    ['comments only', '# nothing\n---\n', 'V002'],
    ['binary', '\u0000\u0001', 'V001'],
    ['a tab', 'a:\n\tb: 1\n', 'V004'],
    ['a template', 'a: {{ .Values.x }}\n', 'V007'],
  ])('exits 2 for %s', async (_, stdin, expected) => {
    const { stdout, code } = await validate(['-', '--json'], { stdin })
    const [first] = JSON.parse(stdout).diagnostics
    expect([first.code, first.at.file, code]).toEqual([expected, '<stdin>', 2])
  })

  it('refuses 100 MB without reading them as YAML', async () => {
    writeFileSync(join(dir, 'huge.yaml'), Buffer.alloc(100_000_000, 'a: 1\n'))
    const { stdout, code } = await validate(['huge.yaml'])
    rmSync(join(dir, 'huge.yaml'))
    expect(stdout).toMatch(/^huge\.yaml:1:1: error V008: The input is too large: lbctl reads at most 64 MiB/)
    expect(code).toBe(2)
  })

  it.each([
    [['gone.yaml'], /gone\.yaml cannot be read: there is no such file or directory\./],
    [['--gateway', 'router', 'pool.yaml'], /--gateway takes an IP address, not "router"\./],
    [['--pod-cidr', '10.0.0.0/40', 'pool.yaml'], /--pod-cidr takes a prefix, not "10\.0\.0\.0\/40"\./],
    [['--target-version', 'new', 'pool.yaml'], /--target-version takes a MetalLB release/],
    [['--max-prefixes', '0', 'pool.yaml'], /--max-prefixes takes a whole number of at least 1, not "0"\./],
    [['--mode', 'bird', 'pool.yaml'], /--mode cannot be "bird"; it is one of: native, frr, frr-k8s\./],
  ])('validate %j: one sentence, exit 2', async (args, message) => {
    const { stdout, stderr, code } = await validate(args)
    expect(stderr).toMatch(message)
    expect([stdout, code]).toEqual(['', 2])
  })

  it('uses the flags', async () => {
    const { stdout } = await validate(['good', '--gateway', '192.0.2.15', '--json'])
    const found = JSON.parse(stdout).diagnostics
    expect(found).toHaveLength(1)
    expect(found[0].message).toContain('192.0.2.15')
  })

  it('ends with 130 when interrupted while it waits for stdin', async () => {
    const { code, stdout, stderr } = await validate(['-'], {
      // Long enough for the handler to be there on a busy machine; before it, the shell would show 130 too.
      whileRunning: async (pid) => {
        await new Promise((resolve) => setTimeout(resolve, 1500))
        process.kill(pid, 'SIGINT')
      },
    })
    expect([code, stdout, stderr]).toEqual([130, '', ''])
  })
})
