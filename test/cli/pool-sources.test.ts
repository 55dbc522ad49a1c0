// `lbctl pool` says the same of a cluster, of files with what the cluster holds, and of a bundle of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readBundleFile } from '../../src/compose/bundle/read-bundle-file.ts'
import type { KubeObject } from '../../src/config/kube-object.ts'
import { itemsOf, OBJECT_PLANES } from '../../src/diagnose/cluster/cluster-facts.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl } from '../support/cli.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

const metal = (kind: string, name: string, spec: object, version = 'v1beta1') => ({
  ...{ apiVersion: `metallb.io/${version}`, kind, spec },
  metadata: { name, namespace: 'metallb-system' },
})
const WORKERS = ['worker-1', 'worker-2', 'worker-3']
const service = (name: string, address: string, spec: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name } },
  spec: { type: 'LoadBalancer', clusterIPs: ['10.96.0.9'], ports: [{ port: 80 }], ...spec },
  status: { loadBalancer: { ingress: [{ ip: address }] } },
})
/** Served on these nodes. */
const slice = (name: string, nodes: readonly string[]) => ({
  ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
  metadata: { namespace: 'shop', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
  endpoints: nodes.map((nodeName, index) => ({
    ...{ addresses: [`10.244.0.${index + 1}`], nodeName, conditions: { ready: true } },
  })),
})
const OBJECTS = [
  metal('IPAddressPool', 'lan', { addresses: ['198.51.100.10-198.51.100.20'] }),
  metal('IPAddressPool', 'wan', { addresses: ['203.0.113.0/30'], autoAssign: false }),
  metal('L2Advertisement', 'lan', { ipAddressPools: ['lan'] }),
  metal('BGPAdvertisement', 'wan', { ipAddressPools: ['wan'] }),
  metal('BGPPeer', 'tor', { peerAddress: '198.51.100.1', peerASN: 64512, myASN: 64513 }, 'v1beta2'),
  ...WORKERS.map((name, index) => ({
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } },
    status: { addresses: [{ type: 'InternalIP', address: `198.51.100.${index + 2}` }] },
  })),
  ...[service('api', '203.0.113.0'), slice('api', WORKERS)],
  ...[service('mail', '198.51.100.10'), slice('mail', WORKERS)],
  ...[service('dns', '198.51.100.11', { externalTrafficPolicy: 'Local' }), slice('dns', ['worker-1'])],
  {
    ...{ apiVersion: 'apps/v1', kind: 'DaemonSet' },
    metadata: {
      namespace: 'metallb-system',
      name: 'speaker',
      labels: { app: 'metallb', component: 'speaker' },
    },
    spec: {
      selector: { matchLabels: { app: 'metallb', component: 'speaker' } },
      template: {
        metadata: { labels: { app: 'metallb', component: 'speaker' } },
        spec: { containers: [{ name: 'speaker', image: 'quay.io/metallb/speaker:v0.14.9' }] },
      },
    },
  },
] as const
/** What takes the place of the pool that is deleted: it has the address of shop/dns, and nothing announces it. */
const NEW_POOL = metal('IPAddressPool', 'new', { addresses: ['198.51.100.11-198.51.100.12'] })
/** One prefix for the whole pool, and only from one node. */
const WIDER = metal('BGPAdvertisement', 'wan', {
  ...{ ipAddressPools: ['wan'], aggregationLength: 30 },
  nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'worker-3' } }],
})

let server: ApiServer
let folder = ''
let sources: readonly (readonly string[])[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-pool-sources-'))
  server = await startApiServer()
  server.applyObjects(crds)
  server.applyObjects(OBJECTS as unknown as readonly KubeObject[])
  writeFileSync(join(folder, 'kubeconfig'), server.kubeconfig())
  writeFileSync(join(folder, 'wider.json'), JSON.stringify(WIDER))
  writeFileSync(join(folder, 'new.json'), JSON.stringify(NEW_POOL))
  const made = await run('bundle', '--kubeconfig', 'kubeconfig', '-o', 'b.tar.gz')
  if (made.code !== 0) throw new Error(made.stderr)
  const bundle = readBundleFile(join(folder, 'b.tar.gz'))
  const items = OBJECT_PLANES.flatMap((plane) => itemsOf(bundle[plane]))
  writeFileSync(join(folder, 'objects.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  sources = [
    ['--from-cluster', '--kubeconfig', 'kubeconfig'],
    ['--bundle', 'b.tar.gz'],
    ['-f', 'objects.json'],
  ]
}, 60_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})
const run = (...words: string[]) => lbctl(words, { cwd: folder, env: { COLUMNS: '80' } })

/** The same words on each source; files do not say which MetalLB runs. */
async function everywhere(words: readonly string[]) {
  const outcomes = await Promise.all(
    sources.map((source) => {
      const release = words[0] === 'simulate' && source[0] === '-f' ? ['--compat-version', '0.14.9'] : []
      return run('pool', ...words, ...source, ...release)
    }),
  )
  const [first] = outcomes
  for (const outcome of outcomes) expect(outcome).toEqual(first)
  if (first === undefined) throw new Error('nothing was run')
  return { ...first, lines: first.stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | ')) }
}

it('list, show, who, next and free', async () => {
  expect((await everywhere(['list'])).lines.slice(0, 3)).toEqual([
    'POOL | FAMILY | USED | FREE | NEXT | FOR',
    'lan | IPv4 | 2 of 11 | 9 | 198.51.100.12 | everybody',
    'wan | IPv4 | 1 of 4 | 3 | 203.0.113.1 | everybody; on request only',
  ])
  expect((await everywhere(['who', '198.51.100.11'])).stdout).toContain('shop/dns')
  expect((await everywhere(['show', 'wan'])).stdout).toContain('shop/api')
  expect((await everywhere(['next', '--pool', 'wan'])).stdout).toBe('203.0.113.1 of the pool wan\n')
  expect((await everywhere(['free', '-o', 'lines'])).stdout).toBe(
    '198.51.100.12-198.51.100.20\n203.0.113.1-203.0.113.3\n',
  )
}, 60_000)

it('simulate: each change by itself, and all of them together', async () => {
  const drain = await everywhere(['simulate', '--drain', 'worker-1'])
  expect([drain.code, drain.lines.filter((line) => line.startsWith('shop/dns'))]).toEqual([
    ...[1, ['shop/dns | nobody announces it | 198.51.100.11 of lan on worker-1 → by nobody: no']],
  ])
  expect(drain.lines).toContain('tor | 1 → 1 | from other nodes 203.0.113.0/32')

  const deleted = await everywhere(['simulate', '--delete-pool', 'lan'])
  expect([deleted.code, deleted.lines.filter((line) => line.startsWith('shop/'))]).toEqual([
    1,
    [
      'shop/dns | loses an address | 198.51.100.11 of lan on worker-1 → no address: no',
      'shop/mail | loses an address | 198.51.100.10 of lan on worker-1 → no address: no',
    ],
  ])

  const applied = await everywhere(['simulate', '--apply', 'wider.json'])
  expect(applied.stdout).toMatchInlineSnapshot(`
    "No Service loses anything; for 1 of 3 Services something changes.

    SERVICE   WHAT             BEFORE → AFTERWARDS
    shop/api  other BGP nodes  203.0.113.0 of wan by BGP from worker-1, worker-2,
                               worker-3 → by BGP from worker-3

    NODE      SERVICES ON THE LINK  BY BGP
    worker-1  2 → 2                 1 → 0
    worker-2  0 → 0                 1 → 0

    PEER  PREFIXES  WHICH
    tor   1 → 1     without 203.0.113.0/32; new 203.0.113.0/30

    Announced as MetalLB 0.14.9 does, with a speaker on every node.
    "
  `)

  const upgraded = await everywhere(['simulate', '--upgrade-to', '0.16'])
  expect(upgraded.stdout).toMatchInlineSnapshot(`
    "Nothing changes for 3 Services.

    Announced as MetalLB 0.14.9 does, and 0.16.0 afterwards, with a speaker on every
    node.
    "
  `)

  const together = [
    '--drain',
    'worker-1',
    '--delete-pool',
    'lan',
    '--apply',
    'new.json',
    '--upgrade-to',
    '0.16',
  ]
  const all = await everywhere(['simulate', ...together])
  expect(all.code).toBe(1)
  expect(all.stdout).toMatchInlineSnapshot(`
    "2 of 3 Services lose an address or all candidates; for 3 something changes.

    SERVICE    WHAT                 BEFORE → AFTERWARDS
    shop/dns   nobody announces it  198.51.100.11 of lan on worker-1 → 198.51.100.11
                                    of new by nobody: no endpoint can serve
    shop/mail  nobody announces it  198.51.100.10 of lan on worker-1 → 198.51.100.12
                                    of new by nobody: no advertisement is for it
    shop/api   other BGP nodes      203.0.113.0 of wan by BGP from worker-1,
                                    worker-2, worker-3 → by BGP from worker-2,
                                    worker-3

    NODE      SERVICES ON THE LINK  BY BGP
    worker-1  2 → 0                 1 → 0

    PEER  PREFIXES  WHICH
    tor   1 → 1     from other nodes 203.0.113.0/32

    Announced as MetalLB 0.14.9 does, and 0.16.0 afterwards, with a speaker on every
    node.
    "
  `)
}, 60_000)

it('simulate: a bundle with pseudonyms says who answers as the real addresses would have it', async () => {
  const made = await run('bundle', '--kubeconfig', 'kubeconfig', '--pseudonymise', '-o', 'p.tar.gz')
  expect(made.code).toBe(0)
  const drain = (...words: string[]) => run('pool', 'simulate', '--drain', 'worker-1', '-o', 'json', ...words)
  const reports = await Promise.all([drain('--bundle', 'p.tar.gz'), drain('--bundle', 'b.tar.gz')])
  const [hidden, plain] = reports.map(({ stdout }) => JSON.parse(stdout))
  const owners = ({ services }: { services: { service: string; effect: string; after: object }[] }) =>
    services.map(({ service: key, effect, after }) => [
      key,
      effect,
      'layer2Owner' in after && after.layer2Owner,
    ])
  expect(owners(hidden)).toEqual(owners(plain))
  expect([hidden.pseudonyms, plain.pseudonyms]).toEqual([true, false])
  expect(JSON.stringify(hidden)).not.toContain('198.51.100.1')
})

it('simulate: --ignore-exclude-lb of the speakers counts, of MetalLB and of lbctl, in a cluster and in a bundle', async () => {
  const excluded = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
  const speakers = (name: string, app: object, args: readonly string[]) => ({
    ...{ apiVersion: 'apps/v1', kind: 'DaemonSet' },
    metadata: { namespace: 'metallb-system', name, labels: { ...app } },
    spec: { template: { spec: { containers: [{ name: 'speaker', image: 'speaker:v0.14.9', args }] } } },
  })
  const lbctlLabels = { 'app.kubernetes.io/name': 'lbctl', 'app.kubernetes.io/component': 'speaker' }
  const own = await startApiServer()
  try {
    own.applyObjects(crds)
    own.applyObjects(OBJECTS as unknown as readonly KubeObject[])
    for (const name of WORKERS)
      own.applyObjects([{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: excluded } }])
    writeFileSync(join(folder, 'excluded'), own.kubeconfig())
    const announced = async (): Promise<readonly unknown[]> => {
      const all = ['pool', 'simulate', '--all', '--drain', 'worker-3', '-o', 'json']
      const made = await run('bundle', '--kubeconfig', 'excluded', '-o', 'excluded.tar.gz', '--force')
      expect(made.code).toBe(0)
      return Promise.all(
        [
          ['--from-cluster', '--kubeconfig', 'excluded'],
          ['--bundle', 'excluded.tar.gz'],
        ].map(async (source) => {
          const { stdout } = await run(...all, ...source)
          const { services } = JSON.parse(stdout)
          return services.find(({ service: key }: { service: string }) => key === 'shop/mail').after
            .layer2Owner
        }),
      )
    }
    expect(await announced()).toEqual([null, null])
    own.applyObjects([speakers('lbctl-speaker', lbctlLabels, ['speaker', 'run', '--ignore-exclude-lb'])])
    const [inCluster, inBundle] = await announced()
    expect(['worker-1', 'worker-2']).toContain(inCluster)
    expect(inBundle).toBe(inCluster)
    own.applyObjects([
      speakers('lbctl-speaker', lbctlLabels, ['speaker', 'run']),
      speakers('speaker', { app: 'metallb', component: 'speaker' }, ['--ignore-exclude-lb=true']),
    ])
    expect(await announced()).toEqual([inCluster, inCluster])
  } finally {
    await own.stop()
  }
}, 60_000)

it('takes what a bundle does not hold for unknown, not for nothing', async () => {
  const facts = readBundleFile(join(folder, 'b.tar.gz'))
  const services = { status: 'not-read', reason: 'eve may not list services', wanted: true }
  writeFileSync(join(folder, 'unread.json'), JSON.stringify({ ...facts, services }))
  await run('bundle', '--facts', 'unread.json', '-o', 'unread.tar.gz')
  const { stdout, stderr, code } = await run('pool', 'free', '--bundle', 'unread.tar.gz')
  expect([stdout, code]).toEqual(['', 3])
  expect(stderr).toContain('holds no Services: eve may not list services')
})
