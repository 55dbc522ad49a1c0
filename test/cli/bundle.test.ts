// `lbctl bundle` as built: what a cluster holds goes into one file, and is judged there as it was here.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTar } from '../../src/diagnose/bundle/tar.ts'
import { notAsked } from '../../src/diagnose/cluster/cluster-facts.ts'
import { drop, factsOf, healthyWorld, object, type World } from '../../src/diagnose/cluster/testing/world.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl } from '../support/cli.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

let folder: string
let server: ApiServer
const SECRET = 'hunter2-and-more'

/** Nothing announces the pool "lan", and a peer has a password. */
function brokenWorld(): World {
  const world = healthyWorld()
  drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  object(world, 'configuration', 'tor').spec.password = SECRET
  object(world, 'secrets', 'memberlist').data = { secretkey: btoa(SECRET) }
  return world
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-bundle-'))
  writeFileSync(join(folder, 'broken.json'), JSON.stringify(factsOf(brokenWorld())))
  const unread = { ...factsOf(healthyWorld()), endpointSlices: { ...notAsked('eve may not'), wanted: true } }
  writeFileSync(join(folder, 'unread.json'), JSON.stringify(unread))
  server = await startApiServer()
  server.applyObjects(crds)
  server.applyObjects(Object.values(brokenWorld().planes).flat())
  writeFileSync(join(folder, 'kubeconfig'), server.kubeconfig())
}, 60_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})

const run = (...words: string[]) => lbctl(words, { cwd: folder })
const filesIn = (name: string) => {
  const read = readTar(gunzipSync(readFileSync(join(folder, name))))
  if (!read.ok) throw new Error(read.error)
  return new Map(read.value.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('utf8')]))
}
const reportsOf = (stdout: string) =>
  JSON.parse(stdout).reports.map((report: Record<string, unknown>) => ({ ...report, vantage: '' }))

it('is judged elsewhere as the cluster is here, and holds no secret', async () => {
  const made = await run('bundle', '--kubeconfig', 'kubeconfig', '-o', 'cluster.tar.gz', '--no-pod-logs')
  expect([made.stderr, made.code]).toEqual(['', 0])
  expect(made.stdout).toContain('The diagnosis says: F01: Nothing announces the pool "lan"')
  const files = filesIn('cluster.tar.gz')
  expect([...files.keys()]).toEqual(
    expect.arrayContaining(['manifest.json', 'facts.json', 'verdict.json', 'index.html']),
  )
  const bytes = gunzipSync(readFileSync(join(folder, 'cluster.tar.gz'))).toString('latin1')
  expect([bytes.includes(SECRET), bytes.includes(btoa(SECRET))]).toEqual([false, false])
  const here = await run('diagnose', 'all', '--kubeconfig', 'kubeconfig', '-o', 'json')
  const there = await run('diagnose', 'all', '--bundle', 'cluster.tar.gz', '-o', 'json')
  expect([here.code, there.code]).toEqual([1, 1])
  const withoutPlaces = (text: string) =>
    JSON.stringify(reportsOf(text).map(({ findings }: { findings: unknown }) => findings))
  expect(withoutPlaces(there.stdout)).toBe(withoutPlaces(here.stdout))
  const service = await run('diagnose', 'service', 'shop/web', '--bundle', 'cluster.tar.gz', '-o', 'json')
  expect([service.stderr, service.code]).toEqual(['', 1])
  expect(JSON.parse(service.stdout).reports[0].findings[0].code).toBe('F01')
})

it('tells what is mistyped before a cluster is asked, and says plainly that a file is not there', async () => {
  const nowhere = ['--kubeconfig', 'no-kubeconfig']
  const since = await run('bundle', '--since', 'yesterday', ...nowhere)
  expect([since.code, since.stdout]).toEqual([2, ''])
  expect(since.stderr).toContain('--since takes a duration such as 2h30m')
  const missing = await run('diagnose', 'all', '--bundle', 'none.tar.gz')
  expect([missing.code, missing.stdout]).toEqual([2, ''])
  expect(missing.stderr).toContain(
    'The bundle none.tar.gz cannot be read: there is no such file or directory.',
  )
})

it('a file of facts that is damaged is named with the line and the column', async () => {
  const text = JSON.stringify(factsOf(brokenWorld()), null, 2)
  const refused = async (changed: string): Promise<string> => {
    writeFileSync(join(folder, 'damaged.json'), changed)
    const { code, stdout, stderr } = await run('diagnose', 'all', '--facts', 'damaged.json')
    expect([code, stdout]).toEqual([2, ''])
    return stderr
  }
  const lines = text.split('\n')
  const line = lines.findIndex((each) => each.includes('"kind": "Service"'))
  const column = (lines[line] ?? '').indexOf('"Service"') + 1
  const wrongKind = lines.with(line, (lines[line] ?? '').replace('"Service"', '7')).join('\n')
  expect(await refused(wrongKind)).toMatch(
    new RegExp(`damaged\\.json:${line + 1}:${column} does not hold facts .*kind is not a text`),
  )
  const cut = lines.slice(0, line).join('\n')
  expect(await refused(cut)).toMatch(
    new RegExp(`damaged\\.json:${line}:\\d+ does not hold facts .*it is not JSON`),
  )
})

it('is the same for the same facts, byte for byte', async () => {
  for (const name of ['one.tar.gz', 'two.tar.gz'])
    expect((await run('bundle', '--facts', 'broken.json', '-o', name)).code).toBe(0)
  expect(readFileSync(join(folder, 'one.tar.gz')).equals(readFileSync(join(folder, 'two.tar.gz')))).toBe(true)
  const facts = await run('diagnose', 'all', '--facts', 'broken.json', '-o', 'json')
  const bundle = await run('diagnose', 'all', '--bundle', 'one.tar.gz', '-o', 'json')
  expect(bundle.stdout).toBe(facts.stdout)
})

it('has a manifest with the digest of each file', async () => {
  await run('bundle', '--facts', 'broken.json', '-o', 'manifest.tar.gz')
  const files = filesIn('manifest.tar.gz')
  const manifest = JSON.parse(files.get('manifest.json') ?? '')
  expect(manifest).toMatchObject({ format: 'lbctl-bundle/1', takenAt: '2026-03-01T12:00:00Z', hidden: 2 })
  expect(manifest.versions.loadBalancer['DaemonSet metallb-system/speaker']).toBe(
    'quay.io/metallb/speaker:v0.15.2',
  )
  expect(manifest.files.map(({ path }: { path: string }) => path)).toEqual([...files.keys()].slice(1))
  for (const { path, sha256 } of manifest.files)
    expect(
      createHash('sha256')
        .update(files.get(path) ?? '')
        .digest('hex'),
    ).toBe(sha256)
})

it('says what could not be read, and ends with 4', async () => {
  const { code, stdout } = await run('bundle', '--facts', 'unread.json', '-o', 'partial.tar.gz')
  expect(code).toBe(4)
  expect(stdout).toContain('Could not be read:\n- endpointSlices: eve may not.')
  expect(JSON.parse(filesIn('partial.tar.gz').get('manifest.json') ?? '').missing).toContainEqual({
    what: 'endpointSlices',
    reason: 'eve may not',
    wanted: true,
  })
})

it('replaces nothing unless it is told to, and leaves nothing half-written', async () => {
  writeFileSync(join(folder, 'mine.tar.gz'), 'mine')
  const refused = await run('bundle', '--facts', 'broken.json', '-o', 'mine.tar.gz')
  expect([refused.code, refused.stdout]).toEqual([2, ''])
  expect(refused.stderr).toContain('mine.tar.gz exists already, and nothing was written.')
  expect(readFileSync(join(folder, 'mine.tar.gz'), 'utf8')).toBe('mine')
  expect((await run('bundle', '--facts', 'broken.json', '-o', 'mine.tar.gz', '--force')).code).toBe(0)
  expect(filesIn('mine.tar.gz').has('facts.json')).toBe(true)
  expect(statSync(join(folder, 'mine.tar.gz')).mode & 0o777).toBe(0o600)
  expect((await run('bundle', '--facts', 'broken.json', '-o', 'no/where.tar.gz')).code).toBe(2)
  expect(existsSync(join(folder, 'no'))).toBe(false)
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
})

it('holds no address of the cluster under pseudonyms, and is judged the same', async () => {
  const world = brokenWorld()
  const text = JSON.stringify(factsOf(world)).replaceAll(/192\.0\.2\./g, '11.22.33.')
  writeFileSync(join(folder, 'public.json'), text)
  expect((await run('bundle', '--facts', 'public.json', '--pseudonymise', '-o', 'other.tar.gz')).code).toBe(0)
  const files = [...filesIn('other.tar.gz').values()].join('')
  // One key in 2^16 leaves an address as it is.
  expect(files.split('11.22.33.').length).toBe(1)
  const codes = async (...words: string[]) =>
    JSON.parse((await run('diagnose', 'all', ...words, '-o', 'json')).stdout).reports[0].findings.map(
      ({ code, check }: { code: string; check: string }) => `${code} ${check}`,
    )
  expect(await codes('--bundle', 'other.tar.gz')).toEqual(await codes('--facts', 'public.json'))
  const compared = await run('bundle', 'diff', 'other.tar.gz', 'other.tar.gz')
  expect([compared.code, compared.stdout]).toEqual([2, ''])
})

it('says what changed between two bundles', async () => {
  writeFileSync(join(folder, 'healthy.json'), JSON.stringify(factsOf(healthyWorld())))
  await run('bundle', '--facts', 'healthy.json', '-o', 'before.tar.gz')
  await run('bundle', '--facts', 'broken.json', '-o', 'after.tar.gz')
  const worse = await run('bundle', 'diff', 'before.tar.gz', 'after.tar.gz')
  expect([worse.stderr, worse.code]).toEqual(['', 1])
  expect(worse.stdout).toMatch(/New findings\n +error: +F01: .*"lan"/)
  expect(worse.stdout).toContain('removed L2Advertisement metallb-system/lan')
  const better = await run('bundle', 'diff', 'after.tar.gz', 'before.tar.gz', '-o', 'json')
  expect(better.code).toBe(0)
  expect(JSON.parse(better.stdout)).toMatchObject({ appeared: [], gone: [{ code: 'F01' }] })
  const twice = await run('bundle', 'diff', 'after.tar.gz', 'after.tar.gz')
  expect([twice.code, twice.stdout]).toEqual([2, ''])
  expect(twice.stderr).toContain('after.tar.gz was given twice')
  writeFileSync(
    join(folder, 'later.json'),
    JSON.stringify({ ...factsOf(brokenWorld()), takenAt: '2026-03-02T12:00:00Z' }),
  )
  await run('bundle', '--facts', 'later.json', '-o', 'later.tar.gz')
  const backwards = await run('bundle', 'diff', 'later.tar.gz', 'before.tar.gz')
  expect([backwards.stderr, backwards.code]).toEqual(['', 0])
  expect(backwards.stdout).toMatch(/^The first bundle is the later one/)
  const none = await run('bundle', 'diff', 'before.tar.gz', 'broken.json')
  expect([none.code, none.stdout]).toEqual([2, ''])
})

describe('a file that is no bundle', () => {
  const refused = async (bytes: Uint8Array): Promise<string> => {
    writeFileSync(join(folder, 'bad.tar.gz'), bytes)
    const { code, stdout, stderr } = await run('diagnose', 'all', '--bundle', 'bad.tar.gz')
    expect([code, stdout]).toEqual([2, ''])
    return stderr.replaceAll(/\s+/g, ' ')
  }

  it('is named with what is wrong with it', async () => {
    await run('bundle', '--facts', 'broken.json', '-o', 'good.tar.gz', '--force')
    const good = readFileSync(join(folder, 'good.tar.gz'))
    const whole = gunzipSync(good)
    expect(await refused(good.subarray(0, good.length - 100))).toContain('it is cut off or damaged')
    expect(await refused(gzipSync(whole.subarray(0, 4096)))).toContain('ends in the middle of')
    expect(await refused(Buffer.from('hello'))).toContain('is no tar archive')
    const changed = Buffer.from(whole)
    changed.write('ETP', whole.indexOf('"shop"') + 1)
    expect(await refused(gzipSync(changed))).toContain('facts.json was changed after the bundle was made')
    expect(await refused(Buffer.concat(Array(9).fill(gzipSync(Buffer.alloc(60 * 1024 ** 2)))))).toContain(
      'unpacks to more than',
    )
  })
})
