// Kinds that MetalLB writes and people read.
import { describe, type Infer, kind } from './field.ts'

const fixed = (description: string) => ({ type: 'string', rules: ['value-fixed'], description }) as const
const SERVICE = {
  serviceName: fixed('name of the service'),
  serviceNamespace: fixed('namespace of the service'),
} as const
const EMPTY = describe({ type: 'object', description: 'not used', fields: {} })
const SERVICE_COLUMNS = [
  { name: 'Service Name', type: 'string', path: '.status.serviceName' },
  { name: 'Service Namespace', type: 'string', path: '.status.serviceNamespace' },
] as const

const l2Status = describe({
  type: 'object',
  description: 'the node that answers for a service',
  fields: {
    node: fixed('the node that announces'),
    ...SERVICE,
    interfaces: {
      type: 'list',
      description: 'where it announces; all interfaces when empty',
      items: {
        type: 'object',
        description: 'one interface',
        fields: { name: { type: 'string', description: 'its name' } },
      },
    },
  },
})
export const SERVICE_L2_STATUS = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'ServiceL2Status',
  plural: 'servicel2statuses',
  description: 'which node announces a service by ARP or NDP',
  since: '0.14.4',
  served: true,
  storage: true,
  spec: EMPTY,
  status: l2Status,
  columns: [{ name: 'Allocated Node', type: 'string', path: '.status.node' }, ...SERVICE_COLUMNS],
})

const bgpStatus = describe({
  type: 'object',
  description: 'the peers that a node announces a service to',
  fields: {
    node: fixed('the node that announces'),
    ...SERVICE,
    peers: {
      type: 'list',
      description: 'the BGPPeers it is meant to be announced to, whatever the state of their sessions',
      items: { type: 'string', description: 'name of a BGPPeer' },
    },
  },
})
export const SERVICE_BGP_STATUS = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'ServiceBGPStatus',
  plural: 'servicebgpstatuses',
  description: 'which peers a node announces a service to',
  since: '0.15.0',
  served: true,
  storage: true,
  spec: EMPTY,
  status: bgpStatus,
  columns: [{ name: 'Node', type: 'string', path: '.status.node' }, ...SERVICE_COLUMNS],
})

const configurationStatus = describe({
  type: 'object',
  description: 'whether the component could use the configuration',
  fields: {
    result: { type: 'string', enum: ['Valid', 'Invalid', 'Unknown'], description: 'the verdict' },
    errorSummary: { type: 'string', description: 'what was wrong, all of it' },
    conditions: {
      type: 'list',
      keys: ['type'],
      description: 'one condition for each part that reads configuration',
      items: {
        type: 'object',
        description: 'a condition as other Kubernetes kinds have it',
        fields: {
          type: {
            type: 'string',
            required: true,
            maxLength: 316,
            pattern:
              '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
            description: 'name of the condition',
          },
          status: {
            type: 'string',
            required: true,
            enum: ['True', 'False', 'Unknown'],
            description: 'its value',
          },
          reason: {
            type: 'string',
            required: true,
            minLength: 1,
            maxLength: 1024,
            pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
            description: 'why, as one word for programs',
          },
          message: { type: 'string', required: true, maxLength: 32768, description: 'why, for people' },
          lastTransitionTime: {
            type: 'string',
            required: true,
            format: 'date-time',
            description: 'when the value changed last',
          },
          observedGeneration: {
            type: 'integer',
            format: 'int64',
            min: 0,
            description: 'generation of the object that the condition is about',
          },
        },
      },
    },
  },
})
export const CONFIGURATION_STATE = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'ConfigurationState',
  plural: 'configurationstates',
  description: 'whether a controller or speaker could use the configuration',
  since: '0.15.3',
  served: true,
  storage: true,
  status: configurationStatus,
  columns: [
    { name: 'Result', type: 'string', path: '.status.result' },
    { name: 'ErrorSummary', type: 'string', path: '.status.errorSummary' },
    { name: 'Age', type: 'date', path: '.metadata.creationTimestamp' },
  ],
})

export type ServiceL2Status = Infer<typeof l2Status>
export type ServiceBGPStatus = Infer<typeof bgpStatus>
export type ConfigurationState = Infer<typeof configurationStatus>
