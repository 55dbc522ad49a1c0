// Time and memory of `diagnose all` on saved facts, as a whole process, at 1,000 Services on 50 nodes and at 5,000 on 200, as multiples of
// what bare Node takes to read the same file, and the growth between the two sizes. Printed, not judged. Run: npm run bench
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const RUNS = 5
/** The second has 20 times as many pairs of a Service and a node, in each of which somebody is elected or not. */
const SIZES = [
  [1000, 50],
  [5000, 200],
]
const runJs = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'lbctl-diagnose-'))
const NS = 'metallb-system'

const meta = (name, namespace, more = {}) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  ...more,
})
const labels = (component) => ({ app: 'metallb', component })
const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-02-01T00:00:00Z' }

/** Services in one pool by layer 2, every tenth with externalTrafficPolicy Local, two endpoints each. */
function facts(services, nodes) {
  const names = Array.from({ length: nodes }, (_, i) => `node-${i}`)
  const each = Array.from({ length: services }, (_, i) => ({
    name: `svc-${i}`,
    address: `10.64.${i >> 8}.${i & 255}`,
  }))
  const workload = (kind, name, component, image) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: meta(name, NS, { labels: labels(component) }),
    spec: {
      replicas: 1,
      selector: { matchLabels: labels(component) },
      template: {
        spec: { containers: [{ name: component, image, env: [{ name: 'METALLB_ML_BIND_ADDR' }] }] },
      },
    },
    status: { desiredNumberScheduled: nodes, numberReady: nodes, readyReplicas: 1 },
  })
  const metal = (kind, spec) => ({ apiVersion: 'metallb.io/v1beta1', kind, metadata: meta('lan', NS), spec })
  const read = (items) => ({ status: 'read', items })
  return {
    format: 'lbctl-cluster-facts/1',
    takenAt: '2026-03-01T12:00:00Z',
    origin: 'cluster',
    vantage: 'bench',
    services: read(
      each.map(({ name, address }, i) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: meta(name, 'load', {
          labels: { app: name },
          annotations: { 'metallb.io/ip-allocated-from-pool': 'lan' },
        }),
        spec: {
          type: 'LoadBalancer',
          clusterIP: `10.96.${i >> 8}.${i & 255}`,
          externalTrafficPolicy: i % 10 === 0 ? 'Local' : 'Cluster',
          selector: { app: name },
          ports: [{ protocol: 'TCP', port: 80 }],
        },
        status: { loadBalancer: { ingress: [{ ip: address }] } },
      })),
    ),
    endpointSlices: read(
      each.map(({ name }, i) => ({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: meta(`${name}-x`, 'load', { labels: { 'kubernetes.io/service-name': name } }),
        addressType: 'IPv4',
        endpoints: [i, i + 7].map((at) => ({
          nodeName: names[at % nodes],
          addresses: ['10.1.1.1'],
          conditions: { ready: true, serving: true },
        })),
      })),
    ),
    nodes: read(
      names.map((name, i) => ({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: meta(name, undefined, { labels: { 'kubernetes.io/hostname': name } }),
        spec: {},
        status: { addresses: [{ type: 'InternalIP', address: `10.65.0.${i + 1}` }], conditions: [ready] },
      })),
    ),
    namespaces: read([{ apiVersion: 'v1', kind: 'Namespace', metadata: meta('load') }]),
    configuration: read([
      metal('IPAddressPool', { addresses: ['10.64.0.0/16'] }),
      metal('L2Advertisement', {}),
    ]),
    pods: read(
      names.map((name) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: meta(`speaker-${name}`, NS, { labels: labels('speaker') }),
        spec: { nodeName: name },
        status: { phase: 'Running', conditions: [ready] },
      })),
    ),
    daemonSets: read([workload('DaemonSet', 'speaker', 'speaker', 'quay.io/metallb/speaker:v0.15.2')]),
    deployments: read([
      workload('Deployment', 'controller', 'controller', 'quay.io/metallb/controller:v0.15.2'),
    ]),
    ...Object.fromEntries(
      ['statuses', 'configMaps', 'secrets', 'webhooks', 'events', 'leases', 'foreign', 'kinds'].map(
        (name) => [name, read([])],
      ),
    ),
  }
}

const PEAK =
  "data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(2,'\\npeak '+process.resourceUsage().maxRSS+'\\n'))"

function measure(...args) {
  const started = process.hrtime.bigint()
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', PEAK, ...args], {
    encoding: 'utf8',
  })
  const ms = Number(process.hrtime.bigint() - started) / 1e6
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
  return { ms, megabytes: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024 }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const middle = (runs) => ({
  ms: median(runs.map(({ ms }) => ms)),
  megabytes: median(runs.map(({ megabytes }) => megabytes)),
})

try {
  const parsing = join(directory, 'parse.mjs')
  writeFileSync(
    parsing,
    "import { readFileSync } from 'node:fs'\nJSON.parse(readFileSync(process.argv[2], 'utf8'))\n",
  )
  const times = []
  for (const [services, nodes] of SIZES) {
    const path = join(directory, `${services}.json`)
    writeFileSync(path, JSON.stringify(facts(services, nodes)))
    const ours = []
    const bare = []
    for (let run = 0; run < RUNS; run++) {
      bare.push(measure(parsing, path))
      ours.push(measure(runJs, 'diagnose', 'all', '--facts', path, '-o', 'short'))
    }
    const [diagnosed, read] = [middle(ours), middle(bare)]
    times.push(diagnosed.ms)
    console.log(
      `diagnose all, ${services} Services on ${nodes} nodes (${(statSync(path).size / 1e6).toFixed(1)} MB of facts): ${diagnosed.ms.toFixed(0)} ms, ${diagnosed.megabytes.toFixed(0)} MB: ${(diagnosed.ms / read.ms).toFixed(1)} times as long and ${(diagnosed.megabytes / read.megabytes).toFixed(1)} times as much memory as Node takes to parse them`,
    )
  }
  const [few = 1, many = 0] = times
  console.log(
    `diagnose all: 5 times the Services on 4 times the nodes take ${(many / few).toFixed(1)} times as long`,
  )
} finally {
  rmSync(directory, { recursive: true })
}
