import { boolean, integer, option, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

export const validateFlags = withEnvironment({
  ...outputFlags(['text', 'json', 'sarif', 'junit', 'github']),
  mode: option({
    options: ['native', 'frr', 'frr-k8s'] as const,
    description: 'how MetalLB speaks BGP; without it, what only some modes refuse is a warning',
  })(),
  'target-version': string({
    description: 'MetalLB release that the objects are for; the newest by default',
    helpValue: 'RELEASE',
  }),
  strict: boolean({ description: 'warnings fail too' }),
  'max-prefixes': integer({ description: 'routes that a router accepts from one peer', min: 1 }),
  gateway: repeatedString({ description: 'address of a router, which no pool may hold', helpValue: 'IP' }),
  'service-cidr': repeatedString({
    description: "range of the cluster's own Service addresses",
    helpValue: 'CIDR',
  }),
  'pod-cidr': repeatedString({ description: "range of the cluster's Pods", helpValue: 'CIDR' }),
  namespace: string({ char: 'n', description: 'namespace that MetalLB runs in', helpValue: 'NAME' }),
  'from-cluster': boolean({
    description: 'validate what is in the cluster, together with the files that are named',
  }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
})
