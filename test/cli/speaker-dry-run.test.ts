// `lbctl speaker run --dry-run` without files: what would be announced from the cluster as it is, and nothing is written to it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl } from '../support/cli.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

const metal = (kind: string, name: string, spec: object) => ({
  ...{ apiVersion: kind === 'BGPPeer' ? 'metallb.io/v1beta2' : 'metallb.io/v1beta1', kind, spec },
  metadata: { name, namespace: 'metallb-system' },
})

it('takes the variables of MetalLB under their names, and says which it can make nothing of', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lbctl-dry-run-'))
  try {
    const objects = [
      metal('IPAddressPool', 'lan', { addresses: ['192.0.2.10-192.0.2.12'] }),
      metal('L2Advertisement', 'lan', {}),
    ]
    writeFileSync(join(directory, 'all.yaml'), objects.map((each) => JSON.stringify(each)).join('\n---\n'))
    const ask = (env: Readonly<Record<string, string>>) =>
      lbctl(['speaker', 'run', '-f', directory, '--dry-run', '-o', 'json'], { env })
    const said = await ask({
      ...{ METALLB_NODE_NAME: 'rack7', METALLB_HOST: '127.0.0.1', METALLB_BGP_TYPE: 'frr-k8s' },
      ...{ FRRK8S_NAMESPACE: 'frr', METALLB_OF_TOMORROW: 'x', METALLB_ML_SECRET_KEY: 'hush-hush' },
    })
    expect(said.code).toBe(0)
    expect(JSON.parse(said.stdout)).toMatchObject({ status: { node: 'rack7' } })
    const names = said.stderr.split('\n').flatMap((line) => /^(\w+): /.exec(line)?.[1] ?? [])
    expect(names).toEqual(['METALLB_HOST', 'METALLB_BGP_TYPE', 'FRRK8S_NAMESPACE', 'METALLB_OF_TOMORROW'])
    expect(said.stdout + said.stderr).not.toContain('hush-hush')
    const refused: readonly (readonly [string, string, RegExp])[] = [
      ['METALLB_ML_BIND_ADDR', 'eth0', /takes an IP address, not "eth0"/],
      ['METALLB_ML_BIND_PORT', '0', /METALLB_ML_BIND_PORT takes a port/],
      ['METALLB_ML_WAN_CONFIG', 'perhaps', /METALLB_ML_WAN_CONFIG takes true or false/],
    ]
    for (const [name, value, pattern] of refused) {
      const { code, stdout } = await ask({ METALLB_ML_BIND_ADDR: '127.0.0.1', [name]: value })
      expect([name, code]).toEqual([name, 2])
      expect(JSON.parse(stdout)).toMatchObject({ error: { message: expect.stringMatching(pattern) } })
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})

it('lets preferences among nodes count where all speakers are of lbctl', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lbctl-dry-run-'))
  try {
    const prefers = (name: string) => [
      { weight: 5, preference: { matchLabels: { 'kubernetes.io/hostname': name } } },
    ]
    const ownerBy = async (preferred: string, ...more: string[]) => {
      const objects = [
        metal('IPAddressPool', 'lan', { addresses: ['192.0.2.10-192.0.2.12'] }),
        metal('L2Advertisement', 'lan', { preferredNodeSelectors: prefers(preferred) }),
        ...['rack1', 'rack2'].map((name) => ({
          ...{
            apiVersion: 'v1',
            kind: 'Node',
            metadata: { name, labels: { 'kubernetes.io/hostname': name } },
          },
        })),
        {
          ...{ apiVersion: 'v1', kind: 'Service', spec: { type: 'LoadBalancer' } },
          metadata: { name: 'web', annotations: { 'metallb.io/loadBalancerIPs': '192.0.2.10' } },
        },
      ]
      writeFileSync(join(directory, 'all.yaml'), objects.map((each) => JSON.stringify(each)).join('\n---\n'))
      const words = ['speaker', 'run', '-f', directory, '--node-name', 'rack1', '--dry-run', '-o', 'json']
      const { stdout } = await lbctl([...words, ...more])
      const { status } = JSON.parse(stdout)
      return [status.services[0].layer2.owner, status.limits.length]
    }
    expect(await ownerBy('rack1')).toEqual(['rack1', 0])
    expect(await ownerBy('rack2')).toEqual(['rack2', 0])
    const [first, second] = [
      await ownerBy('rack1', '--compat-version', '0.16.1'),
      await ownerBy('rack2', '--compat-version', '0.16.1'),
    ]
    // By the hash alone, and that is said.
    expect(first).toEqual(second)
    expect(first?.[1]).toBe(1)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

it('reads the cluster once and ends', async () => {
  const server = await startApiServer()
  const directory = mkdtempSync(join(tmpdir(), 'lbctl-dry-run-'))
  try {
    server.applyObjects(crds)
    server.applyObjects([
      metal('IPAddressPool', 'lan', { addresses: ['192.0.2.10-192.0.2.12'] }),
      metal('BGPAdvertisement', 'lan', {}),
      metal('BGPPeer', 'tor', { myASN: 64512, peerASN: 64513, peerAddress: '127.0.0.1' }),
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' } },
      {
        ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name: 'web' } },
        spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.10' }] } },
      },
      {
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
        metadata: { namespace: 'shop', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
        endpoints: [{ addresses: ['10.244.0.1'], nodeName: 'worker-1', conditions: { ready: true } }],
      },
    ])
    const kubeconfig = join(directory, 'kubeconfig')
    writeFileSync(kubeconfig, server.kubeconfig())
    const words = [
      'speaker',
      'run',
      '--kubeconfig',
      kubeconfig,
      '--node-name',
      'worker-1',
      '--dry-run',
      '--json',
    ]
    const { stdout, stderr, code } = await lbctl(words)
    expect([stderr, code]).toEqual(['', 0])
    expect(JSON.parse(stdout)).toMatchObject({
      routes: [{ peer: 'tor', prefixes: [{ prefix: '192.0.2.10/32' }] }],
    })
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true })
  }
})
