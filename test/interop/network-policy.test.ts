// The NetworkPolicy of an installation lets in what the controller listens on and nothing else, and out what it dials: held against the
// sockets of the process that the Deployment runs, in a namespace that it shares with an API server alone.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allItems } from '../../src/install/install-objects.ts'
import { cleanEnv, root, runJs } from '../support/cli.ts'
import { ServedCluster } from '../support/cluster-lab/served-cluster.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'

const DEADLINE_MS = 30_000
const LISTEN = '0A'

interface Socket {
  readonly protocol: string
  readonly localPort: number
  readonly remotePort: number
  readonly listens: boolean
}

/** Those of one process, of a family of IP, as the kernel lists them. */
function socketsOf(pid: number): readonly Socket[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = linkOf(`/proc/${pid}/fd/${fd}`)
      return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []
    }),
  )
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
    readFileSync(`/proc/${pid}/net/${protocol}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => own.has(fields[9] ?? ''))
      .map(([, local = '', remote = '', state]) => ({
        protocol: protocol.slice(0, 3),
        localPort: portIn(local),
        remotePort: portIn(remote),
        listens: state === LISTEN,
      })),
  )
}

/** A descriptor may be closed in between. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
const portIn = (address: string): number => Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16)
const sorted = (ports: Iterable<number>): number[] => [...new Set(ports)].sort((a, b) => a - b)

type Ports = readonly { readonly ports: readonly { readonly port?: number; readonly protocol: string }[] }[]
const objects = allItems('metallb-system').map(
  ({ object }) => object as unknown as { kind: string; spec: unknown },
)
const policy = objects.find(({ kind }) => kind === 'NetworkPolicy')?.spec as { ingress: Ports; egress: Ports }
const deployment = objects.find(({ kind }) => kind === 'Deployment')?.spec as {
  template: { spec: { containers: readonly { args: readonly string[] }[] } }
}

describeInterop('the NetworkPolicy of an installation', ['kubectl', 'openssl'], () => {
  let net: NetLab
  let cluster: ServedCluster
  let controller: ChildProcess
  let log = ''
  beforeAll(async () => {
    net = await NetLab.create()
    const namespace = net.namespace()
    const folder = net.owns(mkdtempSync(join(tmpdir(), 'lbctl-policy-')))
    const prefix = ['ip', 'netns', 'exec', namespace]
    cluster = await ServedCluster.start(
      { address: '127.0.0.1', prefix, inside: (work) => net.inside(namespace, work) },
      folder,
    )
    const args = deployment.template.spec.containers[0]?.args ?? []
    const where = ['--kubeconfig', cluster.kubeconfig('controller')]
    const env = { ...cleanEnv(), METALLB_NAMESPACE: 'metallb-system' }
    controller = spawn('ip', [...prefix.slice(1), process.execPath, runJs, ...args, ...where], {
      cwd: root,
      env,
    })
    for (const stream of [controller.stdout, controller.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log += text
      })
  }, 60_000)
  afterAll(async () => {
    controller?.kill('SIGKILL')
    await cluster?.kill()
    net?.destroy()
  })

  it('has the ports that the controller of the Deployment listens on, and lets it reach the API server', async () => {
    const pid = controller.pid ?? 0
    await eventually(
      'the controller leads and answers reviews',
      () => log.includes('"event":"leading"') && log.includes('Webhooks are answered on port'),
      DEADLINE_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${log}`)
    })
    const sockets = socketsOf(pid)
    const listening = sorted(sockets.filter(({ listens }) => listens).map(({ localPort }) => localPort))
    const [ingress] = policy.ingress
    expect(ingress?.ports.map(({ protocol }) => protocol)).toEqual(['TCP', 'TCP'])
    expect(listening).toEqual(sorted((ingress?.ports ?? []).map(({ port }) => port ?? 0)))
    // Out: TCP alone, to the API server and to nobody else.
    expect(policy.egress).toEqual([{ ports: [{ protocol: 'TCP' }] }])
    expect(sockets.filter(({ protocol }) => protocol !== 'tcp')).toEqual([])
    const dialled = sockets.filter(({ listens, localPort }) => !listens && !listening.includes(localPort))
    expect(sorted(dialled.map(({ remotePort }) => remotePort))).toEqual([cluster.server.port])
  })
})
