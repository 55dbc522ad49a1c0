import { boolean, integer, option, string } from '@oclif/core/flags'
import { VENDORS } from '../router/vendors/render.ts'
import { outputFlags, withEnvironment } from './command-flags.ts'

const MAX_ASN = 4_294_967_295
const OF_ONE_PEER = ['file', 'from-cluster']

export const bgpFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  'my-asn': integer({ description: 'AS number of this side', min: 1, max: MAX_ASN, exclusive: OF_ONE_PEER }),
  'peer-asn': integer({
    description: 'AS number that the peer should have',
    min: 1,
    max: MAX_ASN,
    exclusive: OF_ONE_PEER,
  }),
  port: integer({
    description: 'TCP port of the peer',
    min: 1,
    max: 65_535,
    default: 179,
    exclusive: OF_ONE_PEER,
  }),
  source: string({
    description: 'address of this host to connect from; as the route says by default',
    helpValue: 'IP',
    exclusive: OF_ONE_PEER,
  }),
  'router-id': string({
    description: 'BGP identifier of this side; taken from the node by default',
    helpValue: 'IP',
    exclusive: OF_ONE_PEER,
  }),
  'password-file': string({
    description: 'file with the TCP MD5 password; a line break at its end does not count',
    helpValue: 'FILE',
  }),
  interface: string({
    description:
      'interface or VRF to connect by; without a PEER, that on which to find the router (unnumbered)',
    helpValue: 'NAME',
    exclusive: OF_ONE_PEER,
  }),
  ttl: integer({ description: 'TTL of the packets; 255 for peers with GTSM', min: 1, max: 255 }),
  timeout: string({
    description: 'time for each connection attempt, and to listen',
    default: '3s',
    helpValue: 'TIME',
  }),
  file: string({
    char: 'f',
    description:
      'BGPPeers and the objects around them: file, directory, or "-" for stdin; more than once for several',
    helpValue: 'FILE|DIR',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'from-cluster': boolean({ description: 'the BGPPeers of the cluster' }),
  kubeconfig: string({
    description: 'path of the kubeconfig',
    helpValue: 'FILE',
    dependsOn: ['from-cluster'],
  }),
  context: string({
    description: 'context of the kubeconfig',
    helpValue: 'NAME',
    dependsOn: ['from-cluster'],
  }),
  namespace: string({ char: 'n', description: 'namespace that MetalLB runs in', helpValue: 'NAME' }),
  'node-name': string({
    description: 'name of this node, for the nodeSelectors; the name of the host by default',
    helpValue: 'NAME',
  }),
  handshake: boolean({
    description: 'also send an OPEN, up to Established; not beside a session that this host has',
  }),
  'show-routes': boolean({ description: 'list what the peer announces', dependsOn: ['handshake'] }),
  force: boolean({
    description: 'go on although this host has a session to the peer, which may lose it',
  }),
  vendor: option({
    options: VENDORS,
    description: "whose language the router's lines are in; that of FRR by default",
  })(),
  netns: string({ description: 'work in this network namespace', helpValue: 'NAME|PID' }),
  facts: string({
    description: 'judge the facts in a file that -o json wrote, and send nothing',
    helpValue: 'FILE',
    exclusive: ['watch', 'explain-plan', 'netns', 'handshake', 'file', 'from-cluster', 'password-file'],
  }),
  'explain-plan': boolean({ description: 'show each probe that would be sent, and send nothing' }),
  watch: boolean({
    description: 'until stopped: a line for each change of the session, and a summary',
    exclusive: ['explain-plan', 'handshake'],
  }),
  interval: string({ description: 'with --watch, time between two looks', default: '1s', helpValue: 'TIME' }),
})
