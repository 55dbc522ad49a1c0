// The built command with kubectl as its user: what a person types against a laboratory.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-kubectl-'))
const kubeconfig = join(folder, 'kubeconfig')
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
if (!hasKubectl) {
  if (process.env['LBCTL_REQUIRE_INTEROP'] === '1') throw new Error('kubectl is needed and is not there')
  console.log('skipped: kubectl is not installed')
}
let server: ChildProcess

function kubectl(args: string, input?: string): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('kubectl', args.split(' '), {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, KUBECONFIG: kubeconfig, HOME: folder },
    ...(input === undefined ? {} : { input }),
  })
  return { status, stdout, stderr }
}

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: demo}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}]}
`
const POOL = (addresses: string) => `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: p, namespace: demo}
spec: {addresses: [${addresses}]}
`

/** Until `done` says so, or 20 s. */
async function eventually(done: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!done()) {
    if (Date.now() > deadline) throw new Error('it did not come within 20 s')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe.skipIf(!hasKubectl)('lbctl lab apiserver and kubectl', () => {
  beforeAll(async () => {
    const crds = join(folder, 'crds.json')
    writeFileSync(
      crds,
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: customResourceDefinitions() }),
    )
    const args = ['bin/run.js', 'lab', 'apiserver', '--kubeconfig-out', kubeconfig, '-f', crds]
    server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    server.stdout?.on('data', (part: Buffer) => {
      out += part.toString()
    })
    await eventually(() => out.includes('https://127.0.0.1:'))
  })

  afterAll(async () => {
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
    server.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true })
  })

  it('creates, applies, gets, patches, labels, describes, watches, explains and deletes', async () => {
    expect(kubectl('create namespace demo')).toMatchObject({ status: 0, stdout: 'namespace/demo created\n' })
    expect(kubectl('apply -f -', SERVICE).stdout).toBe('service/web created\n')
    expect(kubectl('apply -f -', SERVICE).stdout).toBe('service/web unchanged\n')
    expect(kubectl('get svc -n demo').stdout).toMatch(
      /^web +LoadBalancer +10\.96\.\d+\.\d+ +<pending> +80:3\d{4}\/TCP,53:3\d{4}\/UDP/m,
    )

    const ingress = '{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.10"}]}}}'
    expect(kubectl(`patch svc web -n demo --subresource=status --type=merge -p ${ingress}`).status).toBe(0)
    expect(kubectl('get svc web -n demo -o jsonpath={.status.loadBalancer.ingress[0].ipMode}').stdout).toBe(
      'VIP',
    )
    expect(kubectl('label svc web -n demo a=b').stdout).toBe('service/web labeled\n')
    expect(kubectl('annotate svc web -n demo c=d').stdout).toBe('service/web annotated\n')
    const wide = kubectl('get svc -A -l a=b -o wide').stdout
    expect(wide).toContain('192.0.2.10')
    expect(wide).toContain('app=web')
    expect(kubectl('describe svc web -n demo').stdout).toMatch(/LoadBalancer Ingress: +192\.0\.2\.10/)
    expect(kubectl('get svc web -n demo -o yaml').stdout).toContain('clusterIP: 10.96.')
    expect(
      kubectl('wait svc/web -n demo --for=jsonpath={.status.loadBalancer.ingress} --timeout=5s').status,
    ).toBe(0)
    expect(kubectl('explain service.spec.type').stdout).toContain('FIELD: type <string>')
    expect(kubectl('auth can-i list services').stdout).toBe('yes\n')
    expect(kubectl('delete svc web -n demo').stdout).toMatch(/service "web" deleted/)
    expect(kubectl('get svc web -n demo').stderr).toContain('services "web" not found')
  }, 120_000)

  it('knows custom resources: validation, columns, server-side apply and its conflicts', () => {
    kubectl('create namespace demo')
    expect(kubectl('apply --server-side -f -', POOL('192.0.2.0/24')).stdout).toBe(
      'ipaddresspool.metallb.io/p serverside-applied\n',
    )
    expect(kubectl('get ipaddresspools -n demo').stdout).toMatch(/^p +true +false +\["192\.0\.2\.0\/24"\]/m)
    const other = kubectl('apply --server-side --field-manager=other -f -', POOL('198.51.100.0/24'))
    expect(other.status).toBe(1)
    expect(other.stderr).toContain('conflict with "kubectl": .spec.addresses')
    expect(
      kubectl('apply --server-side --force-conflicts --field-manager=other -f -', POOL('198.51.100.0/24'))
        .status,
    ).toBe(0)
    const unknown = kubectl('apply -f -', `${POOL('192.0.2.0/24').trimEnd().slice(0, -1)}, bogus: 1}\n`)
    expect(unknown.status).toBe(1)
    expect(unknown.stderr).toContain('unknown field "spec.bogus"')
    expect(kubectl('explain ipaddresspool.spec.autoAssign').stdout).toContain('FIELD: autoAssign <boolean>')
    expect(kubectl('delete ipaddresspool p -n demo').stdout).toMatch(/"p" deleted/)
  }, 120_000)

  it('shows what changes to a watch', async () => {
    kubectl('create namespace demo')
    const watch = spawn('kubectl', ['get', 'configmaps', '-n', 'demo', '-w', '--no-headers'], {
      env: { ...process.env, KUBECONFIG: kubeconfig, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let seen = ''
    watch.stdout.on('data', (part: Buffer) => {
      seen += part.toString()
    })
    try {
      let tries = 0
      // The watch has begun once a change shows; so there is a change until then.
      await eventually(() => {
        tries += 1
        kubectl(`create configmap seen-${tries} -n demo --from-literal=k=v`)
        return /^seen-\d+ +1 /m.test(seen)
      })
    } finally {
      watch.kill('SIGTERM')
    }
  }, 60_000)

  it('writes a kubeconfig that only its owner reads, and says that it is for laboratories', () => {
    expect(readFileSync(kubeconfig, 'utf8')).toContain('"tls-server-name": "localhost"')
    expect(kubectl('version -o json').stdout).toContain('lbctl-lab')
  })
})
