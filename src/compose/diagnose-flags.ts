import { boolean, integer, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

/** Of `diagnose arp` and `diagnose ndp`. */
export const linkFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  interface: repeatedString({
    description: 'ask on this interface, more than once for several, or "all"; as the route says by default',
    helpValue: 'NAME',
  }),
  source: string({
    description: 'address of this host to ask from; by default the unspecified one, which changes no tables',
    helpValue: 'IP',
  }),
  count: integer({ description: 'probes; 3 by default, with --watch until stopped', min: 1, max: 100_000 }),
  interval: string({
    description: 'time between probes while nobody answers',
    default: '1s',
    helpValue: 'TIME',
  }),
  timeout: string({ description: 'time to wait after the last probe', default: '1s', helpValue: 'TIME' }),
  vlan: integer({ description: 'tag the probes with this VLAN', min: 1, max: 4094, helpValue: 'ID' }),
  unicast: string({ description: 'ask this hardware address alone', helpValue: 'MAC' }),
  port: integer({ description: 'also make a TCP connection to this port', min: 1, max: 65_535 }),
  netns: string({ description: 'work in this network namespace', helpValue: 'NAME|PID' }),
  nodes: string({
    description:
      'Nodes of the cluster, as "kubectl get nodes -o json" prints them, or lines of NAME and addresses',
    helpValue: 'FILE',
  }),
  kubeconfig: string({
    description: 'take the Nodes from the cluster of this kubeconfig',
    helpValue: 'FILE',
    exclusive: ['nodes'],
  }),
  context: string({
    description: 'take the Nodes from the cluster of this context',
    helpValue: 'NAME',
    exclusive: ['nodes'],
  }),
  facts: string({
    description: 'judge the facts in a file that -o json wrote, and send nothing',
    helpValue: 'FILE',
    exclusive: [
      'watch',
      'explain-plan',
      'interface',
      'port',
      'unicast',
      'netns',
      'nodes',
      'kubeconfig',
      'context',
    ],
  }),
  'explain-plan': boolean({ description: 'show each probe that would be sent, and send nothing' }),
  watch: boolean({
    description: 'ask until stopped, with a line for each change of owner and a summary',
    exclusive: ['explain-plan', 'port', 'nodes', 'kubeconfig', 'context'],
  }),
})
