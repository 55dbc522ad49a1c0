// Flags of `diagnose all`, `check` and `diagnose service`.
import { boolean, option, string } from '@oclif/core/flags'
import { otherNodesFlags } from './agents/agent-flags.ts'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

export const CLUSTER_FORMATS = ['text', 'short', 'json', 'yaml', 'junit', 'sarif', 'markdown'] as const

const sources = {
  ...outputFlags(CLUSTER_FORMATS),
  file: string({
    char: 'f',
    multiple: true,
    multipleNonGreedy: true,
    description: 'judge the objects in these files instead of a cluster: a file, a directory or "-"',
    helpValue: 'FILE|DIR',
    exclusive: ['facts', 'bundle', 'kubeconfig', 'context'],
  }),
  facts: string({
    description: 'judge facts that --save-facts wrote, and ask nobody',
    helpValue: 'FILE',
    exclusive: ['kubeconfig', 'context', 'probe', 'watch', 'explain-plan'],
  }),
  bundle: string({
    description: 'judge what lbctl bundle put into this file, and ask nobody',
    helpValue: 'FILE',
    exclusive: ['facts', 'kubeconfig', 'context', 'probe', 'watch', 'explain-plan'],
  }),
  logs: string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'read this log, too: a file, as kubectl logs writes it, or "-" for stdin',
    helpValue: 'FILE',
    exclusive: ['facts', 'bundle'],
  }),
  'pod-logs': boolean({
    description: "read the logs of the load balancer's Pods of the last hour, too",
    exclusive: ['facts', 'bundle', 'file', 'logs'],
  }),
  'save-facts': string({
    description: 'also write the facts to this file, without secrets',
    helpValue: 'FILE',
  }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
  namespace: string({
    char: 'n',
    description: 'namespace that MetalLB runs in; found by its labels by default',
    helpValue: 'NAME',
  }),
  'node-name': string({
    description:
      'the Node that this host is, whose network is read, too; found by its addresses and name by default',
    helpValue: 'NODE',
    exclusive: ['facts', 'bundle', 'file'],
  }),
  only: repeatedString({
    description: 'only this code or check, or several with commas between them',
    helpValue: 'CODE',
  }),
  skip: repeatedString({
    description: 'without this code or check, or several with commas between them',
    helpValue: 'CODE',
  }),
  'fail-on': option({
    options: ['error', 'warning'] as const,
    default: 'error' as const,
    description: 'the mildest finding for which the exit code is 1',
  })(),
  wait: string({
    description: 'look again until nothing is wrong, at most for this time',
    helpValue: 'TIME',
    exclusive: ['facts', 'bundle', 'file'],
  }),
  watch: boolean({
    description: 'look again and again, and print whenever the answer changes',
    exclusive: ['facts', 'bundle', 'file', 'wait'],
  }),
  interval: string({
    description: 'with --wait and --watch, time between two looks',
    default: '5s',
    helpValue: 'TIME',
  }),
  'explain-plan': boolean({
    description: 'show what would be asked of the cluster and sent on the wire, and do nothing',
  }),
}

export const allFlags = withEnvironment({
  ...sources,
  ...otherNodesFlags,
  pre: boolean({
    description:
      'before anything is installed: what will work on this host and in this cluster, and which mode to choose',
  }),
})

export const serviceFlags = withEnvironment({
  ...sources,
  ...otherNodesFlags,
  probe: boolean({
    allowNo: true,
    description:
      'try the address from this host; done by default where CAP_NET_RAW allows it, and never with -f',
  }),
  from: string({
    description: 'whether loadBalancerSourceRanges let this client in; on a node, also the way back to it',
    helpValue: 'CLIENT',
  }),
  netns: string({ description: 'probe from this network namespace', helpValue: 'NAME|PID' }),
})
