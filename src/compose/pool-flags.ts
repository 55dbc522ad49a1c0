import { boolean, option, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

export const surveyFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  file: string({
    char: 'f',
    multiple: true,
    multipleNonGreedy: true,
    description: 'pools, Services and Namespaces: a file, a directory or "-", more than once for several',
    helpValue: 'FILE|DIR',
  }),
  'from-cluster': boolean({ description: 'read pools, Services and Namespaces from the cluster' }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
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
