// Service, Node, Namespace, ConfigMap, Secret, ServiceAccount, Event, Endpoints of v1.
import {
  atomic,
  bytes,
  conditions,
  flag,
  integer,
  intOrString,
  keyedBy,
  kindOf,
  listOf,
  long,
  mapOf,
  type RawSchema,
  reference,
  setOf,
  struct,
  text,
  time,
} from './schema-words.ts'

const servicePort = struct({
  name: text,
  protocol: { ...text, default: 'TCP' },
  port: integer,
  targetPort: intOrString,
  nodePort: integer,
  appProtocol: text,
})

export const SERVICE: RawSchema = kindOf({
  spec: struct({
    ports: keyedBy(['port', 'protocol'], servicePort, 'port'),
    selector: atomic(mapOf(text)),
    type: text,
    clusterIP: text,
    clusterIPs: listOf(text),
    ipFamilies: listOf(text),
    ipFamilyPolicy: text,
    externalIPs: listOf(text),
    externalName: text,
    externalTrafficPolicy: text,
    internalTrafficPolicy: text,
    trafficDistribution: text,
    sessionAffinity: text,
    sessionAffinityConfig: struct({ clientIP: struct({ timeoutSeconds: integer }) }),
    loadBalancerIP: text,
    loadBalancerClass: text,
    loadBalancerSourceRanges: listOf(text),
    allocateLoadBalancerNodePorts: flag,
    healthCheckNodePort: integer,
    publishNotReadyAddresses: flag,
  }),
  status: struct({
    loadBalancer: struct({
      ingress: listOf(
        struct({
          ip: text,
          hostname: text,
          ipMode: text,
          ports: listOf(struct({ port: integer, protocol: text, error: text })),
        }),
      ),
    }),
    conditions,
  }),
})

export const NODE: RawSchema = kindOf({
  spec: struct({
    podCIDR: text,
    podCIDRs: setOf(text),
    providerID: text,
    unschedulable: flag,
    taints: listOf(struct({ key: text, value: text, effect: text, timeAdded: time })),
  }),
  status: struct({
    addresses: keyedBy(['type'], struct({ type: text, address: text })),
    conditions,
    allocatable: mapOf(text),
    capacity: mapOf(text),
    phase: text,
    daemonEndpoints: struct({ kubeletEndpoint: struct({ Port: integer }) }),
    nodeInfo: struct({
      machineID: text,
      systemUUID: text,
      bootID: text,
      kernelVersion: text,
      osImage: text,
      containerRuntimeVersion: text,
      kubeletVersion: text,
      kubeProxyVersion: text,
      operatingSystem: text,
      architecture: text,
    }),
    images: listOf(struct({ names: listOf(text), sizeBytes: long })),
    volumesInUse: listOf(text),
  }),
})

export const NAMESPACE: RawSchema = kindOf({
  spec: struct({ finalizers: listOf(text) }),
  status: struct({ phase: text, conditions }),
})

export const CONFIG_MAP: RawSchema = kindOf({
  data: mapOf(text),
  binaryData: mapOf(bytes),
  immutable: flag,
})

export const SECRET: RawSchema = kindOf({
  data: mapOf(bytes),
  stringData: mapOf(text),
  type: text,
  immutable: flag,
})

export const SERVICE_ACCOUNT: RawSchema = kindOf({
  secrets: keyedBy(['name'], reference),
  imagePullSecrets: listOf(struct({ name: text })),
  automountServiceAccountToken: flag,
})

export const EVENT: RawSchema = kindOf({
  involvedObject: reference,
  related: reference,
  reason: text,
  message: text,
  type: text,
  action: text,
  count: integer,
  firstTimestamp: time,
  lastTimestamp: time,
  eventTime: time,
  source: struct({ component: text, host: text }),
  series: struct({ count: integer, lastObservedTime: time }),
  reportingComponent: text,
  reportingInstance: text,
})

/** events.k8s.io/v1: the same object in other words. */
export const NEW_EVENT: RawSchema = kindOf({
  regarding: reference,
  related: reference,
  reason: text,
  note: text,
  type: text,
  action: text,
  eventTime: time,
  series: struct({ count: integer, lastObservedTime: time }),
  reportingController: text,
  reportingInstance: text,
  deprecatedSource: struct({ component: text, host: text }),
  deprecatedFirstTimestamp: time,
  deprecatedLastTimestamp: time,
  deprecatedCount: integer,
})

const endpointAddress = atomic(struct({ ip: text, hostname: text, nodeName: text, targetRef: reference }))

export const ENDPOINTS: RawSchema = kindOf({
  subsets: listOf(
    struct({
      addresses: listOf(endpointAddress),
      notReadyAddresses: listOf(endpointAddress),
      ports: listOf(struct({ name: text, port: integer, protocol: text, appProtocol: text })),
    }),
  ),
})

export const POD_IPS: RawSchema = keyedBy(['ip'], struct({ ip: text }))
