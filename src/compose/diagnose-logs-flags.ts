import { boolean, integer, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

export const logsFlags = withEnvironment({
  ...outputFlags(['text', 'short', 'json']),
  file: repeatedString({
    char: 'f',
    description: 'read this log, packed with gzip or not, or all logs of a directory; - for stdin',
    helpValue: 'FILE',
  }),
  'from-cluster': boolean({
    description: 'read the logs of the Pods of MetalLB, frr-k8s, kube-vip and lbctl',
    exclusive: ['file'],
  }),
  since: string({
    description: 'only lines that are not older: 2h, 30m, or a time such as 2026-11-27T20:00:00Z',
    helpValue: 'TIME',
  }),
  top: integer({ description: 'show at most this many incidents', min: 1, default: 20 }),
  namespace: string({
    char: 'n',
    description: 'only Pods of this namespace',
    helpValue: 'NAME',
    dependsOn: ['from-cluster'],
  }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
})
