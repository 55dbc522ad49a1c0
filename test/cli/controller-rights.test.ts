// The controller with the rights of an installation and no others, and with nothing to spare: a whole life of two replicas, after which
// each verb that `lbctl install` grants was used, and none was asked for that it does not grant.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBoth } from '../../src/compose/webhook/make-certificates.ts'
import { installItems } from '../../src/install/install-objects.ts'
import { MEMBERLIST_SECRET } from '../../src/install/names.ts'
import { CONTROLLER_RIGHTS, WEBHOOK_RIGHTS } from '../../src/install/rights.ts'
import { options } from '../../src/install/testing/options.ts'
import { lbctl } from '../support/cli.ts'
import { RunningController } from '../support/controller-lab/running-controller.ts'
import { freePort } from '../support/free-port.ts'
import { KubectlCluster } from '../support/kubectl-cluster.ts'
import { eventually } from '../support/namespaces.ts'
import { RightsLedger } from '../support/rights-ledger.ts'

const NS = 'metallb-system'
const ACCOUNT = `system:serviceaccount:${NS}:lbctl-controller`
const DEADLINE_MS = 30_000
const DAY_MS = 86_400_000
const ledger = new RightsLedger(ACCOUNT, NS)
const running: RunningController[] = []
let cluster: KubectlCluster
let webhookPort = 0

const metallb = (kind: string, name: string, spec: object) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind,
  metadata: { name, namespace: NS },
  spec,
})
const service = (name: string, annotations: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', annotations },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
})
const kubectl = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await cluster.kubectl(args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
  return stdout
}
const apply = async (object: object): Promise<void> => {
  const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], object)
  if (code !== 0) throw new Error(stderr)
}
/** Both replicas serve webhooks; here they would do so at one port. */
const controller = (pod: string, webhooks = 'enabled'): RunningController => {
  const made = new RunningController([
    ...['--kubeconfig', cluster.kubeconfigOf(ACCOUNT), '-n', NS, '--lease-duration', '3s'],
    ...[
      '--webhook-port',
      String(webhookPort),
      '--webhook-mode',
      webhooks,
      '--ml-secret-name',
      MEMBERLIST_SECRET,
    ],
    ...['--deployment', 'lbctl-controller', '--pod-name', pod],
  ])
  running.push(made)
  return made
}

beforeAll(async () => {
  webhookPort = await freePort()
  cluster = await KubectlCluster.start({
    users: [ACCOUNT],
    audit: ledger.note,
    serviceAddress: () => `127.0.0.1:${webhookPort}`,
  })
  const objects = installItems(options({ namespace: NS })).map(({ object }) => object)
  const pods = ['a', 'b'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NS, labels: { 'app.kubernetes.io/component': 'controller' } },
    spec: { containers: [{ name: 'controller', image: 'lbctl' }] },
  }))
  cluster.server.applyObjects([...objects, ...pods])
}, 60_000)
afterAll(async () => {
  await Promise.all(running.map((each) => each.end()))
  await cluster?.remove()
})

describe('the rights of the controller', { timeout: 180_000 }, () => {
  it('are enough for a whole life, and none is never used', async () => {
    const first = controller('a')
    await first.until('leading')
    await eventually(
      'the webhooks answer',
      async () => (await first.get('/readyz')).status === 200,
      DEADLINE_MS,
    )
    await apply(metallb('IPAddressPool', 'lan', { addresses: ['192.0.2.0/30'] }))
    await apply(service('web'))
    await kubectl('wait', 'svc/web', '--for=jsonpath={.status.loadBalancer.ingress}', '--timeout=30s')
    const refusal = { 'metallb.io/address-pool': 'nowhere' }
    await apply(service('lost', refusal))
    await eventually(
      'an event',
      async () => (await kubectl('get', 'events')).includes('nowhere'),
      DEADLINE_MS,
    )
    // The same again, after another.
    await apply(service('lost', { 'metallb.io/address-pool': 'elsewhere' }))
    await eventually(
      'another',
      async () => (await kubectl('get', 'events')).includes('elsewhere'),
      DEADLINE_MS,
    )
    await apply(service('lost', refusal))
    await eventually(
      'a count of two',
      async () => (await kubectl('get', 'events', '-o', 'yaml')).includes('count: 2'),
      DEADLINE_MS,
    )
    await kubectl('delete', 'svc', 'web')
    const second = controller('b', 'disabled')
    await second.until('started')
    expect(await first.stop()).toBe(143)
    await second.until('leading')
    await apply(service('after'))
    await kubectl('wait', 'svc/after', '--for=jsonpath={.status.loadBalancer.ingress}', '--timeout=30s')
    expect(await second.stop()).toBe(143)
    // A certificate that has ended is renewed, and trusted anew.
    const old = makeBoth(['lbctl-webhook.metallb-system.svc'], Date.now() - 4000 * DAY_MS)
    await kubectl(
      'patch',
      'secret',
      '-n',
      NS,
      'lbctl-webhook-cert',
      '-p',
      JSON.stringify({ stringData: old }),
    )
    const third = controller('a')
    await third.until('leading')
    await eventually(
      'the webhooks answer again',
      async () => (await third.get('/readyz')).status === 200,
      DEADLINE_MS,
    )
    await apply(metallb('IPAddressPool', 'more', { addresses: ['192.0.2.128/30'] }))
    expect(ledger.refused()).toEqual([])
    expect(ledger.unused(CONTROLLER_RIGHTS, WEBHOOK_RIGHTS)).toEqual([])
  })

  it('is followed by a removal after which only the configuration is left', async () => {
    await Promise.all(running.map((each) => each.end()))
    const { code, stderr } = await lbctl(['uninstall', '--yes', '--kubeconfig', cluster.kubeconfig])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    await kubectl('delete', 'pod', 'a', 'b', '-n', NS, '--grace-period=0', '--force')
    const { store } = cluster.server
    const left = () =>
      store
        .resources()
        .filter((resource) => resource !== 'customresourcedefinitions.apiextensions.k8s.io')
        .flatMap((resource) =>
          store.list(resource, `${NS}/`).map(({ metadata: { name } }) => `${resource} ${name}`),
        )
    const kept = [
      'ipaddresspools.metallb.io lan',
      'ipaddresspools.metallb.io more',
      'serviceaccounts default',
    ]
    await eventually(
      'what belongs to the controller goes',
      () => left().length <= kept.length,
      DEADLINE_MS,
    ).catch(() => undefined)
    expect(left().sort()).toEqual(kept)
  })
})
