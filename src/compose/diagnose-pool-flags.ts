import { boolean, integer, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

export const poolFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  file: string({
    char: 'f',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'pools, advertisements, Services and Nodes: a file, a directory or "-", more than once for several',
    helpValue: 'FILE|DIR',
  }),
  services: repeatedString({
    description: 'Services of the cluster, as "kubectl get services -A -o json" prints them',
    helpValue: 'FILE',
  }),
  nodes: string({
    description:
      'Nodes of the cluster, as "kubectl get nodes -o json" prints them, or lines of NAME and addresses',
    helpValue: 'FILE',
  }),
  'from-cluster': boolean({ description: 'read pools, Services and Nodes from the cluster' }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
  interface: repeatedString({
    description: 'ask on this interface, more than once for several; as the routes say by default',
    helpValue: 'NAME',
  }),
  rate: integer({
    description: 'most probes per second, all interfaces together',
    default: 100,
    min: 1,
    max: 10_000,
  }),
  rounds: integer({
    description: 'how often an address that stays silent is asked for',
    default: 2,
    min: 1,
    max: 10,
  }),
  timeout: string({ description: 'time to wait after the last probe', default: '500ms', helpValue: 'TIME' }),
  netns: string({ description: 'work in this network namespace', helpValue: 'NAME|PID' }),
})
