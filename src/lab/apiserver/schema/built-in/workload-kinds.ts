// Pod, and Deployment and DaemonSet around it: what a load balancer's own manifests and its endpoints need.
import { POD_IPS } from './core-kinds.ts'
import {
  atomic,
  conditions,
  flag,
  integer,
  intOrString,
  keyedBy,
  keyedWithoutPatch,
  kindOf,
  labelSelector,
  listOf,
  long,
  mapOf,
  objectMeta,
  open,
  type RawSchema,
  struct,
  text,
  time,
} from './schema-words.ts'

const environment = struct({ name: text, value: text, valueFrom: open })

const container = struct({
  name: text,
  image: text,
  imagePullPolicy: text,
  command: listOf(text),
  args: listOf(text),
  workingDir: text,
  env: keyedBy(['name'], environment),
  envFrom: listOf(open),
  ports: keyedBy(
    ['containerPort', 'protocol'],
    struct({
      name: text,
      containerPort: integer,
      hostPort: integer,
      hostIP: text,
      protocol: { ...text, default: 'TCP' },
    }),
    'containerPort',
  ),
  resources: struct({
    limits: mapOf(text),
    requests: mapOf(text),
    claims: keyedWithoutPatch(['name'], open),
  }),
  securityContext: struct({
    privileged: flag,
    runAsUser: long,
    runAsNonRoot: flag,
    readOnlyRootFilesystem: flag,
    allowPrivilegeEscalation: flag,
    capabilities: struct({ add: listOf(text), drop: listOf(text) }),
    seccompProfile: struct({ type: text, localhostProfile: text }),
  }),
  volumeMounts: keyedBy(
    ['mountPath'],
    struct({ name: text, mountPath: text, subPath: text, readOnly: flag, mountPropagation: text }),
  ),
  livenessProbe: open,
  readinessProbe: open,
  startupProbe: open,
  lifecycle: open,
  terminationMessagePath: text,
  terminationMessagePolicy: text,
})

export const POD_SPEC: RawSchema = struct({
  containers: keyedBy(['name'], container),
  initContainers: keyedBy(['name'], container),
  volumes: {
    ...keyedBy(['name'], struct({ name: text })),
    // A volume has one source: another one takes the place of the old.
    'x-kubernetes-patch-strategy': 'merge,retainKeys',
  },
  nodeName: text,
  nodeSelector: atomic(mapOf(text)),
  affinity: open,
  tolerations: listOf(
    struct({ key: text, operator: text, value: text, effect: text, tolerationSeconds: long }),
  ),
  hostNetwork: flag,
  hostPID: flag,
  hostIPC: flag,
  hostAliases: keyedBy(['ip'], struct({ ip: text, hostnames: listOf(text) })),
  dnsPolicy: text,
  dnsConfig: open,
  restartPolicy: text,
  schedulerName: text,
  priorityClassName: text,
  priority: integer,
  serviceAccountName: text,
  serviceAccount: text,
  automountServiceAccountToken: flag,
  enableServiceLinks: flag,
  shareProcessNamespace: flag,
  terminationGracePeriodSeconds: long,
  imagePullSecrets: keyedBy(['name'], atomic(struct({ name: text }))),
  securityContext: struct({
    runAsUser: long,
    runAsNonRoot: flag,
    fsGroup: long,
    supplementalGroups: listOf(long),
    sysctls: listOf(struct({ name: text, value: text })),
    seccompProfile: struct({ type: text, localhostProfile: text }),
  }),
  topologySpreadConstraints: keyedBy(['topologyKey', 'whenUnsatisfiable'], open),
})

export const POD: RawSchema = kindOf({
  spec: POD_SPEC,
  status: struct({
    phase: text,
    reason: text,
    message: text,
    hostIP: text,
    hostIPs: {
      type: 'array',
      items: struct({ ip: text }),
      'x-kubernetes-list-type': 'atomic',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'ip',
    },
    podIP: text,
    podIPs: POD_IPS,
    startTime: time,
    conditions,
    containerStatuses: listOf(struct({ name: text, ready: flag, restartCount: integer, image: text })),
    qosClass: text,
  }),
})

const template = struct({ metadata: objectMeta, spec: POD_SPEC })

export const DEPLOYMENT: RawSchema = kindOf({
  spec: struct({
    replicas: integer,
    selector: labelSelector,
    template,
    strategy: {
      ...struct({
        type: text,
        rollingUpdate: struct({ maxUnavailable: intOrString, maxSurge: intOrString }),
      }),
      'x-kubernetes-patch-strategy': 'retainKeys',
    },
    minReadySeconds: integer,
    revisionHistoryLimit: integer,
    paused: flag,
    progressDeadlineSeconds: integer,
  }),
  status: struct({
    observedGeneration: long,
    replicas: integer,
    updatedReplicas: integer,
    readyReplicas: integer,
    availableReplicas: integer,
    unavailableReplicas: integer,
    conditions,
  }),
})

export const DAEMON_SET: RawSchema = kindOf({
  spec: struct({
    selector: labelSelector,
    template,
    updateStrategy: struct({
      type: text,
      rollingUpdate: struct({ maxUnavailable: intOrString, maxSurge: intOrString }),
    }),
    minReadySeconds: integer,
    revisionHistoryLimit: integer,
  }),
  status: struct({
    currentNumberScheduled: integer,
    numberMisscheduled: integer,
    desiredNumberScheduled: integer,
    numberReady: integer,
    observedGeneration: long,
    updatedNumberScheduled: integer,
    numberAvailable: integer,
    numberUnavailable: integer,
    conditions,
  }),
})
