// `lbctl install` with what comes after it: the Pods of its manifests run, made of the image of the Dockerfile, with the user, the
// rights, the mounts and the variables that the manifests say; they are probed, they serve, and they go again.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInterop } from '../support/namespaces.ts'
import {
  IMAGE,
  INSTALLED_CLUSTER_PROGRAMS,
  InstalledCluster,
  NAMESPACE,
  NEXT_IMAGE,
} from '../support/pods/installed-cluster.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

const DEADLINE_MS = 120_000

const metal = (kind: string, name: string, spec: object = {}, version = 'v1beta1') => ({
  apiVersion: `metallb.io/${version}`,
  kind,
  metadata: { name, namespace: NAMESPACE },
  spec,
})
const POOL = metal('IPAddressPool', 'lan', { addresses: ['192.0.2.100-192.0.2.120'] })
const PEER = metal(
  'BGPPeer',
  'tor',
  // For no node: nobody is there to connect to.
  {
    ...{ myASN: 64_512, peerASN: 64_513, peerAddress: '192.0.2.1', ebgpMultiHop: true },
    nodeSelectors: [{ matchLabels: { rack: 'none' } }],
  },
  'v1beta2',
)
const service = (name: string, status: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' } },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
  status,
})
const slice = (name: string) => ({
  ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
  metadata: { namespace: 'shop', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
  endpoints: ['node1', 'node2'].map((nodeName, i) => ({
    ...{ addresses: [`10.244.0.${i + 1}`], nodeName, conditions: { ready: true } },
  })),
})

/** What MetalLB without its speaker leaves in a cluster. */
const METALLB = [
  ...crds,
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
  {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'memberlist', namespace: NAMESPACE } },
    data: { secretkey: Buffer.from('a key of MetalLB, made by it').toString('base64') },
  },
  {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
    metadata: {
      name: 'controller',
      namespace: NAMESPACE,
      labels: { app: 'metallb', component: 'controller' },
    },
    spec: {
      replicas: 1,
      template: {
        spec: { containers: [{ name: 'controller', image: 'quay.io/metallb/controller:v0.15.3' }] },
      },
    },
  },
  POOL,
  metal('L2Advertisement', 'lan'),
]

describeInterop('an installation that runs', INSTALLED_CLUSTER_PROGRAMS, () => {
  let cluster: InstalledCluster
  beforeAll(async () => {
    cluster = await InstalledCluster.create()
  }, DEADLINE_MS)
  afterAll(() => cluster?.destroy())

  const install = (...words: string[]) => cluster.lbctl(['install', '--timeout', '60s', ...words])
  const kubectl = async (words: readonly string[], ...objects: object[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.kubectl(words, objects)
    // What is warned of is no failure.
    const wrong = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Warning: '))
    expect({ words, code, wrong }).toEqual({ words, code: 0, wrong: [] })
    return stdout
  }
  const podsOf = (component: string) =>
    cluster
      .objects('pods')
      .filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component)
  const noPods = () => cluster.until('no Pods are left', () => cluster.objects('pods').length === 0)
  const answered = (address: string) =>
    cluster.until(`one node answers for ${address}`, async () => {
      const nodes = await cluster.whoAnswers(address)
      return nodes.length === 1 ? nodes : undefined
    })
  const silent = (address: string) =>
    cluster.until(
      `nobody answers for ${address}`,
      async () => (await cluster.whoAnswers(address)).length === 0,
    )
  /** Users and rights that the processes really have. */
  const rightsOf = (component: string) =>
    podsOf(component).map(({ metadata }) => {
      const facts = cluster.player.running(metadata.name)?.container.facts ?? {}
      return [facts['Uid']?.split('\t')[0], Number.parseInt(facts['CapEff'] ?? '', 16), facts['NoNewPrivs']]
    })

  it(
    'a speaker beside MetalLB’s controller: it serves, and leaves everything as it was',
    async () => {
      const given = { loadBalancer: { ingress: [{ ip: '192.0.2.100' }] } }
      cluster.load(...METALLB, service('theirs', given), slice('theirs'))
      await cluster.served()
      const before = cluster.content()
      const done = await install('--mode', 'speaker', '--image', IMAGE)
      expect([done.code, done.stdout]).toEqual([0, ''])
      expect(done.stderr).toContain(`DaemonSet ${NAMESPACE}/lbctl-speaker: 2 of 2 nodes are ready`)
      expect(done.stderr).toContain('Left as others applied them')
      expect(rightsOf('speaker')).toEqual([
        ['0', 0x2000, '1'],
        ['0', 0x2000, '1'],
      ])
      const [owner] = await answered('192.0.2.100')
      await cluster.until('it is reported who announces it', () => {
        const [report] = cluster.objects('servicel2statuses.metallb.io')
        return report?.status?.node === owner
      })
      const gone = await cluster.lbctl(['uninstall', '--yes'])
      expect(gone.code).toBe(0)
      expect(gone.stdout).toContain('1 Service keeps its address in the status')
      await noPods()
      await silent('192.0.2.100')
      expect(cluster.changesSince(before)).toEqual([])
      const all = [...METALLB, service('theirs'), slice('theirs')].toReversed()
      await kubectl(['delete', '--wait=false', '-f', '-'], ...all)
    },
    DEADLINE_MS,
  )

  let empty: ReadonlyMap<string, string>

  it(
    'a controller alone, then a speaker besides: webhooks answer, a Service is served',
    async () => {
      await cluster.until(
        'everything of MetalLB is gone',
        () => cluster.objects('customresourcedefinitions.apiextensions.k8s.io').length === 0,
      )
      empty = cluster.content()
      const first = await install('--mode', 'controller', '--image', IMAGE)
      expect([first.code, first.stdout]).toEqual([0, ''])
      expect(first.stderr).toContain(`Deployment ${NAMESPACE}/lbctl-controller: 2 of 2 replicas are ready`)
      expect(rightsOf('controller')).toEqual([
        ['65532', 0, '1'],
        ['65532', 0, '1'],
      ])
      await kubectl(['apply', '-f', '-'], POOL, metal('L2Advertisement', 'lan'), PEER)
      const bad = await cluster.kubectl(['apply', '-f', '-'], [{ ...POOL, metadata: PEER.metadata }])
      expect([bad.code, bad.stderr.includes('V106')]).toEqual([1, true])

      const second = await install('--mode', 'speaker', '--image', IMAGE)
      expect(second.code).toBe(0)
      expect(second.stderr).toMatch(
        /Of another installation, and left alone: .*Deployment metallb-system\/lbctl-controller/,
      )
      const old = JSON.parse(await kubectl(['get', 'bgppeers.v1beta1.metallb.io', '-A', '-o', 'json']))
      expect(old.items).toMatchObject([{ spec: { myASN: 64_512 } }])

      await kubectl(['apply', '-f', '-'], service('web'), slice('web'))
      await cluster.until('it has an address', () => cluster.addressesOf('shop/web')[0] === '192.0.2.100')
      await answered('192.0.2.100')
    },
    DEADLINE_MS,
  )

  it(
    'an upgrade: Pod after Pod is another one, and the Service keeps its address; then nothing is left to do',
    async () => {
      const before = new Set(cluster.objects('pods').map(({ metadata }) => metadata.uid))
      const words = ['--image', NEXT_IMAGE, '--probe-before-assign']
      const done = await install(...words)
      expect([done.code, done.stdout]).toEqual([0, ''])
      const images = cluster.objects('pods').map(({ spec }) => spec.containers[0].image)
      expect(images).toEqual(Array.from({ length: 4 }, () => NEXT_IMAGE))
      expect(cluster.objects('pods').filter(({ metadata }) => before.has(metadata.uid))).toEqual([])
      expect(cluster.addressesOf('shop/web')).toEqual(['192.0.2.100'])
      await answered('192.0.2.100')
      const again = await install(...words)
      expect([again.code, again.stderr.split('\n')[0]]).toEqual([
        0,
        expect.stringMatching(/^Nothing to do: \d+ objects are as wanted already\.$/),
      ])
    },
    DEADLINE_MS,
  )

  it(
    'with --probe-before-assign an address that somebody has on the link is not handed out',
    async () => {
      const { client, net } = cluster.hosts
      net.ip(client.namespace, 'addr add 192.0.2.101/24 dev eth0')
      await kubectl(['apply', '-f', '-'], service('next'), slice('next'))
      await cluster.until('it has an address', () => cluster.addressesOf('shop/next').length > 0)
      expect(cluster.addressesOf('shop/next')).toEqual(['192.0.2.102'])
      await answered('192.0.2.102')
    },
    DEADLINE_MS,
  )

  it(
    'without the webhooks, nothing asks for them any more',
    async () => {
      const done = await install('--image', NEXT_IMAGE, '--without-webhooks', '--no-wait')
      expect(done.code).toBe(0)
      expect(done.stderr).toContain('deleted  ValidatingWebhookConfiguration lbctl-webhook-configuration')
      const old = JSON.parse(await kubectl(['get', 'bgppeers.v1beta1.metallb.io', '-A', '-o', 'json']))
      expect(old.items).toMatchObject([{ spec: { myASN: 64_512 } }])
      await kubectl(['apply', '-f', '-'], metal('IPAddressPool', 'more', { addresses: ['198.51.100.0/24'] }))
      expect((await install('--image', NEXT_IMAGE, '--no-wait')).code).toBe(0)
    },
    DEADLINE_MS,
  )

  it(
    'uninstall: Services keep their addresses, the configuration can be read in both versions; then all of it goes',
    async () => {
      const shown = await cluster.lbctl(['uninstall'])
      expect(shown.stdout).toContain('2 Services keep their address in the status')
      const done = await cluster.lbctl(['uninstall', '--yes'])
      expect(done.code).toBe(0)
      await noPods()
      await silent('192.0.2.100')
      expect(cluster.addressesOf('shop/web')).toEqual(['192.0.2.100'])
      const left = [...cluster.content().keys()].filter((id) => !empty.has(id) && !/ shop\//.test(id))
      expect(left.filter((id) => !id.startsWith('customresourcedefinitions'))).toEqual([
        `bgppeers.metallb.io ${NAMESPACE}/tor`,
        `ipaddresspools.metallb.io ${NAMESPACE}/lan`,
        `ipaddresspools.metallb.io ${NAMESPACE}/more`,
        `l2advertisements.metallb.io ${NAMESPACE}/lan`,
        `namespaces /${NAMESPACE}`,
      ])
      for (const version of ['v1beta1', 'v1beta2'])
        await kubectl(['get', `bgppeers.${version}.metallb.io`, '-A', '-o', 'json'])

      const all = ['uninstall', '--yes', '--delete-crds', '--delete-all-configuration']
      expect((await cluster.lbctl(all)).code).toBe(0)
      await kubectl(['delete', 'services,endpointslices', '--all', '-n', 'shop'])
      await kubectl(['delete', 'namespace', NAMESPACE])
      await cluster.until('everything is gone', () => cluster.content().size === empty.size)
      expect(cluster.changesSince(empty)).toEqual([])
    },
    DEADLINE_MS,
  )

  it('none of the Pods said that something was wrong while it ran', () => {
    const said = cluster.player.containers.flatMap(({ name, container }) =>
      container.output
        .split('\n')
        .filter((line) => /"level":"(error|fatal)"|Warning|^\s+at /.test(line))
        .map((line) => `${name}: ${line}`),
    )
    expect(said).toEqual([])
  })
})
