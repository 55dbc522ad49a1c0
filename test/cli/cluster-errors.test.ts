// Every command that talks to a cluster says properly what is wrong: with the kubeconfig, the context, the credentials, the rights, the CRDs,
// the webhooks, the server. The table has to name every command with a --kubeconfig; a new one fails the first test.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { healthyWorld } from '../../src/diagnose/cluster/testing/world.ts'
import { openCluster } from '../../src/kubernetes/open-cluster.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl, type Outcome, root, unwrapped } from '../support/cli.ts'
import { commandInProcess } from '../support/in-process.ts'
import { runUntil } from '../support/run-until.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

const folder = mkdtempSync(join(tmpdir(), 'lbctl-cluster-errors-'))
const file = (name: string) => join(folder, name)

interface Row {
  readonly words: readonly string[]
  /** without a --kubeconfig nothing is asked of a cluster */
  readonly optional?: true
  /** resource that nobody lets the user list or get, and what becomes of the command then */
  readonly forbidden: { readonly resource: string; readonly code: number }
  /** without CRDs: exit code and words; undefined: they are not asked for */
  readonly bare: { readonly code: number; readonly says: string } | undefined
}
const CRDS = { code: 2, says: 'the CRDs of MetalLB are not installed' }
const pool = (...words: string[]): Row => ({
  words: [...words, '--from-cluster'],
  ...{ forbidden: { resource: 'services', code: 3 }, bare: CRDS },
})
/** What would probe a network is asked for its plan, or given nothing to probe. */
const ROWS: Readonly<Record<string, Row>> = {
  bundle: {
    words: ['--archive', file('bundle.tar.gz'), '--force', '--no-host'],
    ...{ forbidden: { resource: 'services', code: 4 }, bare: { code: 4, says: CRDS.says } },
  },
  check: {
    ...{ words: [], forbidden: { resource: 'services', code: 3 } },
    bare: { code: 3, says: CRDS.says },
  },
  'diagnose:all': {
    ...{ words: [], forbidden: { resource: 'services', code: 3 } },
    bare: { code: 3, says: CRDS.says },
  },
  'diagnose:arp': {
    ...{ words: ['198.51.100.10', '--explain-plan'], optional: true },
    ...{ forbidden: { resource: 'nodes', code: 3 }, bare: undefined },
  },
  'diagnose:ndp': {
    ...{ words: ['2001:db8::10', '--explain-plan'], optional: true },
    ...{ forbidden: { resource: 'nodes', code: 3 }, bare: undefined },
  },
  'diagnose:bgp': {
    words: ['--from-cluster', '--explain-plan'],
    ...{ forbidden: { resource: 'bgppeers.metallb.io', code: 3 }, bare: CRDS },
  },
  'diagnose:logs': {
    words: ['--from-cluster'],
    ...{ forbidden: { resource: 'pods', code: 3 }, bare: undefined },
  },
  'diagnose:pool': {
    words: ['lan', '--from-cluster'],
    ...{ forbidden: { resource: 'ipaddresspools.metallb.io', code: 3 }, bare: CRDS },
  },
  'diagnose:service': {
    words: ['shop/web', '--no-probe'],
    ...{ forbidden: { resource: 'services', code: 3 }, bare: { code: 3, says: CRDS.says } },
  },
  fix: {
    words: ['F01'],
    ...{ forbidden: { resource: 'services', code: 3 }, bare: { code: 3, says: CRDS.says } },
  },
  install: { words: ['--force'], forbidden: { resource: 'deployments.apps', code: 3 }, bare: undefined },
  uninstall: { words: [], forbidden: { resource: 'daemonsets.apps', code: 3 }, bare: undefined },
  migrate: {
    words: ['--from-cluster'],
    ...{ forbidden: { resource: 'configmaps', code: 3 } },
    bare: { code: 2, says: 'neither a legacy configuration nor resources of MetalLB' },
  },
  'pool:free': pool(),
  'pool:list': pool(),
  'pool:next': pool(),
  'pool:show': pool('lan'),
  'pool:simulate': pool('--drain', 'node-a'),
  'pool:who': pool('198.51.100.10'),
  'router:check': {
    words: [file('frr.conf'), '--from-cluster'],
    ...{ forbidden: { resource: 'bgppeers.metallb.io', code: 3 }, bare: CRDS },
  },
  'router:config': {
    words: ['--from-cluster', '--vendor', 'frr'],
    ...{ forbidden: { resource: 'bgppeers.metallb.io', code: 3 }, bare: CRDS },
  },
  validate: {
    words: ['--from-cluster'],
    ...{ forbidden: { resource: 'services', code: 3 }, bare: CRDS },
  },
}
/** These run until they are stopped. Nothing is sent: no MetalLB runs on the node, and without --ml-bindaddr nobody is gossiped with. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  // By force, for a controller of MetalLB runs in the world of this test.
  'controller:run': ['--force', '--metrics-addr', 'none', '--log-format', 'pretty'],
  'speaker:run': [
    '--node-name',
    'node-z',
    '--metrics-addr',
    'none',
    '--log-format',
    'pretty',
    '--state-dir',
    file('state'),
  ],
}

const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['services', 'nodes', 'namespaces', 'secrets', 'configmaps', 'pods', 'pods/log', 'events'],
    'serviceaccounts',
  ],
  policy: ['poddisruptionbudgets'],
  apps: ['deployments', 'daemonsets'],
  'discovery.k8s.io': ['endpointslices'],
  'coordination.k8s.io': ['leases'],
  'admissionregistration.k8s.io': ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'rbac.authorization.k8s.io': ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
  'metallb.io': [
    ...['ipaddresspools', 'l2advertisements', 'bgpadvertisements', 'bgppeers', 'bfdprofiles', 'communities'],
    ...['servicel2statuses', 'servicebgpstatuses', 'configurationstates', 'addresspools'],
  ],
  'monitoring.coreos.com': ['podmonitors'],
  'networking.k8s.io': ['networkpolicies'],
}
/** Everything but one: RBAC cannot take a right away. */
const rulesWithout = (resource: string) =>
  Object.entries(RESOURCES).flatMap(([group, all]) =>
    all
      .filter((each) => qualified(group, each) !== resource)
      .map((each) => ({ apiGroups: [group], resources: [each], verbs: ['*'] })),
  )
const qualified = (group: string, resource: string) => (group === '' ? resource : `${resource}.${group}`)
const FORBIDDEN = [...new Set(Object.values(ROWS).map(({ forbidden }) => forbidden.resource))]
const WITHOUT = (resource: string) => `without-${resource}`

const LEGACY = {
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config', namespace: 'metallb-system' } },
  data: {
    config: 'address-pools:\n- {name: lan, protocol: layer2, addresses: [198.51.100.10-198.51.100.20]}\n',
  },
}
const WEBHOOK = {
  ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' },
  metadata: { name: 'everything' },
  webhooks: [
    {
      ...{ name: 'nobody.example.com', failurePolicy: 'Fail', sideEffects: 'None' },
      ...{ admissionReviewVersions: ['v1'], clientConfig: { url: 'https://127.0.0.1:1/validate' } },
      rules: [
        {
          ...{ apiGroups: ['metallb.io', 'apps'], apiVersions: ['*'], resources: ['*'], scope: '*' },
          operations: ['CREATE', 'UPDATE', 'DELETE'],
        },
      ],
    },
  ],
}

let server: ApiServer
let bare: ApiServer
let hooked: ApiServer
let blackHole: Server
const held: Socket[] = []
beforeAll(async () => {
  server = await startApiServer({
    tokens: [
      { token: 'token-that-is-good', user: 'admin', groups: ['system:masters'] },
      ...FORBIDDEN.map((resource) => ({
        token: WITHOUT(resource),
        user: WITHOUT(resource),
        groups: ['system:authenticated'],
        rules: rulesWithout(resource),
      })),
    ],
  })
  bare = await startApiServer()
  const objects = Object.values(healthyWorld().planes).flat()
  server.applyObjects(crds)
  server.applyObjects(objects)
  bare.applyObjects(objects.filter(({ apiVersion }) => !apiVersion.startsWith('metallb.io/')))
  // What is written there is shown to a webhook that nobody serves.
  hooked = await startApiServer()
  hooked.applyObjects(crds)
  hooked.applyObjects([LEGACY, WEBHOOK])
  writeFileSync(file('hooked'), hooked.kubeconfig())
  // Takes connections and says nothing.
  blackHole = createServer((socket) => held.push(socket))
  await new Promise<void>((resolve) => blackHole.listen(0, '127.0.0.1', resolve))
  writeFileSync(file('frr.conf'), 'router bgp 64512\n')
  writeFileSync(file('good'), server.kubeconfig('admin'))
  writeFileSync(
    file('expired'),
    server.kubeconfig('admin').replace('token-that-is-good', 'token-of-yesterday'),
  )
  writeFileSync(file('bare'), bare.kubeconfig())
  writeFileSync(file('dead'), server.kubeconfig('admin').replaceAll(`:${server.port}`, ':1'))
  for (const resource of FORBIDDEN)
    writeFileSync(file(WITHOUT(resource)), server.kubeconfig(WITHOUT(resource)))
}, 60_000)
afterAll(async () => {
  for (const socket of held) socket.destroy()
  blackHole?.close()
  await Promise.all([server?.stop(), bare?.stop(), hooked?.stop()])
  rmSync(folder, { recursive: true })
})

const run = (id: string, ...more: string[]): Promise<Outcome> =>
  commandInProcess(id, [...(ROWS[id]?.words ?? []), ...more], {
    ...{ COLUMNS: '100', NO_COLOR: '1', HOME: folder, KUBECONFIG: undefined },
    ...{ KUBERNETES_SERVICE_HOST: undefined, HTTPS_PROXY: undefined, https_proxy: undefined },
  })
const withFile = (id: string, name: string, ...more: string[]) => run(id, '--kubeconfig', file(name), ...more)
const EVERY = Object.keys(ROWS)

/** oclif's manifest: which commands there are, and which formats they have. */
const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { flags: Record<string, { options?: string[] }> }>
}
const speaksJson = (id: string) =>
  manifest.commands[id]?.flags['output']?.options?.includes('json') === true && id !== 'install'

it('names every command that has a --kubeconfig', () => {
  const commands = Object.entries(manifest.commands).filter(([, { flags }]) => 'kubeconfig' in flags)
  expect([...EVERY, ...Object.keys(RUNS)].sort()).toEqual(commands.map(([id]) => id).sort())
})

/** The error itself, in both ways in which it can be asked for; nothing of it is in the other stream, and no token in any. */
async function refused(id: string, code: number, name: string | undefined, ...more: string[]) {
  const where = name === undefined ? more : ['--kubeconfig', file(name), ...more]
  const { stdout, stderr, code: got } = await run(id, ...where)
  expect([stdout, got]).toEqual(['', code])
  expect(stderr).not.toContain('token-')
  if (speaksJson(id)) {
    const json = await run(id, ...where, '-o', 'json')
    const { error } = JSON.parse(json.stdout) as {
      error: { exitCode: number; message: string; hints: string[] }
    }
    expect([json.code, error.exitCode, json.stderr]).toEqual([code, code, ''])
    expect(unwrapped(stderr)).toContain(error.message)
    expect(error.hints.length).toBeGreaterThan(0)
  }
  return unwrapped(stderr)
}

describe.each(EVERY)('%s', (id) => {
  it('no kubeconfig, one that is not there, a context that is not in it: wrong usage or input, at once', async () => {
    const none = ROWS[id]?.optional === true ? undefined : await refused(id, 2, undefined)
    if (none !== undefined) {
      expect(none).toContain('there is no kubeconfig, and this is not a Pod')
      expect(none).toContain('--kubeconfig or KUBECONFIG')
    }
    expect(await refused(id, 2, 'nowhere')).toContain(`The kubeconfig ${file('nowhere')} does not exist.`)
    const context = await refused(id, 2, 'good', '--context', 'elsewhere')
    expect(context).toContain('The context "elsewhere" is not in the kubeconfig.')
    expect(context).toContain(`kubeconfig: ${file('good')} contexts: lab`)
  })

  it('an expired token: not known, with the server, the context and the kubeconfig', async () => {
    const text = await refused(id, 3, 'expired')
    expect(text).toContain('The cluster does not accept the credentials of context "lab".')
    expect(text).toContain(`server: ${server.url} context: lab kubeconfig: ${file('expired')}`)
    expect(text).toContain('status: 401')
  })

  it('a right that is missing: the rule, ready to be pasted', async () => {
    const { resource, code } = ROWS[id]?.forbidden ?? { resource: '', code: 0 }
    const outcome = await withFile(id, WITHOUT(resource))
    const text = unwrapped(outcome.stdout + outcome.stderr)
    const [name = '', ...group] = resource.split('.')
    expect([outcome.code, text]).toEqual([
      code,
      expect.stringContaining(`User "${WITHOUT(resource)}" may not`),
    ])
    expect(text).toMatch(
      new RegExp(
        `- \\{apiGroups: \\["${group.join('\\.')}"\\], resources: \\["${name}"\\], verbs: \\["(list|get)"\\]\\}`,
      ),
    )
  })

  const { bare: without } = ROWS[id] ?? { bare: undefined }
  if (without !== undefined)
    it('no CRDs: says so, and never that there is nothing', async () => {
      const outcome = await withFile(id, 'bare')
      expect([outcome.code, unwrapped(outcome.stdout + outcome.stderr)]).toEqual([
        ...[without.code, expect.stringContaining(without.says)],
      ])
    })
})

/** The others write nothing, so nobody asks a webhook for them. */
describe('a webhook that is down', () => {
  it.each([
    ['migrate', ['--apply', '--undo', file('undo.json')]],
    ['install', []],
  ] as const)('%s: names it, and says what to look at', async (id, more) => {
    const outcome = await withFile(id, 'hooked', ...more)
    expect([outcome.stdout, outcome.code]).toEqual(['', 3])
    const text = unwrapped(outcome.stderr)
    expect(text).toContain('failed calling webhook "nobody.example.com"')
    expect(text).toContain('kubectl get validatingwebhookconfigurations')
  })
})

describe('a server that is away', () => {
  it.each(['pool:list', 'diagnose:all'])('%s: nothing listens there', async (id) => {
    const { stdout, stderr, code } = await withFile(id, 'dead')
    expect([stdout, code]).toEqual(['', 3])
    expect(unwrapped(stderr)).toContain(
      'The cluster at http://127.0.0.1:1 cannot be reached: nothing listens there.',
    )
  })

  it('takes connections and says nothing: a time-out that is told', async () => {
    const { port } = blackHole.address() as AddressInfo
    const kubeconfig = server.kubeconfig('admin').replaceAll(`:${server.port}`, `:${port}`)
    writeFileSync(file('silent'), kubeconfig)
    const cluster = openCluster({ kubeconfig: file('silent') }, { timeoutMs: 300, baseDelayMs: 1 })
    await expect(cluster.reader.services()).rejects.toMatchObject({
      ...{ kind: 'timeout', message: `The cluster at http://127.0.0.1:${port} did not answer within 0.3 s.` },
    })
    expect(held.length).toBeGreaterThan(0)
    // With TLS there is no connection before the server has said something.
    writeFileSync(file('silent'), kubeconfig.replaceAll('http://', 'https://'))
    const tls = openCluster({ kubeconfig: file('silent') }, { timeoutMs: 20_000, connectTimeoutMs: 300 })
    await expect(tls.reader.services()).rejects.toMatchObject({
      ...{ kind: 'timeout', message: expect.stringContaining('nothing answered the attempt to connect') },
    })
    cluster.close()
    tls.close()
  })
})

describe('speaker run --dry-run', () => {
  const ask = (timeout: string, ...more: string[]) =>
    lbctl(['speaker', 'run', ...(RUNS['speaker:run'] ?? []), '--dry-run', '--timeout', timeout, ...more])

  it('ends with what is in the way, instead of waiting for ever', async () => {
    const { port } = blackHole.address() as AddressInfo
    const kubeconfig = server.kubeconfig('admin').replaceAll(`:${server.port}`, `:${port}`)
    writeFileSync(file('mute'), kubeconfig)
    const cases: readonly (readonly [string, RegExp])[] = [
      ['expired', /does not accept the credentials of context "lab"\./],
      ['without-services', /may not \w+ services in the whole cluster\..*apiGroups/],
      ['bare', /does not know MetalLB's resources \(metallb\.io\)\./],
      ['dead', /cannot be reached: nothing listens there\./],
      ['mute', /did not say within 1 s all that a speaker has to know\..*--timeout/],
    ]
    for (const [name, pattern] of cases) {
      const where = ['--kubeconfig', file(name)]
      const timeout = name === 'mute' ? '1s' : '30s'
      const { code, stdout, stderr } = await ask(timeout, ...where)
      expect([name, code, stdout, unwrapped(stderr)]).toEqual([name, 3, '', expect.stringMatching(pattern)])
      expect(stderr).not.toContain('token-')
      if (name !== 'expired') continue
      const json = await ask(timeout, ...where, '-o', 'json')
      expect(json.code).toBe(3)
      expect(JSON.parse(json.stdout)).toMatchObject({ error: { exitCode: 3 } })
    }
  }, 150_000)

  it('takes only times', async () => {
    const { code, stderr } = await ask('soon')
    expect([code, stderr]).toEqual([2, expect.stringContaining('--timeout takes a time')])
  })
})

describe.each(Object.entries(RUNS))('%s', (id, words) => {
  const start = (name: string, pattern: RegExp, ...more: string[]) =>
    runUntil([...id.split(':'), ...words, '--kubeconfig', file(name), ...more], pattern)

  it('a context that is not in the kubeconfig is an error at once', async () => {
    const { code, stdout, stderr } = await lbctl([
      ...[...id.split(':'), ...words, '--kubeconfig', file('good'), '--context', 'elsewhere'],
    ])
    expect([code, stdout]).toEqual([2, ''])
    expect(unwrapped(stderr)).toContain('The context "elsewhere" is not in the kubeconfig.')
  })

  it('waits for credentials, rights, CRDs and a server, and says for what', async () => {
    const waits: readonly (readonly [string, RegExp])[] = [
      ['expired', /does not accept the credentials of context "lab"\. Waiting/],
      ['without-services', /may not \w+ services in the whole cluster\. Waiting.*apiGroups/],
      ['bare', /does not know MetalLB's resources \(metallb\.io\)\. Waiting/],
      ['dead', /cannot be reached: nothing listens there\. Waiting/],
    ]
    for (const [name, pattern] of waits) {
      const { code, stdout } = await start(name, pattern)
      expect([name, code]).toEqual([name, 143])
      expect(stdout).not.toContain('token-')
    }
  }, 150_000)
})
