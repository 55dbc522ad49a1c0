import { boolean, option, string } from '@oclif/core/flags'
import { LOG_LEVELS } from '../../speaker/report/log-record.ts'
import { outputFlags, repeatedString, withEnvironment } from '../command-flags.ts'

const cluster = {
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
  namespace: string({
    char: 'n' as const,
    description: 'namespace of lbctl and of the configuration; MetalLB’s own when both are to work together',
    default: 'metallb-system',
    helpValue: 'NAME',
  }),
}

export const installFlags = withEnvironment({
  ...outputFlags(['yaml', 'json']),
  ...cluster,
  mode: option({
    options: ['speaker', 'controller', 'all'] as const,
    default: 'all',
    description: 'which components: who announces, who hands out addresses, or both',
  })(),
  image: string({
    description: 'image of lbctl [default: lbctl with the tag of this version]',
    helpValue: 'IMAGE',
  }),
  'image-pull-secret': repeatedString({
    description: 'name of a Secret with which the image is pulled',
    helpValue: 'NAME',
  }),
  'lb-class': string({ description: 'serve Services of this loadBalancerClass alone', helpValue: 'CLASS' }),
  'node-selector': repeatedString({
    description: 'label of the nodes that get a speaker; every Linux node by default',
    helpValue: 'KEY=VALUE',
  }),
  'ignore-exclude-lb': boolean({
    description: 'announce from nodes that are labelled as excluded from load balancers, too',
  }),
  'bgp-listen': boolean({ description: 'speakers accept BGP connections, with one more capability' }),
  'probe-before-assign': boolean({
    description: 'have a speaker ask on the link before the controller hands out an address',
  }),
  'without-webhooks': boolean({ description: 'do not check resources when they are written' }),
  'without-network-policies': boolean({ description: 'leave out the NetworkPolicies' }),
  'pod-monitor': boolean({ description: 'add PodMonitors, for the Prometheus operator' }),
  'log-level': option({
    options: LOG_LEVELS,
    default: 'info',
    description: 'the least that is worth a line',
  })(),
  'dry-run': boolean({
    description: 'print the objects, with the reason for each right, and ask no cluster',
    exclusive: ['check'],
  }),
  check: boolean({ description: 'have the cluster try everything, and store nothing' }),
  'take-over': boolean({
    description: 'also replace what others applied: CRDs of MetalLB, fields that somebody else set',
  }),
  force: boolean({ description: 'install although MetalLB runs and does the same work' }),
  'no-wait': boolean({ description: 'end when everything is applied, ready or not' }),
  timeout: string({ description: 'how long to wait for readiness', default: '5m', helpValue: 'TIME' }),
})

export const uninstallFlags = withEnvironment({
  ...cluster,
  yes: boolean({ description: 'remove what is shown without this flag' }),
  'delete-crds': boolean({
    description: 'also remove the CRDs that lbctl applied, and with them the whole configuration',
  }),
  'delete-all-configuration': boolean({
    description: 'confirm --delete-crds: pools, peers and advertisements of every namespace go, too',
    dependsOn: ['delete-crds'],
  }),
})
