// What each component may do, and why. Every verb has its reason; what has none is not granted. Rights in the namespace of the
// configuration are a Role; only what concerns objects of all namespaces is a ClusterRole.
import {
  CONTROLLER,
  CONVERTED_CRD,
  LEASE,
  MEMBERLIST_SECRET,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_SECRET,
} from './names.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

export interface Right {
  readonly group: string
  readonly resources: readonly string[]
  /** the only objects that it is for; `create` cannot be bound to names, since the API server does not know them yet */
  readonly names?: readonly string[]
  readonly verbs: Readonly<Partial<Record<Verb, string>>>
}

export interface Rights {
  readonly cluster: readonly Right[]
  readonly namespace: readonly Right[]
}

const METALLB = 'metallb.io'
const CONFIGURATION = [
  'bfdprofiles',
  'bgpadvertisements',
  'bgppeers',
  'communities',
  'ipaddresspools',
  'l2advertisements',
]

const follow = (what: string) => ({ list: `to know ${what} at the start`, watch: 'to see what changes' })
const writeEvents: Right = {
  group: '',
  resources: ['events'],
  verbs: { create: 'to say at a Service what became of it', patch: 'to count an event that comes again' },
}
const configuration: Right = {
  group: METALLB,
  resources: CONFIGURATION,
  verbs: follow('the configuration'),
}
const ownPod: Right = {
  group: '',
  resources: ['pods'],
  verbs: { get: 'to read the own uid: what this pod reports belongs to it, and goes with it' },
}
const configurationState = (also: Right['verbs']): readonly Right[] => [
  {
    group: METALLB,
    resources: ['configurationstates'],
    verbs: {
      ...also,
      create: 'to report for the first time: an apply of what is not there wants it besides',
      patch: 'to report, by server-side apply',
    },
  },
  {
    group: METALLB,
    resources: ['configurationstates/status'],
    verbs: { patch: 'to say whether the configuration can be used' },
  },
]

export const SPEAKER_RIGHTS: Rights = {
  cluster: [
    { group: '', resources: ['services'], verbs: follow('which addresses are to be announced') },
    {
      group: 'discovery.k8s.io',
      resources: ['endpointslices'],
      verbs: follow('where the ready endpoints are'),
    },
    { group: '', resources: ['nodes'], verbs: follow('the other nodes, their labels and conditions') },
    writeEvents,
  ],
  namespace: [
    configuration,
    {
      group: '',
      resources: ['secrets'],
      verbs: {
        get: 'to read the password of a BGPPeer that names a Secret',
        list: 'the same at the start: the names are chosen by whoever writes the BGPPeer',
        watch: 'to see a password change',
      },
    },
    {
      ...ownPod,
      verbs: { ...ownPod.verbs, list: 'to find the other speakers, MetalLB’s among them, for the gossip' },
    },
    {
      group: METALLB,
      resources: ['servicel2statuses', 'servicebgpstatuses'],
      verbs: {
        list: 'to find what an earlier life of this speaker wrote',
        watch: 'to notice that a report was deleted or changed',
        create: 'to report a Service that this node began to announce',
        delete: 'to take the report away when the node announces no more',
      },
    },
    {
      group: METALLB,
      resources: ['servicel2statuses/status', 'servicebgpstatuses/status'],
      verbs: { patch: 'to fill a report in' },
    },
    ...configurationState({
      list: 'to see whether the own report is there',
      watch: 'to notice that it was deleted, and write it again',
    }),
  ],
}

/** What the controller needs in any case, and what it needs to serve webhooks. */
export const CONTROLLER_RIGHTS: Rights = {
  cluster: [
    {
      group: '',
      resources: ['services'],
      verbs: follow('which Services want an address'),
    },
    {
      group: '',
      resources: ['services/status'],
      verbs: {
        patch:
          'to give a Service its address and the annotation of the pool in one write, guarded by a version',
      },
    },
    { group: '', resources: ['namespaces'], verbs: follow('the labels by which pools choose namespaces') },
    {
      group: '',
      resources: ['nodes'],
      verbs: follow('the nodes that selectors of peers and advertisements mean'),
    },
    writeEvents,
  ],
  namespace: [
    configuration,
    {
      group: METALLB,
      resources: ['ipaddresspools/status'],
      verbs: { patch: 'to count the addresses in use' },
    },
    ...configurationState({
      get: 'to write nothing when it says so already',
      list: 'to see whether the own report is there',
      watch: 'to notice that it was deleted, and write it again',
    }),
    {
      group: '',
      resources: ['pods'],
      verbs: {
        list: 'to see whether a controller of MetalLB runs, and which speakers can be asked who is on a link',
      },
    },
    {
      group: '',
      resources: ['secrets'],
      names: [MEMBERLIST_SECRET],
      verbs: {
        get: 'to see whether the key of the gossip is there, and to prove to speakers that it is known',
      },
    },
    {
      group: '',
      resources: ['secrets'],
      verbs: { create: 'to make the key of the gossip, and the certificate of the webhooks' },
    },
    {
      group: 'apps',
      resources: ['deployments'],
      names: [CONTROLLER],
      verbs: { get: 'to read its uid: the Secrets made here belong to it, and go with it' },
    },
    {
      group: 'coordination.k8s.io',
      resources: ['leases'],
      names: [LEASE],
      verbs: {
        get: 'to see who leads',
        list: 'to know of the lease at the start',
        watch: 'to see at once when it is given up',
        update: 'to lead, to go on leading, and to give the lead up, guarded by a version',
      },
    },
    { group: 'coordination.k8s.io', resources: ['leases'], verbs: { create: 'to lead for the first time' } },
  ],
}

export const WEBHOOK_RIGHTS: Rights = {
  cluster: [
    {
      group: 'admissionregistration.k8s.io',
      resources: ['validatingwebhookconfigurations'],
      names: [WEBHOOK_CONFIGURATION],
      verbs: {
        get: 'to see which certificate the API server trusts',
        patch: 'to have it trust the one that is served',
      },
    },
    {
      group: 'apiextensions.k8s.io',
      resources: ['customresourcedefinitions'],
      names: [CONVERTED_CRD],
      verbs: {
        get: 'to see which certificate the API server trusts for conversions',
        patch: 'to have it trust the one that is served',
      },
    },
  ],
  namespace: [
    {
      group: '',
      resources: ['secrets'],
      names: [WEBHOOK_SECRET],
      verbs: {
        get: 'to serve the certificate that the other replica made',
        update: 'to renew it before it ends, guarded by a version',
      },
    },
  ],
}
