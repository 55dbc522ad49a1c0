// The cluster part of the demo: an API server in memory, the controller, a speaker and a router; then the user applies a Service
// with kubectl, and its address is in the table of the router. On loopback, and without rights.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Background, freePort } from './demo-background.mjs'

/** Undefined when this part can be shown. */
export const whyNoCluster = () =>
  spawnSync('kubectl', ['version', '--client']).error === undefined ? undefined : 'kubectl is not installed'

/**
 * @param {(line: string, args: string[], cwd: string, expectedCode: number) => void} show runs lbctl and prints both
 * @param {(line: string, program: string, args: string[], options: object, expectedCode: number) => void} showWith
 * @param {(text: string) => void} say
 */
export async function demoCluster(show, showWith, say) {
  const scratch = mkdtempSync(join(tmpdir(), 'lbctl-demo-cluster-'))
  const port = await freePort()
  const background = []
  const start = (line, args) => {
    console.log(`$ ${line} &`)
    const process = new Background(args, scratch)
    background.push(process)
    return process
  }
  const kubectl = (...words) =>
    showWith(
      `kubectl ${words.join(' ')}`,
      'kubectl',
      ['--kubeconfig', 'kubeconfig', ...words],
      { cwd: scratch },
      0,
    )
  const quiet = ['--metrics-addr', 'none', '--log-format', 'pretty']
  try {
    writeFiles(scratch, port)
    say('An API server of the laboratory, with the resources of lbctl, a pool, a router and a node:')
    show('lbctl install --dry-run -o yaml > install.yaml', ['install', '--dry-run', '-o', 'yaml'], scratch, 0)
    const files = ['install.yaml', 'metallb.yaml'].flatMap((file) => ['-f', file])
    const server = start(`lbctl lab apiserver ${files.join(' ')}`, [
      ...['lab', 'apiserver', '--kubeconfig-out', 'kubeconfig', ...files],
    ])
    await server.prints(/https:/)

    say('The controller, a speaker, and a router that the speaker is to announce to:')
    const router = start(`lbctl router run --listen 127.0.0.1:${port} --asn 64513`, [
      ...['router', 'run', '--listen', `127.0.0.1:${port}`, '--asn', '64513'],
    ])
    const controller = start('lbctl controller run', [
      'controller',
      'run',
      '--kubeconfig',
      'kubeconfig',
      ...quiet,
    ])
    const state = join(scratch, 'state')
    const speaker = start('lbctl speaker run --node-name worker-1', [
      ...[
        'speaker',
        'run',
        '--kubeconfig',
        'kubeconfig',
        '--node-name',
        'worker-1',
        '--state-dir',
        state,
        ...quiet,
      ],
    ])
    await router.prints(/ is up: /)

    say('The user applies a Service, and the router has a route to it:')
    kubectl('apply', '-f', 'service.yaml')
    await router.prints(/192\.0\.2\.10\/32/)
    kubectl('get', 'service', 'web')
    kubectl('get', 'servicebgpstatuses', '-A')
    show(
      'lbctl pool list --from-cluster',
      ['pool', 'list', '--from-cluster', '--kubeconfig', 'kubeconfig'],
      scratch,
      0,
    )
    show('lbctl speaker status', ['speaker', 'status', '--state-dir', state], scratch, 0)
    await router.stop()
    say('What the router saw of it, and its table when it was stopped:')
    process.stdout.write(router.output)
    await speaker.stop()
    await controller.stop()
    say('What the controller told:')
    process.stdout.write(controller.output)
  } finally {
    for (const each of background.reverse()) await each.stop()
    rmSync(scratch, { recursive: true })
  }
}

function writeFiles(scratch, port) {
  writeFileSync(
    join(scratch, 'metallb.yaml'),
    `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [192.0.2.10-192.0.2.20]}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: lan, namespace: metallb-system}
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: router, namespace: metallb-system}
spec: {myASN: 64512, peerASN: 64513, peerAddress: 127.0.0.1, peerPort: ${port}}
---
apiVersion: v1
kind: Node
metadata: {name: worker-1, labels: {kubernetes.io/hostname: worker-1}}
`,
  )
  writeFileSync(
    join(scratch, 'service.yaml'),
    `apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec:
  type: LoadBalancer
  ports: [{port: 80}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: default, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{port: 80, protocol: TCP}]
endpoints: [{addresses: [10.0.0.8], nodeName: worker-1, conditions: {ready: true}}]
`,
  )
}
