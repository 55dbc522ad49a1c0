import type { FaultCase } from './cases.ts'
import { ciliumAlone } from './stray-cases.ts'
import { drop, object } from './world.ts'
import * as make from './world-objects.ts'
import * as run from './world-workloads.ts'

export const INSTALLATION_CASES: readonly FaultCase[] = [
  {
    name: 'a webhook without a CA bundle',
    code: 'F02',
    check: 'webhook-reachable',
    says: /has no CA bundle/,
    fault: (world) => {
      world.planes.webhooks[0] = make.webhook()
      object(world, 'webhooks', 'metallb-webhook-configuration').webhooks[0].clientConfig.caBundle = ''
    },
  },
  {
    name: 'a webhook that an old installation left behind',
    code: 'F02',
    check: 'webhook-reachable',
    says: /metallb-system\/metallb-webhook-service, which is not there/,
    fault: (world) => drop(world, 'services', ({ metadata }) => metadata.name === 'metallb-webhook-service'),
    twin: (world) => {
      drop(world, 'services', ({ metadata }) => metadata.name === 'metallb-webhook-service')
      drop(world, 'webhooks', () => true)
    },
  },
  {
    name: 'a webhook whose Service has no ready endpoint',
    code: 'F02',
    check: 'webhook-reachable',
    says: /nobody behind it/,
    fault: (world) => {
      object(world, 'endpointSlices', 'metallb-system/metallb-webhook-service-x1').endpoints[0].conditions = {
        ready: false,
        serving: false,
      }
    },
  },
  {
    name: 'no MetalLB at all',
    code: 'F04',
    check: 'pods-run',
    says: /There is no MetalLB/,
    fault: (world) => {
      for (const plane of ['daemonSets', 'deployments'] as const)
        drop(world, plane, ({ metadata }) => metadata.namespace === 'metallb-system')
      drop(world, 'webhooks', () => true)
    },
    twin: ciliumAlone,
  },
  {
    name: 'speakers that Pod Security refuses',
    code: 'F04',
    check: 'pods-run',
    says: /DaemonSet metallb-system\/speaker has 0 of 3 Pods ready/,
    fault: (world) => {
      object(world, 'daemonSets', 'speaker').status = run.daemonSetStatus(3, 0)
      object(world, 'namespaces', 'metallb-system').metadata.labels = {}
      drop(world, 'pods', ({ metadata }) => metadata.name.startsWith('speaker-'))
      world.planes.events.push(
        make.event(
          'DaemonSet metallb-system/speaker',
          'FailedCreate',
          'Error creating: pods "speaker-" is forbidden: violates PodSecurity "baseline:latest": host namespaces',
        ),
      )
    },
  },
  {
    name: 'speakers that wait for the Secret memberlist',
    code: 'F04',
    check: 'pods-run',
    says: /0 of 3 Pods ready/,
    fault: (world) => {
      object(world, 'daemonSets', 'speaker').status = run.daemonSetStatus(3, 0)
      drop(world, 'secrets', ({ metadata }) => metadata.name === 'memberlist')
      for (const node of ['node-a', 'node-b', 'node-c']) {
        const pod = object(world, 'pods', `metallb-system/speaker-${node}`)
        pod.status = {
          phase: 'Pending',
          conditions: [{ type: 'Ready', status: 'False' }],
          containerStatuses: [
            {
              name: 'speaker',
              ready: false,
              state: {
                waiting: { reason: 'CreateContainerConfigError', message: 'secret "memberlist" not found' },
              },
            },
          ],
        }
      }
    },
  },
  {
    name: 'a controller that does not run',
    code: 'F04',
    check: 'pods-run',
    says: /so no Service gets an address/,
    fault: (world) => {
      object(world, 'deployments', 'controller').status = { replicas: 1 }
    },
    twin: (world) => {
      object(world, 'deployments', 'controller').status = {
        replicas: 1,
        readyReplicas: 1,
        unavailableReplicas: 0,
      }
    },
  },
  {
    name: 'one speaker of three that does not run',
    code: 'F04',
    check: 'pods-run',
    severity: 'warning',
    says: /2 of 3 Pods ready/,
    fault: (world) => {
      object(world, 'daemonSets', 'speaker').status = run.daemonSetStatus(3, 2)
      object(world, 'pods', 'metallb-system/speaker-node-c').status.conditions[0].status = 'False'
    },
  },
  {
    name: "k3s' own load balancer beside MetalLB",
    code: 'F07',
    check: 'one-controller',
    says: /servicelb/,
    fault: (world) => {
      const daemonSet = run.kubeProxy()
      world.planes.daemonSets.push({
        ...daemonSet,
        metadata: { namespace: 'kube-system', name: 'svclb-web-0a1b' },
      })
    },
  },
  {
    name: 'two installations of MetalLB',
    code: 'F07',
    check: 'one-controller',
    says: /2 installations of MetalLB: in lb-two and metallb-system/,
    fault: (world) => {
      const second = run.controller()
      world.planes.deployments.push({ ...second, metadata: { ...second.metadata, namespace: 'lb-two' } })
      const speaker = run.speaker()
      world.planes.daemonSets.push({ ...speaker, metadata: { ...speaker.metadata, namespace: 'lb-two' } })
      world.planes.secrets.push({
        ...make.secret('memberlist', 'Opaque'),
        metadata: { name: 'memberlist', namespace: 'lb-two' },
      })
      world.planes.pods.push(
        ...world.planes.pods
          .filter(({ metadata }) => metadata.namespace === 'metallb-system')
          .map((pod) => ({ ...pod, metadata: { ...pod.metadata, namespace: 'lb-two' } })),
      )
    },
    twin: (world) => {
      const second = run.controller()
      const container = {
        name: 'controller',
        image: 'quay.io/metallb/controller:v0.15.2',
        args: ['--lb-class=two'],
      }
      world.planes.deployments.push({
        ...second,
        metadata: { ...second.metadata, namespace: 'zz-two' },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: 'metallb' } },
          template: { spec: { containers: [container] } },
        },
      })
    },
  },
  {
    name: 'a Service whose address two controllers write',
    code: 'F07',
    check: 'one-controller',
    says: /written by several controllers: controller and cloud-controller-manager/,
    fault: (world) => {
      object(world, 'services', 'shop/web').metadata.managedFields = writers(
        'controller',
        'cloud-controller-manager',
      )
    },
    twin: (world) => {
      object(world, 'services', 'shop/web').metadata.managedFields = writers('controller')
    },
  },
  {
    name: "Cilium's pools beside MetalLB's",
    code: 'F07',
    check: 'one-controller',
    severity: 'warning',
    says: /Cilium hands out addresses/,
    fault: (world) =>
      void world.planes.foreign.push({
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumLoadBalancerIPPool',
        metadata: { name: 'blue' },
        spec: {},
      }),
  },
]

const writers = (...names: string[]) =>
  names.map((manager) => ({
    manager,
    operation: 'Update',
    subresource: 'status',
    fieldsV1: { 'f:status': { 'f:loadBalancer': { 'f:ingress': {} } } },
  }))
