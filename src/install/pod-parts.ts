// What the pods of both components have in common.
import { PORTS, selectorOf } from './names.ts'
import type { InstallOptions } from './options.ts'

/** A variable that Kubernetes fills in from the pod. */
export const fromField = (name: string, fieldPath: string) => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
})

/** Under MetalLB's names, so that whoever knows its manifests finds them again. */
export const POD_ENVIRONMENT = [
  fromField('METALLB_NAMESPACE', 'metadata.namespace'),
  fromField('METALLB_POD_NAME', 'metadata.name'),
] as const

/** Flags that both components take. */
export function sharedArguments(options: InstallOptions): readonly string[] {
  return [
    '--log-format=json',
    `--log-level=${options.logLevel}`,
    ...(options.loadBalancerClass === undefined ? [] : [`--lb-class=${options.loadBalancerClass}`]),
  ]
}

/** Everything is taken away; `add` is what the process cannot do without. */
export const containerSecurity = (add: readonly string[]) => ({
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'], ...(add.length === 0 ? {} : { add }) },
})

export const SECCOMP = { type: 'RuntimeDefault' } as const

/** `host`: where kubelet connects to; the address of the pod when left out. */
export const probes = (host?: string) => {
  const get = (path: string) => ({
    httpGet: { path, port: PORTS.metrics, ...(host === undefined ? {} : { host }) },
    periodSeconds: 10,
    timeoutSeconds: 5,
  })
  return {
    // A start may wait for the API server; that is no reason to be killed.
    startupProbe: { ...get('/healthz'), periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { ...get('/healthz'), failureThreshold: 3 },
    readinessProbe: { ...get('/readyz'), failureThreshold: 3 },
  }
}

export const podMetadata = (component: 'speaker' | 'controller') => ({ labels: selectorOf(component) })

export const pullSecrets = ({ imagePullSecrets }: InstallOptions) =>
  imagePullSecrets.length === 0 ? {} : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }

/** The control plane's nodes are nodes too. */
export const CONTROL_PLANE_TOLERATIONS = [
  { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node-role.kubernetes.io/master', operator: 'Exists', effect: 'NoSchedule' },
] as const
