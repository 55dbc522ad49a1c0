// BGP peers in both versions, and BFD profiles.
import { describe, type Infer, kind } from './field.ts'

const MAX_ASN = 4294967295
const asn = (description: string, min: 0 | 1 = 0) =>
  ({ type: 'integer', format: 'int64', min, max: MAX_ASN, description }) as const
const text = (description: string) => ({ type: 'string', description }) as const

const SESSION = {
  sourceAddress: text('local address to connect from'),
  holdTime: { type: 'duration', description: 'hold time to propose (90s when left out); 0s or at least 3s' },
  keepaliveTime: {
    type: 'duration',
    description: 'time between keepalives; a third of the hold time when left out',
  },
  routerID: text('BGP identifier of this side, as an IPv4 address; taken from the node when left out'),
  password: { type: 'string', secret: true, description: 'TCP MD5 password in plain text' },
  bfdProfile: text('name of the BFDProfile to watch the session with'),
  ebgpMultiHop: { type: 'boolean', description: 'the peer is of another AS and more than one hop away' },
} as const

const bgpPeerSpec = describe({
  type: 'object',
  description: 'a router that the nodes connect to',
  fields: {
    myASN: { ...asn('AS number of this side'), required: true },
    peerASN: asn('AS number of the router'),
    dynamicASN: {
      type: 'string',
      enum: ['internal', 'external'],
      since: '0.14.9',
      description: 'take whatever AS the router has: internal (the same as ours) or external (another one)',
    },
    localASN: {
      ...asn('AS number to show this router instead of myASN', 1),
      since: '0.16.0',
    },
    peerAddress: text('address of the router'),
    interface: {
      ...text('interface on which to find the router by its link-local address, instead of an address'),
      since: '0.15.0',
    },
    peerPort: {
      type: 'integer',
      min: 1,
      max: 16384,
      default: 179,
      description: 'TCP port of the router',
      hint: 'The resource definition takes ports up to 16384 only; let the router listen on a lower one, usually 179.',
    },
    connectTime: {
      type: 'duration',
      since: '0.14.4',
      rules: ['connect-time-range', 'connect-time-whole-seconds'],
      description: 'time between two attempts to connect',
    },
    nodeSelectors: {
      type: 'list',
      description: 'nodes that connect to this router; every node when left out',
      items: { type: 'selector', description: 'any one that matches is enough' },
    },
    passwordSecret: {
      type: 'object',
      atomic: true,
      description:
        'Secret of type kubernetes.io/basic-auth with the TCP MD5 password under the key "password"',
      fields: {
        name: text('name of the Secret'),
        namespace: text('namespace of the Secret; it has to be the one of MetalLB'),
      },
    },
    enableGracefulRestart: {
      type: 'boolean',
      since: '0.14.6',
      rules: ['graceful-restart-fixed'],
      description: 'ask the router to keep routes while the session restarts',
    },
    vrf: { ...text('host VRF that holds the interface towards the router'), since: '0.13.9' },
    disableMP: {
      type: 'boolean',
      default: false,
      since: '0.14.4',
      deprecated: 'disableMP has no effect any more: remove it, and see dualStackAddressFamily.',
      description: 'has no effect',
    },
    dualStackAddressFamily: {
      type: 'boolean',
      default: false,
      since: '0.15.0',
      description: 'exchange routes of both IP families over this one session',
    },
    ...SESSION,
  },
})

const COLUMNS = [
  { name: 'Address', type: 'string', path: '.spec.peerAddress' },
  { name: 'ASN', type: 'string', path: '.spec.peerASN' },
  { name: 'BFD Profile', type: 'string', path: '.spec.bfdProfile' },
  { name: 'Multi Hops', type: 'string', path: '.spec.ebgpMultiHop' },
] as const

export const BGP_PEER = kind({
  group: 'metallb.io',
  version: 'v1beta2',
  kind: 'BGPPeer',
  plural: 'bgppeers',
  description: 'a router to announce addresses to',
  since: '0.13.0',
  served: true,
  storage: true,
  spec: bgpPeerSpec,
  status: describe({ type: 'object', description: 'not used', fields: {} }),
  columns: COLUMNS,
})

const bgpPeerV1beta1Spec = describe({
  type: 'object',
  description: 'a router that the nodes connect to',
  fields: {
    myASN: { ...asn('AS number of this side'), required: true },
    peerASN: { ...asn('AS number of the router'), required: true },
    peerAddress: { ...text('address of the router'), required: true },
    peerPort: { type: 'integer', min: 0, max: 16384, description: 'TCP port of the router' },
    nodeSelectors: {
      type: 'list',
      description: 'nodes that connect to this router; every node when left out',
      items: { type: 'selector', strict: true, description: 'any one that matches is enough' },
    },
    ...SESSION,
  },
})

export const BGP_PEER_V1BETA1 = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'BGPPeer',
  plural: 'bgppeers',
  description: 'a router to announce addresses to, in the older version',
  since: '0.13.0',
  deprecated: 'BGPPeer v1beta1 is deprecated; v1beta2 has everything that it has, and more.',
  served: true,
  storage: false,
  spec: bgpPeerV1beta1Spec,
  status: describe({ type: 'object', description: 'not used', fields: {} }),
  columns: COLUMNS,
})

const milliseconds = (description: string) =>
  ({
    type: 'integer',
    format: 'int32',
    min: 10,
    max: 60000,
    description: `${description}, in milliseconds`,
  }) as const

const bfdProfileSpec = describe({
  type: 'object',
  description: 'how fast a dead path is noticed',
  fields: {
    receiveInterval: milliseconds('shortest time between control packets that this side can receive (300)'),
    transmitInterval: milliseconds('shortest time between control packets that this side sends (300)'),
    detectMultiplier: {
      type: 'integer',
      format: 'int32',
      min: 2,
      max: 255,
      description: 'packets that may be missing before the session is down',
    },
    echoMode: { type: 'boolean', description: 'test the path with packets that the router sends back' },
    echoInterval: milliseconds('shortest time between echo packets that this side can receive (50)'),
    passiveMode: { type: 'boolean', description: 'wait for the router to speak first' },
    minimumTtl: {
      type: 'integer',
      format: 'int32',
      min: 1,
      max: 254,
      description: 'lowest TTL that packets of a multihop session may arrive with',
    },
  },
})

export const BFD_PROFILE = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'BFDProfile',
  plural: 'bfdprofiles',
  description: 'settings for BFD beside a BGP session',
  since: '0.13.0',
  served: true,
  storage: true,
  spec: bfdProfileSpec,
  status: describe({ type: 'object', description: 'not used', fields: {} }),
  columns: [
    { name: 'Passive Mode', type: 'boolean', path: '.spec.passiveMode' },
    { name: 'Transmit Interval', type: 'integer', path: '.spec.transmitInterval' },
    { name: 'Receive Interval', type: 'integer', path: '.spec.receiveInterval' },
    { name: 'Multiplier', type: 'integer', path: '.spec.detectMultiplier' },
  ],
})

export type BGPPeerSpec = Infer<typeof bgpPeerSpec>
export type BGPPeerV1beta1Spec = Infer<typeof bgpPeerV1beta1Spec>
export type BFDProfileSpec = Infer<typeof bfdProfileSpec>
