import { boolean, integer, option, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

const sources = {
  file: string({
    char: 'f',
    multiple: true,
    multipleNonGreedy: true,
    description: 'pools, Services and Namespaces: a file, a directory or "-", more than once for several',
    helpValue: 'FILE|DIR',
  }),
  'from-cluster': boolean({ description: 'read pools, Services and Namespaces from the cluster' }),
  bundle: string({
    description: 'read what lbctl bundle put into this file, and ask nobody',
    helpValue: 'FILE',
    exclusive: ['file', 'from-cluster', 'kubeconfig', 'context'],
  }),
  'lb-class': string({
    description: 'look at Services of this loadBalancerClass; by default at those without one',
    helpValue: 'NAME',
  }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
}

export const surveyFlags = withEnvironment({ ...outputFlags(['text', 'json']), ...sources })

export const freeFlags = withEnvironment({
  ...outputFlags(['text', 'lines', 'json']),
  ...sources,
  family: option({
    options: ['ipv4', 'ipv6', 'all'] as const,
    description: 'addresses of this IP family',
    default: 'all' as const,
  })(),
  count: integer({
    description: 'as many single addresses, the first that are free; exit code 1 when there are fewer',
    helpValue: 'NUMBER',
    min: 1,
    max: 65_536,
  }),
})

export const nextFlags = withEnvironment({
  ...surveyFlags,
  namespace: string({
    char: 'n',
    description: 'namespace of the Service',
    default: 'default',
    helpValue: 'NAME',
  }),
  label: repeatedString({
    char: 'l',
    description: 'label of the Service, more than once for several',
    helpValue: 'KEY=VALUE',
  }),
  family: option({
    options: ['ipv4', 'ipv6', 'dual'] as const,
    description: 'IP families of the Service; dual is both or none',
    default: 'ipv4' as const,
  })(),
  pool: string({ description: 'pool that the Service asks for', helpValue: 'NAME' }),
})

export const simulateFlags = withEnvironment({
  ...surveyFlags,
  'lb-class': string({
    description:
      'look at Services of this loadBalancerClass; by default of that of the speakers, with files at those without one',
    helpValue: 'NAME',
  }),
  drain: repeatedString({
    description: 'take this node out, as for maintenance: its Pods are evicted and it goes down',
    helpValue: 'NODE',
  }),
  'delete-pool': repeatedString({ description: 'delete this IPAddressPool', helpValue: 'POOL' }),
  apply: repeatedString({
    description: 'apply the objects in this file or directory',
    helpValue: 'FILE|DIR',
  }),
  'upgrade-to': string({ description: 'upgrade MetalLB to this release', helpValue: 'RELEASE' }),
  'compat-version': string({
    description: 'release of MetalLB that announces now; by default that of the cluster, or the newest',
    helpValue: 'RELEASE',
  }),
  nodes: string({
    description:
      'Nodes of the cluster, as "kubectl get nodes -o json" prints them, or lines of NAME and addresses',
    helpValue: 'FILE',
  }),
  'ignore-exclude-lb': boolean({
    description: 'the speakers run with --ignore-exclude-lb: nodes labelled as excluded count, too',
  }),
  all: boolean({ description: 'list the Services, too, for which nothing changes' }),
})
