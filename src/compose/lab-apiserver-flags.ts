import { integer, string } from '@oclif/core/flags'
import { repeatedString, withEnvironment } from './command-flags.ts'

export const labApiserverFlags = withEnvironment({
  port: integer({
    description: 'port on 127.0.0.1; any free one by default',
    default: 0,
    min: 0,
    max: 65_535,
  }),
  persist: string({
    description: 'keep the state in this file, and begin with what is in it',
    helpValue: 'FILE',
  }),
  'kubeconfig-out': string({
    description: 'write a kubeconfig for the administrator to this file',
    helpValue: 'FILE',
  }),
  file: repeatedString({
    char: 'f',
    description: 'objects to begin with: a file or a directory; definitions first',
    helpValue: 'PATH',
  }),
})
