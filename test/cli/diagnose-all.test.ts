// `lbctl diagnose all`, `check` and `diagnose service` as built: files, saved facts, formats, exit codes.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drop, factsOf, healthyWorld, object } from '../../src/diagnose/cluster/testing/world.ts'
import { lbctl } from '../support/cli.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-diagnose-all-'))
  const broken = healthyWorld()
  drop(broken, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  const warned = healthyWorld()
  object(warned, 'services', 'shop/web').spec.externalTrafficPolicy = 'Local'
  object(warned, 'endpointSlices', 'shop/web-x1').endpoints.pop()
  for (const [name, world] of Object.entries({ healthy: healthyWorld(), broken, warned }))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(factsOf(world)))
  const objects = Object.values(broken.planes).flat()
  writeFileSync(
    join(folder, 'objects.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

const all = (...words: string[]) => lbctl(['diagnose', 'all', ...words], { cwd: folder })
const FORMATS = ['text', 'short', 'json', 'yaml', 'junit', 'sarif', 'markdown']

it.each(FORMATS)('has the same exit code as %s', async (format) => {
  expect((await all('--facts', 'healthy.json', '-o', format)).code).toBe(0)
  const broken = await all('--facts', 'broken.json', '-o', format)
  expect(broken.code).toBe(1)
  expect(broken.stdout).toContain('F01')
  expect(broken.stderr).toBe('')
})

it('names the pool and prints an advertisement that can be pasted', async () => {
  const { stdout } = await all('--facts', 'broken.json')
  expect(stdout).toMatch(/^error: F01: Nothing announces the pool "lan"/)
  expect(stdout).toMatch(/kind: L2Advertisement\n {13}metadata:\n {15}name: lan\n/)
})

it('is the same by its other name, from files, and from the facts that it saved', async () => {
  const check = await lbctl(['check', '--facts', 'broken.json', '-o', 'short'], { cwd: folder })
  expect(check.stdout).toBe((await all('--facts', 'broken.json', '-o', 'short')).stdout)
  const files = await all('-f', 'objects.json', '--save-facts', 'saved.json', '-o', 'short')
  expect(files.code).toBe(1)
  expect(files.stdout).toBe(check.stdout)
  expect((await all('--facts', 'saved.json', '-o', 'short')).stdout).toBe(files.stdout)
  expect(statSync(join(folder, 'saved.json')).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(join(folder, 'saved.json'), 'utf8')).format).toBe('lbctl-cluster-facts/1')
})

it('takes warnings for problems only when it is told to, and leaves out what it is told to', async () => {
  expect((await all('--facts', 'warned.json')).code).toBe(0)
  expect((await all('--facts', 'warned.json', '--fail-on', 'warning')).code).toBe(1)
  expect((await all('--facts', 'warned.json', '--fail-on', 'warning', '--skip', 'F28')).code).toBe(0)
  expect((await all('--facts', 'broken.json', '--only', 'F08')).code).toBe(0)
  const wrong = await all('--facts', 'broken.json', '--only', 'F99')
  expect([wrong.code, wrong.stdout]).toEqual([2, ''])
})

it('reads logs beside the objects, never above them, and keeps what they say', async () => {
  const line = {
    ...{ ts: '2026-03-01T10:00:00Z', level: 'error', caller: 'native.go:90', op: 'connect' },
    ...{ msg: 'failed to connect to peer', error: 'dial "192.0.2.1:179": connect: connection refused' },
  }
  writeFileSync(join(folder, 'speaker.log'), `${JSON.stringify(line)}\n`.repeat(3))
  const words = ['--logs', 'speaker.log', '--fail-on', 'warning']
  const alone = await all(
    '-f',
    'objects.json',
    '--only',
    'logs-told',
    '--save-facts',
    'logged.json',
    ...words,
  )
  expect(alone.code).toBe(1)
  expect(alone.stdout).toMatch(
    /F36 The logs tell of "No BGP on the other side"\. \(possible\)\n {6}- 3 lines/,
  )
  const beside = await all('--facts', 'logged.json')
  expect(beside.stdout).toMatch(/^error: F01: /)
  expect(beside.stdout).toContain('The logs tell of')
})

it('says that there is no cluster, and not that it is healthy', async () => {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster: { server: 'http://127.0.0.1:9', 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'x', user: {} }],
  }
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(config))
  const { code, stdout } = await all('--kubeconfig', 'kubeconfig')
  expect([code, stdout]).toEqual([3, ''])
})

describe('lbctl diagnose service', () => {
  const service = (...words: string[]) => lbctl(['diagnose', 'service', ...words], { cwd: folder })

  it('stops at the first link that is broken', async () => {
    const { stdout, code } = await service('192.0.2.100', '--facts', 'broken.json', '-o', 'json')
    expect(code).toBe(1)
    const [report] = JSON.parse(stdout).reports
    expect(report.subject).toBe('Service shop/web')
    expect(
      report.chain.map(({ link, state }: { link: string; state: string }) => `${link}: ${state}`),
    ).toEqual([
      'installation: holds',
      'configuration: holds',
      'allocation: holds',
      'advertisement: broken',
      'candidates: behind',
      'owner: behind',
      'wire: behind',
      'data path: behind',
      'endpoints: holds',
      'return path: behind',
    ])
  })

  it('names the owner, and says nothing about the troubles of other Services', async () => {
    const { stdout, code } = await service('shop/api', '--facts', 'broken.json')
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('No problem was found with the Service shop/api.'),
    ])
    expect((await service('shop/web', '--facts', 'healthy.json')).stdout).toMatch(
      /owner: node-[abc], as MetalLB 0\.15\.2 chooses/,
    )
  })

  it('knows no other Service', async () => {
    const { stderr, code } = await service('shop/wab', '--facts', 'healthy.json')
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean shop/web?')
  })
})

describe('what is asked for and left out', () => {
  it('takes a code in small letters, and names the nearest to one that is none', async () => {
    const small = await all('--facts', 'broken.json', '--only', 'f09,f01', '-o', 'short')
    expect([small.code, small.stdout]).toEqual([1, expect.stringContaining('F01')])
    const slip = await all('--facts', 'broken.json', '--skip', 'pods-rum')
    expect([slip.code, slip.stdout]).toEqual([2, ''])
    expect(slip.stderr).toContain('There is no code and no check "pods-rum".\n  The nearest is pods-run.')
  })

  it('writes words where the locale takes no UTF-8, with colours too', async () => {
    const painted = async (locale: string) =>
      (
        await lbctl(['diagnose', 'all', '--facts', 'broken.json'], {
          cwd: folder,
          env: { FORCE_COLOR: '1', LC_ALL: locale },
        })
      ).stdout
    expect(await painted('C')).not.toMatch(/[√‼×]/)
    expect(await painted('C')).toContain('error:')
    expect(await painted('C.UTF-8')).toMatch(/×.*F01[\s\S]*√/)
  })
})
