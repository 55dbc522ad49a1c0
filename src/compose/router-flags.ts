import { boolean, integer, option, string } from '@oclif/core/flags'
import { CHECKED_VENDORS } from '../router/check/read-router.ts'
import { VENDORS } from '../router/vendors/render.ts'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

/** What says how the cluster is made, for `router config` and `router check`. */
const clusterInput = {
  file: repeatedString({
    char: 'f',
    description: 'files or directories with the objects of MetalLB and the Nodes; "-" for stdin',
    helpValue: 'FILE',
  }),
  'from-cluster': boolean({ description: 'take the objects and the Nodes from the cluster' }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
  nodes: string({
    description:
      'Nodes of the cluster, as "kubectl get nodes -o json" prints them, or lines of NAME and addresses',
    helpValue: 'FILE',
  }),
  node: repeatedString({
    description: "a node and the address that it connects from, or the router's interface towards it",
    helpValue: 'NAME=ADDRESS',
  }),
  peer: repeatedString({
    description: 'BGPPeers of one router; without it, each address is a router of its own',
    helpValue: 'NAME',
  }),
  'router-asn': integer({
    description: 'AS number of the router, where the BGPPeer has dynamicASN: external',
    min: 1,
    max: 4_294_967_295,
  }),
}

export const routerConfigFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  ...clusterInput,
  vendor: option({ options: VENDORS, description: 'whose syntax to write' })(),
  'router-id': string({
    description: 'BGP identifier to set; left alone by default, because a change resets every session',
    helpValue: 'IP',
  }),
  prefix: string({
    description: 'what the names of filters and profiles begin with',
    default: 'metallb',
    helpValue: 'NAME',
  }),
  'ttl-security': integer({
    description: 'accept only segments from at most this many hops away (RFC 5082); MetalLB cannot do it',
    min: 1,
    max: 254,
    helpValue: 'HOPS',
  }),
  'advertise-default': boolean({ description: 'announce a default route to the nodes' }),
  'password-file': repeatedString({
    description: 'write the password in this file into the result, for one BGPPeer or for all',
    helpValue: '[PEER=]FILE',
  }),
  'show-passwords': boolean({ description: 'write passwords that stand in BGPPeers into the result' }),
})

export const routerCheckFlags = withEnvironment({
  ...outputFlags(['text', 'json', 'sarif', 'junit', 'github']),
  ...clusterInput,
  vendor: option({
    options: CHECKED_VENDORS,
    description: 'whose syntax the configuration has; found out by default',
  })(),
  'ttl-security': integer({
    description: 'the nodes send with TTL 255 and are at most this many hops away',
    min: 1,
    max: 254,
    helpValue: 'HOPS',
  }),
  strict: boolean({ description: 'notes fail too, not only errors and warnings' }),
})
