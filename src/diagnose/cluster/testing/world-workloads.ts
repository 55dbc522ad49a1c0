// Workloads and Pods as an API server has them, for tests.
import type { KubeObject } from '../../../config/kube-object.ts'
import { NAMESPACE, type Spec, split } from './world-objects.ts'

const labels = (component: string): Record<string, string> => ({ app: 'metallb', component })

export const speaker = (
  tag = 'v0.15.2',
  args: string[] = ['--port=7472', '--log-level=info'],
  env: Spec[] = [],
): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'speaker', namespace: NAMESPACE, labels: labels('speaker') },
  spec: {
    selector: { matchLabels: labels('speaker') },
    template: {
      spec: {
        containers: [
          {
            name: 'speaker',
            image: `quay.io/metallb/speaker:${tag}`,
            args,
            env: [
              { name: 'METALLB_ML_BIND_ADDR', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              ...env,
            ],
          },
        ],
        volumes: [{ name: 'memberlist', secret: { secretName: 'memberlist' } }],
      },
    },
  },
  status: daemonSetStatus(3, 3),
})

export const daemonSetStatus = (desired: number, ready: number): Spec => ({
  desiredNumberScheduled: desired,
  currentNumberScheduled: desired,
  updatedNumberScheduled: desired,
  numberReady: ready,
  numberAvailable: ready,
  observedGeneration: 1,
})

export const controller = (tag = 'v0.15.2'): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'controller', namespace: NAMESPACE, labels: labels('controller') },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels('controller') },
    template: {
      spec: {
        containers: [
          { name: 'controller', image: `quay.io/metallb/controller:${tag}`, args: ['--port=7472'] },
        ],
      },
    },
  },
  status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
})

export const kubeProxy = (): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
  spec: { selector: { matchLabels: { 'k8s-app': 'kube-proxy' } } },
  status: daemonSetStatus(3, 3),
})

export const pod = (
  key: string,
  nodeName: string,
  podLabels: Record<string, string>,
  ready = true,
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...split(key), labels: podLabels },
  spec: { nodeName, containers: [{ name: 'main', image: 'example.invalid/main:1' }] },
  status: {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-02-01T00:00:00Z' },
    ],
    containerStatuses: [{ name: 'main', ready, restartCount: 0, state: { running: {} } }],
  },
})

export const speakerPod = (nodeName: string): KubeObject =>
  pod(`${NAMESPACE}/speaker-${nodeName}`, nodeName, labels('speaker'))
export const controllerPod = (nodeName: string): KubeObject =>
  pod(`${NAMESPACE}/controller-1`, nodeName, labels('controller'))
export const proxyPod = (nodeName: string): KubeObject =>
  pod(`kube-system/kube-proxy-${nodeName}`, nodeName, { 'k8s-app': 'kube-proxy' })
export const appPod = (app: string, nodeName: string): KubeObject =>
  pod(`shop/${app}-${nodeName}`, nodeName, { app })
