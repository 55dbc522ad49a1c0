// Shapes of the built-in kinds that this server looks into. Source: the API reference of Kubernetes 1.33.
import type { Shape } from '../registry/shape.ts'

const OBJECT_REFERENCE: Shape = {
  struct: 'ObjectReference',
  fields: {
    kind: 'text',
    namespace: 'text',
    name: 'text',
    uid: 'text',
    apiVersion: 'text',
    resourceVersion: 'text',
    fieldPath: 'text',
  },
}
const CONDITION: Shape = {
  struct: 'Condition',
  fields: {
    type: 'text',
    status: 'text',
    observedGeneration: 'int',
    lastTransitionTime: 'time',
    reason: 'text',
    message: 'text',
  },
}
export const SERVICE: Shape = {
  struct: 'Service',
  fields: {
    spec: {
      struct: 'ServiceSpec',
      fields: {
        ports: {
          list: {
            struct: 'ServicePort',
            fields: {
              name: 'text',
              protocol: 'text',
              appProtocol: 'text',
              port: 'int',
              targetPort: 'port',
              nodePort: 'int',
            },
          },
        },
        selector: { map: 'text' },
        clusterIP: 'text',
        clusterIPs: { list: 'text' },
        type: 'text',
        externalIPs: { list: 'text' },
        sessionAffinity: 'text',
        loadBalancerIP: 'text',
        loadBalancerSourceRanges: { list: 'text' },
        externalName: 'text',
        externalTrafficPolicy: 'text',
        healthCheckNodePort: 'int',
        publishNotReadyAddresses: 'bool',
        sessionAffinityConfig: {
          struct: 'SessionAffinityConfig',
          fields: { clientIP: { struct: 'ClientIPConfig', fields: { timeoutSeconds: 'int' } } },
        },
        ipFamilies: { list: 'text' },
        ipFamilyPolicy: 'text',
        allocateLoadBalancerNodePorts: 'bool',
        loadBalancerClass: 'text',
        internalTrafficPolicy: 'text',
        trafficDistribution: 'text',
      },
    },
    status: {
      struct: 'ServiceStatus',
      fields: {
        loadBalancer: {
          struct: 'LoadBalancerStatus',
          fields: {
            ingress: {
              list: {
                struct: 'LoadBalancerIngress',
                fields: {
                  ip: 'text',
                  hostname: 'text',
                  ipMode: 'text',
                  ports: {
                    list: { struct: 'PortStatus', fields: { port: 'int', protocol: 'text', error: 'text' } },
                  },
                },
              },
            },
          },
        },
        conditions: { list: CONDITION },
      },
    },
  },
}
export const CONFIG_MAP: Shape = {
  struct: 'ConfigMap',
  fields: { immutable: 'bool', data: { map: 'text' }, binaryData: { map: 'bytes' } },
}
export const SECRET: Shape = {
  struct: 'Secret',
  fields: { immutable: 'bool', data: { map: 'bytes' }, stringData: { map: 'text' }, type: 'text' },
}
export const LEASE: Shape = {
  struct: 'Lease',
  fields: {
    spec: {
      struct: 'LeaseSpec',
      fields: {
        holderIdentity: 'text',
        leaseDurationSeconds: 'int',
        acquireTime: 'micro',
        renewTime: 'micro',
        leaseTransitions: 'int',
        strategy: 'text',
        preferredHolder: 'text',
      },
    },
  },
}
export const NAMESPACE: Shape = {
  struct: 'Namespace',
  fields: {
    spec: { struct: 'NamespaceSpec', fields: { finalizers: { list: 'text' } } },
    status: { struct: 'NamespaceStatus', fields: { phase: 'text', conditions: { list: CONDITION } } },
  },
}
const EVENT_SERIES: Shape = { struct: 'EventSeries', fields: { count: 'int', lastObservedTime: 'micro' } }
const EVENT_SOURCE: Shape = { struct: 'EventSource', fields: { component: 'text', host: 'text' } }
export const CORE_EVENT: Shape = {
  struct: 'Event',
  fields: {
    involvedObject: OBJECT_REFERENCE,
    reason: 'text',
    message: 'text',
    source: EVENT_SOURCE,
    firstTimestamp: 'time',
    lastTimestamp: 'time',
    count: 'int',
    type: 'text',
    eventTime: 'micro',
    series: EVENT_SERIES,
    action: 'text',
    related: OBJECT_REFERENCE,
    reportingComponent: 'text',
    reportingInstance: 'text',
  },
}
export const NEW_EVENT: Shape = {
  struct: 'Event',
  fields: {
    eventTime: 'micro',
    series: EVENT_SERIES,
    reportingController: 'text',
    reportingInstance: 'text',
    action: 'text',
    reason: 'text',
    regarding: OBJECT_REFERENCE,
    related: OBJECT_REFERENCE,
    note: 'text',
    type: 'text',
    deprecatedSource: EVENT_SOURCE,
    deprecatedFirstTimestamp: 'time',
    deprecatedLastTimestamp: 'time',
    deprecatedCount: 'int',
  },
}
const HINT: Shape = { struct: 'ForZone', fields: { name: 'text' } }
export const ENDPOINT_SLICE: Shape = {
  struct: 'EndpointSlice',
  fields: {
    addressType: 'text',
    endpoints: {
      list: {
        struct: 'Endpoint',
        fields: {
          addresses: { list: 'text' },
          conditions: {
            struct: 'EndpointConditions',
            fields: { ready: 'bool', serving: 'bool', terminating: 'bool' },
          },
          hostname: 'text',
          targetRef: OBJECT_REFERENCE,
          deprecatedTopology: { map: 'text' },
          nodeName: 'text',
          zone: 'text',
          hints: { struct: 'EndpointHints', fields: { forZones: { list: HINT }, forNodes: { list: HINT } } },
        },
      },
    },
    ports: {
      list: {
        struct: 'EndpointPort',
        fields: { name: 'text', protocol: 'text', port: 'int', appProtocol: 'text' },
      },
    },
  },
}
