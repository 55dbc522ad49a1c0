// Real kubectl against the embedded API server: what it learns from OpenAPI, what it is refused, what it sends.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

const missing = [
  ['kubectl', 'version', '--client'],
  ['openssl', 'version'],
].filter(([program = '', ...args]) => spawnSync(program, args).status !== 0)
if (missing.length > 0) {
  if (process.env['LBCTL_REQUIRE_INTEROP'] === '1')
    throw new Error(`needed and not there: ${missing.join('; ')}`)
  console.log(`skipped: not installed: ${missing.join('; ')}`)
}

let server: ApiServer
let directory: string
const file = (name: string): string => join(directory, name)

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lbctl-apiserver-'))
  // kubectl sends its token over TLS only. Of the two who may come, the second has no rights.
  const names = ['-subj', '/CN=lbctl-test', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('key')]
  const made = spawnSync('openssl', ['req', '-x509', ...key, '-out', file('cert'), ...names])
  if (made.status !== 0) return
  const cert = readFileSync(file('cert'), 'utf8')
  server = await startApiServer({
    tls: { cert, key: readFileSync(file('key'), 'utf8'), ca: cert },
    tokens: [
      { token: 'token-of-admin', user: 'admin', groups: ['system:masters'] },
      { token: 'token-of-nobody', user: 'nobody' },
    ],
  })
  server.applyObjects(crds)
  writeFileSync(file('config'), server.kubeconfig())
}, 30_000)

afterAll(async () => {
  await server?.stop()
  rmSync(directory, { recursive: true })
})

interface Said {
  readonly code: number | null
  readonly out: string
}

function kubectl(args: readonly string[], stdin: object = {}): Promise<Said> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, HOME: directory, KUBECONFIG: file('config') }
    const child = spawn('kubectl', args, { env })
    let out = ''
    const add = (chunk: Buffer): void => {
      out += chunk.toString('utf8')
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out }))
    child.stdin.end(JSON.stringify(stdin))
  })
}

const pool = (name: string, spec: object) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name, namespace: 'default' },
  spec,
})

describe.skipIf(missing.length > 0)('kubectl and the embedded API server', { timeout: 60_000 }, () => {
  it('explains fields of custom and of built-in kinds', async () => {
    const custom = await kubectl(['explain', 'ipaddresspool.spec'])
    expect(custom.out).toContain('GROUP:      metallb.io')
    expect(custom.out).toMatch(/addresses\s+<\[\]string> -required-/)
    const ports = await kubectl(['explain', 'service.spec.ports'])
    expect(ports.out).toMatch(/FIELD: ports <\[\]Object>/)
    expect(ports.out).toMatch(/targetPort\s+<IntOrString>/)
    expect(await kubectl(['explain', 'ipaddresspool.spec.bogus'])).toMatchObject({ code: 1 })
  })

  it('leaves validation to the server and passes its words on', async () => {
    const apply = (spec: object): Promise<Said> => kubectl(['apply', '-f', '-'], pool('refused', spec))
    const unknown = await apply({ addresses: ['192.0.2.0/24'], bogus: 1 })
    expect(unknown.out).toContain('strict decoding error: unknown field "spec.bogus"')
    const wrong = await apply({ addresses: 'x' })
    expect(wrong.out).toContain(
      'spec.addresses: Invalid value: "string": spec.addresses in body must be of type array: "string"',
    )
    const peer = {
      apiVersion: 'metallb.io/v1beta2',
      kind: 'BGPPeer',
      metadata: { name: 'p', namespace: 'default' },
    }
    const rule = await kubectl(['apply', '-f', '-'], { ...peer, spec: { myASN: 1, connectTime: '1500ms' } })
    expect(rule.out).toContain(
      'spec.connectTime: Invalid value: "string": connect time should contain a whole number',
    )
    expect([unknown.code, wrong.code, rule.code]).toEqual([1, 1, 1])
  })

  it('applies, shows what would change, and changes it', async () => {
    const first = pool('kc', { addresses: ['192.0.2.0/24'] })
    const second = pool('kc', { addresses: ['198.51.100.0/24'] })
    expect((await kubectl(['apply', '-f', '-'], first)).out).toContain('kc created')
    const diff = await kubectl(['diff', '-f', '-'], second)
    expect(diff.code).toBe(1)
    expect(diff.out).toMatch(/-\s+- 192\.0\.2\.0\/24\n\+\s+- 198\.51\.100\.0\/24/)
    expect((await kubectl(['apply', '-f', '-'], second)).out).toContain('kc configured')
    expect((await kubectl(['apply', '-f', '-'], second)).out).toContain('kc unchanged')
    expect((await kubectl(['diff', '-f', '-'], second)).code).toBe(0)
  })

  it('patches in three ways', async () => {
    await kubectl(['apply', '-f', '-'], pool('patched', { addresses: ['192.0.2.0/24'] }))
    const patch = (type: string, text: string): Promise<Said> =>
      kubectl(['patch', 'ipaddresspool', 'patched', `--type=${type}`, '-p', text])
    expect((await patch('merge', '{"spec":{"autoAssign":"x"}}')).out).toContain(
      'must be of type boolean: "string"',
    )
    expect((await patch('merge', '{"spec":{"autoAssign":false}}')).code).toBe(0)
    expect(
      (await patch('json', '[{"op":"add","path":"/spec/addresses/-","value":"203.0.113.1/32"}]')).code,
    ).toBe(0)
    const { out } = await kubectl(['get', 'ipaddresspool', 'patched', '-o', 'jsonpath={.spec}'])
    expect(JSON.parse(out)).toEqual({
      addresses: ['192.0.2.0/24', '203.0.113.1/32'],
      autoAssign: false,
      avoidBuggyIPs: false,
    })
  })

  it('follows a rollout, shows events, and asks who may do what', async () => {
    const daemons = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'default' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        updateStrategy: { type: 'RollingUpdate' },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
      },
    }
    expect((await kubectl(['apply', '-f', '-'], daemons)).out).toContain('agent created')
    const follow = kubectl(['rollout', 'status', 'daemonset/agent', '--timeout=30s'])
    const counts = { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 }
    const status = JSON.stringify({ status: { observedGeneration: 1, ...counts, numberReady: 1 } })
    const patch = ['patch', 'daemonset', 'agent', '--subresource=status', '--type=merge', '-p', status]
    expect((await kubectl(patch)).code).toBe(0)
    expect(await follow).toMatchObject({ code: 0, out: expect.stringContaining('successfully rolled out') })
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'agent.1', namespace: 'default' },
      involvedObject: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', namespace: 'default' },
      reason: 'SuccessfulCreate',
      message: 'Created pod: agent-x',
      type: 'Normal',
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    }
    expect((await kubectl(['create', '-f', '-'], event)).code).toBe(0)
    expect((await kubectl(['events', '--for', 'daemonset/agent'])).out).toContain('Created pod: agent-x')
    expect(await kubectl(['auth', 'can-i', '--list'])).toMatchObject({ code: 0 })
    expect(await kubectl(['auth', 'can-i', 'delete', 'configmaps'])).toEqual({ code: 0, out: 'yes\n' })
    const account = ['--token', 'token-of-nobody']
    expect((await kubectl(['auth', 'can-i', 'delete', 'configmaps', ...account])).code).toBe(1)
  })

  it('puts in what a real server does where a workload says nothing', async () => {
    const container = { name: 'c', image: 'registry:5000/x', livenessProbe: { httpGet: { port: 80 } } }
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: {
        serviceAccountName: 'of-c',
        containers: [container, { name: 'd', image: 'x:1.2', ports: [{ containerPort: 80 }] }],
        volumes: [
          { name: 's', secret: { secretName: 's' } },
          { name: 'h', hostPath: { path: '/run' } },
        ],
      },
    }
    const workload = (kind: string, more: object = {}) => ({
      ...{ apiVersion: 'apps/v1', kind, metadata: { name: 'bare', namespace: 'default' } },
      spec: { selector: { matchLabels: { a: 'b' } }, template, ...more },
    })
    const spec = async (kind: string) =>
      JSON.parse((await kubectl(['get', kind, 'bare', '-o', 'jsonpath={.spec}'])).out) as Record<
        string,
        unknown
      >
    expect((await kubectl(['apply', '-f', '-'], workload('Deployment'))).code).toBe(0)
    const made = await spec('Deployment')
    expect(made).toMatchObject({
      ...{ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    })
    const probe = { httpGet: { port: 80, path: '/', scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10 }
    expect(made['template']).toMatchObject({
      spec: {
        ...{ restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler' },
        ...{ serviceAccount: 'of-c', terminationGracePeriodSeconds: 30, securityContext: {} },
        containers: [
          {
            imagePullPolicy: 'Always',
            livenessProbe: { ...probe, successThreshold: 1, failureThreshold: 3 },
          },
          { imagePullPolicy: 'IfNotPresent', ports: [{ containerPort: 80, protocol: 'TCP' }] },
        ],
        volumes: [{ secret: { defaultMode: 420 } }, { hostPath: { type: '' } }],
      },
    })
    expect((await kubectl(['apply', '-f', '-'], workload('DaemonSet'))).code).toBe(0)
    expect(await spec('DaemonSet')).toMatchObject({
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    })
    const onDelete = { updateStrategy: { type: 'OnDelete' } }
    expect((await kubectl(['replace', '-f', '-'], workload('DaemonSet', onDelete))).code).toBe(0)
    expect(await spec('DaemonSet')).toMatchObject(onDelete)
  })

  it('answers for somebody else where that is asked for, and only to who may ask', async () => {
    const canI = async (...args: string[]) =>
      (await kubectl(['auth', 'can-i', 'list', 'services', ...args])).out.trim()
    expect(await canI()).toBe('yes')
    expect(await canI('--as', 'jane')).toBe('no')
    expect(await canI('--as', 'jane', '--as-group', 'system:masters')).toBe('yes')
    expect(await canI('--as', 'system:serviceaccount:default:default')).toBe('no')
    const who = await kubectl([
      'auth',
      'whoami',
      '--as',
      'system:serviceaccount:default:default',
      '-o',
      'json',
    ])
    expect((JSON.parse(who.out) as { status: object }).status).toMatchObject({
      userInfo: {
        username: 'system:serviceaccount:default:default',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      },
    })
    expect(await canI('--as', 'admin', '--token', 'token-of-nobody')).toContain(
      'User "nobody" cannot impersonate resource "users" in API group "" at the cluster scope',
    )
  })
})
