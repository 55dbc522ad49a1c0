// Apply and undo against the recorded API server: nothing is written before everything is checked, and there is a way back from
// wherever it stops.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cluster, connectCluster, undoFile } from '../../src/compose/cluster.ts'
import type { KubeObject } from '../../src/config/kube-object.ts'
import { openCluster } from '../../src/kubernetes/open-cluster.ts'
import { applyPlan } from '../../src/migrate/apply/apply-plan.ts'
import { exitCodeOf, type Outcome } from '../../src/migrate/apply/outcome.ts'
import { type ApplyPlan, refText } from '../../src/migrate/apply/plan.ts'
import { undo } from '../../src/migrate/apply/undo.ts'
import { parseUndo } from '../../src/migrate/apply/undo-document.ts'
import objects from '../fixtures/kubernetes/objects.json' with { type: 'json' }
import { type Map_, mapOf } from '../support/recorded-api/objects.ts'
import type { SeenRequest } from '../support/recorded-api/requests.ts'
import { RecordedApi } from '../support/recorded-api.ts'

const NS = 'metallb-system'
let api: RecordedApi
let cluster: Cluster
let directory: string
let files = 0

beforeEach(async () => {
  api = await RecordedApi.start(['default', NS, 'demo-06'])
  directory = mkdtempSync(join(tmpdir(), 'lbctl-apply-'))
  const kubeconfig = join(directory, 'config')
  writeFileSync(kubeconfig, api.kubeconfig())
  cluster = await connectCluster({ kubeconfig })
})
afterEach(async () => {
  cluster.close()
  await api.stop()
  rmSync(directory, { recursive: true })
})

const object = (kind: string, name: string, rest: Map_, apiVersion = 'metallb.io/v1beta1'): KubeObject =>
  ({ apiVersion, kind, metadata: { name, namespace: NS }, ...rest }) as unknown as KubeObject
const pool = (name: string, ...addresses: string[]): KubeObject =>
  object('IPAddressPool', name, { spec: { addresses } })
const seed = (o: KubeObject, manager?: string): void =>
  api.seed(structuredClone(o) as unknown as Map_, manager)

const peer = object(
  'BGPPeer',
  'tor',
  {
    spec: {
      myASN: 64500,
      peerASN: 64501,
      peerAddress: '10.0.0.1',
      bfdProfile: 'fast',
      passwordSecret: { name: 'tor' },
    },
  },
  'metallb.io/v1beta2',
)
const secret = object(
  'Secret',
  'tor',
  { type: 'kubernetes.io/basic-auth', stringData: { password: 'hush' } },
  'v1',
)
const full: ApplyPlan = {
  objects: [
    object('L2Advertisement', 'lan', { spec: { ipAddressPools: ['lan'] } }),
    object('BGPAdvertisement', 'wan', { spec: { ipAddressPools: ['wan'], localPref: 100 } }),
    pool('lan', '192.0.2.0/28'),
    pool('wan', '198.51.100.0/24'),
    peer,
    object('BFDProfile', 'fast', { spec: { receiveInterval: 100 } }),
    object('Community', 'names', { spec: { communities: [{ name: 'a', value: '65000:1' }] } }),
    secret,
  ],
  services: [
    {
      namespace: 'demo-06',
      name: 'web',
      annotations: { 'metallb.io/address-pool': 'lan', 'example.com/pool': null },
      clearLoadBalancerIp: true,
    },
  ],
}
const seedService = (): void => {
  const service = structuredClone(objects.service) as unknown as Map_
  api.seed({ ...service, spec: { ...(service['spec'] as Map_), loadBalancerIP: '192.0.2.3' } })
}
const service = (): Map_ => api.object('v1', 'Service', 'demo-06', 'web') ?? {}

const nextFile = (): string => {
  files += 1
  return join(directory, `undo-${files}.json`)
}
const run = (
  plan: ApplyPlan,
  options: { path?: string; signal?: AbortSignal; dryRun?: boolean; onWritten?: () => void } = {},
): Promise<Outcome> => {
  const { path = nextFile(), ...rest } = options
  return applyPlan(cluster.writer, plan, { undo: undoFile(path), ...rest })
}
const back = (path: string, options = {}): Promise<Outcome> =>
  undo(cluster.writer, parseUndo(readFileSync(path, 'utf8'), path), options)

/** Everything in the cluster but bookkeeping, to compare before and after. */
const kinds: readonly (readonly [string, string])[] = [
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['metallb.io/v1beta1', 'Community'],
  ['metallb.io/v1beta1', 'BFDProfile'],
  ['metallb.io/v1beta2', 'BGPPeer'],
  ['metallb.io/v1beta1', 'IPAddressPool'],
  ['metallb.io/v1beta1', 'BGPAdvertisement'],
  ['metallb.io/v1beta1', 'L2Advertisement'],
] as const
const contents = (): unknown =>
  kinds
    .flatMap(([apiVersion, kind]) => api.all(apiVersion, kind))
    .map((o) => {
      const {
        resourceVersion: _,
        generation: __,
        managedFields: ___,
        uid,
        ...metadata
      } = o['metadata'] as Map_
      return { ...o, metadata: { ...metadata, ...(kind(o) === 'Service' ? { uid: uid ?? null } : {}) } }
    })
const kind = (o: Map_): string => String(o['kind'])

const isWrite = (r: SeenRequest): boolean => r.method !== 'GET' && r.query['dryRun'] === undefined
const names = (outcome: Outcome, list: 'done' | 'remaining'): readonly string[] => {
  if (outcome.kind === 'stopped' && list === 'remaining') return outcome.remaining.map(refText)
  if (outcome.kind === 'stopped' || outcome.kind === 'done')
    return outcome.done.map(({ ref }) => refText(ref))
  return []
}

describe('apply', () => {
  it('writes everything in an order in which nothing refers to what is not there yet', async () => {
    seedService()
    const outcome = await run(full)
    expect(outcome.kind).toBe('done')
    expect(exitCodeOf(outcome)).toBe(0)
    expect(names(outcome, 'done').map((name) => name.split(' ')[0])).toEqual([
      'Secret',
      'Community',
      'BFDProfile',
      'BGPPeer',
      'IPAddressPool',
      'IPAddressPool',
      'BGPAdvertisement',
      'L2Advertisement',
      'Service',
    ])
    expect(api.object('v1', 'Secret', NS, 'tor')?.['data']).toEqual({ password: 'aHVzaA==' })
    expect(service()).toMatchObject({ metadata: { annotations: { 'metallb.io/address-pool': 'lan' } } })
    expect(service()['metadata']).not.toHaveProperty('annotations.example.com/pool')
    expect(service()['spec']).not.toHaveProperty('loadBalancerIP')
  })

  it('asks for every dry run before the first write', async () => {
    seedService()
    await run(full)
    const order = api.requests.filter((r) => r.method !== 'GET').map((r) => r.query['dryRun'] === 'All')
    expect(order.lastIndexOf(true)).toBe(full.objects.length)
    expect(order.indexOf(false)).toBe(full.objects.length + 1)
  })

  it('leaves alone what is as wanted, and then writes no undo file', async () => {
    seedService()
    await run(full)
    const versions = api.store.version
    const path = nextFile()
    const again = await run(full, { path })
    expect(again).toMatchObject({ kind: 'nothing to do' })
    expect(api.store.version).toBe(versions)
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  it('writes nothing when one of them has a conflict, and names object, field and manager', async () => {
    seed(pool('wan', '203.0.113.0/24'), 'argocd')
    const path = nextFile()
    const outcome = await run({ objects: full.objects, services: [] }, { path })
    expect(outcome).toMatchObject({ kind: 'refused', refusals: [{ ref: { name: 'wan' } }] })
    const [refusal] = outcome.kind === 'refused' ? outcome.refusals : []
    expect(refusal?.error.facts).toEqual({ '.spec.addresses': 'set by "argocd"' })
    expect(exitCodeOf(outcome)).toBe(1)
    expect(api.writes).toEqual([])
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  it('reports every refusal at once, the missing right deciding the exit code', async () => {
    seed(pool('wan', '203.0.113.0/24'), 'argocd')
    api.answerNext('webhook denied 400', (r) => r.path.endsWith('/lan') && r.method === 'PATCH', 9)
    api.answerNext('apply 403', (r) => r.path.endsWith('/secrets/tor') && r.method === 'PATCH')
    const outcome = await run({ objects: full.objects, services: [] })
    expect(outcome.kind === 'refused' && outcome.refusals.map((r) => r.error.kind)).toEqual([
      'permission',
      'input',
      'conflict',
      'input',
    ])
    expect(exitCodeOf(outcome)).toBe(3)
    expect(api.writes).toEqual([])
  })

  it('takes over fields that lbctl itself set in another way', async () => {
    seed(pool('lan', '192.0.2.0/30'), 'lbctl')
    expect((await run({ objects: [pool('lan', '192.0.2.0/28')], services: [] })).kind).toBe('done')
    expect(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'lan')?.['spec']).toMatchObject({
      addresses: ['192.0.2.0/28'],
    })
  })

  it('only checks when asked to', async () => {
    seed(pool('lan', '192.0.2.0/28'))
    const outcome = await run(
      { objects: [pool('lan', '192.0.2.0/28'), pool('new', '192.0.2.64/28')], services: [] },
      { dryRun: true },
    )
    expect(outcome).toMatchObject({
      kind: 'checked',
      pending: [{ action: 'created' }],
      unchanged: [{ name: 'lan' }],
    })
    expect(api.writes).toEqual([])
  })

  it('has the way back on the disk before the first write, for the owner only, and never over another file', async () => {
    const path = nextFile()
    let seen = 0
    api.intercept(() => {
      seen = readFileSync(path, 'utf8').length
    }, isWrite)
    await run({ objects: [secret], services: [] }, { path })
    expect(seen).toBeGreaterThan(100)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const text = readFileSync(path, 'utf8')
    await expect(
      run({ objects: [pool('lan', '192.0.2.0/28')], services: [] }, { path }),
    ).rejects.toMatchObject({ kind: 'usage' })
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'lan')).toBeUndefined()
  })

  it('waits out status changes of a Service between read and write', async () => {
    seedService()
    const touch = (): void =>
      api.change({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'demo-06', labels: { at: api.store.version } },
      })
    api.intercept(touch, isWrite, 2)
    expect((await run({ objects: [], services: full.services })).kind).toBe('done')
  })
})

describe('stopped half-way', () => {
  const total = full.objects.length + 1
  const indexes = Array.from({ length: total }, (_, index) => index)

  it.each(indexes)('by a refusal of write %i: says what is done, and both ways lead out', async (index) => {
    seedService()
    seed(pool('wan', '203.0.113.0/24'), 'lbctl')
    const before = contents()
    api.answerNext('webhook denied 400', (r) => isWrite(r) && api.writes.length === index + 1)
    const path = nextFile()
    const outcome = await run(full, { path })
    expect(outcome).toMatchObject({ kind: 'stopped', reason: 'error', failed: { written: 'no' } })
    expect(names(outcome, 'done')).toHaveLength(index)
    expect(names(outcome, 'remaining')).toHaveLength(total - index - 1)
    expect(exitCodeOf(outcome)).toBe(index === 0 ? 2 : 4)
    if (index % 2 === 0) {
      expect((await back(path)).kind).toBe(index === 0 ? 'nothing to do' : 'done')
      expect(contents()).toEqual(before)
      expect((await back(path)).kind).toBe('nothing to do')
    } else {
      expect((await run(full)).kind).toBe('done')
      expect((await run(full)).kind).toBe('nothing to do')
    }
  })

  it('by a connection that is cut after the write: unknown, and undo finds out', async () => {
    const before = contents()
    api.intercept('cut after', (r) => isWrite(r) && r.path.endsWith('/wan'))
    api.intercept('cut', (r) => isWrite(r) && r.path.endsWith('/wan'), 4)
    // Five attempts, without the waits between them.
    cluster = openCluster({ kubeconfig: join(directory, 'config') }, { sleep: async () => undefined })
    const path = nextFile()
    const outcome = await run({ objects: full.objects, services: [] }, { path })
    expect(outcome).toMatchObject({
      kind: 'stopped',
      failed: { ref: { name: 'wan' }, written: 'unknown', error: { kind: 'unreachable' } },
    })
    expect(exitCodeOf(outcome)).toBe(4)
    expect((await back(path)).kind).toBe('done')
    expect(contents()).toEqual(before)
  })

  it('by the user: between two writes, never in one', async () => {
    const stop = new AbortController()
    let written = 0
    const onWritten = (): void => {
      written += 1
      if (written === 3) stop.abort()
    }
    const path = nextFile()
    const outcome = await run(
      { objects: full.objects, services: [] },
      { path, signal: stop.signal, onWritten },
    )
    expect(outcome).toMatchObject({ kind: 'stopped', reason: 'aborted', failed: undefined })
    expect([names(outcome, 'done').length, names(outcome, 'remaining').length]).toEqual([3, 5])
    expect(exitCodeOf(outcome)).toBe(4)
    expect(outcome.kind === 'stopped' && outcome.next.join(' ')).toContain(`--undo-from ${path}`)
  })

  it('by the user while it looks at the object once more: that is not a failure', async () => {
    seedService()
    const stop = new AbortController()
    cluster = openCluster({ kubeconfig: join(directory, 'config') }, { signal: stop.signal })
    let looks = 0
    api.intercept('silence', (r) => {
      const isLook = r.method === 'GET' && r.path.endsWith('/services/web') && api.writes.length > 0
      if (isLook) looks += 1
      return isLook
    })
    const outcome = run(full, { signal: stop.signal })
    while (looks === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    expect(await outcome).toMatchObject({
      kind: 'stopped',
      reason: 'aborted',
      failed: undefined,
      remaining: [{ kind: 'Service' }],
    })
  })

  it('by the user before the first write: nothing was done', async () => {
    const stop = new AbortController()
    stop.abort()
    await expect(run(full, { signal: stop.signal })).rejects.toMatchObject({ kind: 'timeout' })
    expect(api.writes).toEqual([])
  })

  it('by a conflict that came after the dry run', async () => {
    seed(pool('wan', '203.0.113.0/24'), 'lbctl')
    api.intercept(
      () => api.change(pool('wan', '203.0.113.0/25') as unknown as Map_, 'kubectl-edit'),
      (r) => isWrite(r) && r.path.endsWith('/names'),
    )
    const outcome = await run({ objects: full.objects, services: [] })
    expect(outcome).toMatchObject({
      kind: 'stopped',
      failed: { ref: { name: 'wan' }, written: 'no', error: { kind: 'conflict' } },
    })
    expect(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'wan')?.['spec']).toMatchObject({
      addresses: ['203.0.113.0/25'],
    })
  })
})

describe('undo', () => {
  it('brings back what was there, values and owners, and deletes what was not', async () => {
    seedService()
    seed(object('IPAddressPool', 'lan', { spec: { addresses: ['192.0.2.0/28'] } }), 'argocd')
    const before = contents()
    const withLabel = {
      ...pool('lan', '192.0.2.0/28'),
      metadata: { name: 'lan', namespace: NS, labels: { by: 'lbctl' } },
    }
    const plan = { ...full, objects: [...full.objects.filter((o) => o.metadata.name !== 'lan'), withLabel] }
    const path = nextFile()
    expect((await run(plan, { path })).kind).toBe('done')
    expect(contents()).not.toEqual(before)
    const outcome = await back(path)
    expect(outcome).toMatchObject({ kind: 'done', skipped: [] })
    expect(names(outcome, 'done')[0]).toBe('Service demo-06/web')
    expect(contents()).toEqual(before)
    const fields = JSON.stringify(
      mapOf(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'lan')?.['metadata'])['managedFields'],
    )
    expect(fields).toContain('argocd')
    expect(fields).not.toContain('"Apply"')
  })

  it('can be applied again after', async () => {
    seed(pool('lan', '192.0.2.0/30'), 'lbctl')
    const plan = { objects: [pool('lan', '192.0.2.0/28')], services: [] }
    const path = nextFile()
    await run(plan, { path })
    await back(path)
    expect((await run(plan)).kind).toBe('done')
  })

  it('refuses an object that somebody changed since, and touches none', async () => {
    const path = nextFile()
    await run({ objects: full.objects, services: [] }, { path })
    api.change({ ...pool('lan', '192.0.2.0/29') } as unknown as Map_)
    const outcome = await back(path)
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusals: [{ ref: { name: 'lan' }, error: { kind: 'conflict' } }],
    })
    expect(exitCodeOf(outcome)).toBe(1)
    expect(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'wan')).toBeDefined()
    const rest = await back(path, { skipChanged: true })
    expect(rest).toMatchObject({ kind: 'done', skipped: [{ ref: { name: 'lan' } }] })
    expect(exitCodeOf(rest)).toBe(4)
    expect(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'wan')).toBeUndefined()
    expect(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'lan')).toBeDefined()
  })

  it('refuses an object that was there before and was changed since by somebody', async () => {
    seed(pool('lan', '192.0.2.0/30'), 'lbctl')
    const path = nextFile()
    await run({ objects: [pool('lan', '192.0.2.0/28')], services: [] }, { path })
    api.change(pool('lan', '192.0.2.0/29') as unknown as Map_)
    const outcome = await back(path)
    const said = outcome.kind === 'refused' ? outcome.refusals.map((r) => r.error.message) : []
    expect(said).toEqual([
      'IPAddressPool metallb-system/lan is not as lbctl left it: its content was changed.',
    ])
    expect(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'lan')?.['spec']).toMatchObject({
      addresses: ['192.0.2.0/29'],
    })
  })

  it('refuses a Service whose annotation was changed since, but not one that is gone', async () => {
    seedService()
    const path = nextFile()
    await run({ objects: [], services: full.services }, { path })
    const annotations = { 'metallb.io/address-pool': 'other' }
    api.change({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'demo-06', annotations },
    })
    expect(await back(path)).toMatchObject({ kind: 'refused', refusals: [{ ref: { kind: 'Service' } }] })
    api.remove({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'demo-06' } })
    expect((await back(path)).kind).toBe('nothing to do')
  })

  it('refuses a change that comes between its look and its write', async () => {
    const path = nextFile()
    await run({ objects: [pool('lan', '192.0.2.0/28')], services: [] }, { path })
    api.intercept(
      () => api.change(pool('lan', '192.0.2.0/29') as unknown as Map_),
      (r) => r.method === 'DELETE',
    )
    expect(await back(path)).toMatchObject({ kind: 'stopped', failed: { error: { kind: 'conflict' } } })
    expect(api.object('metallb.io/v1beta1', 'IPAddressPool', NS, 'lan')).toBeDefined()
  })

  it('refuses what was deleted and created anew, and what others now manage too', async () => {
    seed(pool('lan', '192.0.2.0/30'), 'lbctl')
    const path = nextFile()
    await run(
      { objects: [pool('lan', '192.0.2.0/28'), pool('new', '192.0.2.64/28')], services: [] },
      { path },
    )
    api.remove(pool('lan') as unknown as Map_)
    seed(pool('lan', '192.0.2.0/28'))
    api.store.apply(
      { type: api.typeOf('IPAddressPool'), version: 'v1beta1', namespace: NS, name: 'new' },
      pool('new', '192.0.2.64/28') as unknown as Map_,
      { manager: 'argocd', dryRun: false, force: false },
    )
    const outcome = await back(path)
    const said = outcome.kind === 'refused' ? outcome.refusals.map((r) => r.error.message) : []
    expect(said).toEqual([
      expect.stringContaining('also managed by "argocd"'),
      expect.stringContaining('created anew'),
    ])
  })

  it('does not mind the status that MetalLB counts', async () => {
    const path = nextFile()
    await run({ objects: [pool('lan', '192.0.2.0/28')], services: [] }, { path })
    api.setStatus('metallb.io/v1beta1', 'IPAddressPool', NS, 'lan', { assignedIPv4: 3 })
    expect(await back(path)).toMatchObject({ kind: 'done', done: [{ action: 'deleted' }] })
  })

  it('refuses the file of another cluster, and what is no undo file', async () => {
    const path = nextFile()
    await run({ objects: [secret], services: [] }, { path })
    const document = parseUndo(readFileSync(path, 'utf8'), path)
    const other = { ...document, cluster: { ...document.cluster, server: 'https://elsewhere:6443' } }
    await expect(undo(cluster.writer, other)).rejects.toMatchObject({ kind: 'usage' })
    for (const text of [
      '',
      'x',
      '{}',
      '[]',
      readFileSync(path, 'utf8').slice(0, -20),
      '{"format":"lbctl-undo/1","cluster":{"server":"x"},"entries":[{}]}',
    ])
      expect(() => parseUndo(text, 'u.json')).toThrow(/u\.json is/)
  })
})
