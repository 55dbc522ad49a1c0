// Flags of `lbctl fix`.
import { boolean, string } from '@oclif/core/flags'
import { outputFlags, withEnvironment } from '../command-flags.ts'

const OFFLINE = ['facts', 'bundle', 'file']

export const fixFlags = withEnvironment({
  ...outputFlags(['text', 'json', 'yaml']),
  'dry-run': boolean({
    description: 'only show what would be changed, which is the default',
  }),
  apply: boolean({
    description: 'change it: shows it, asks, writes, and looks whether the finding is gone',
    exclusive: [...OFFLINE, 'undo'],
  }),
  yes: boolean({ description: 'do not ask', char: 'y' }),
  force: boolean({
    description: 'also change objects that Argo CD, Flux or Helm keeps and would change back',
  }),
  undo: string({
    description: 'take back what an earlier fix has changed, by its id or its file',
    helpValue: 'ID|FILE',
    exclusive: OFFLINE,
  }),
  timeout: string({
    description: 'after a change, how long it may take until the finding is gone',
    default: '1m',
    helpValue: 'TIME',
  }),
  probe: boolean({
    allowNo: true,
    description:
      'of a Service: try its address from this host; done by default where CAP_NET_RAW allows it, and never with -f',
  }),
  'node-name': string({
    description: 'the Node that this host is; found by its addresses and name by default',
    helpValue: 'NODE',
    exclusive: OFFLINE,
  }),
  keep: boolean({
    description: 'settings of the kernel: keep them for the next start of the machine as well',
    default: true,
    allowNo: true,
  }),
  'sysctl-dir': string({
    description: 'folder in which such settings are kept',
    default: '/etc/sysctl.d',
    helpValue: 'DIR',
  }),
  file: string({
    char: 'f',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'show the fix for the objects in these files instead of a cluster: a file, a directory or "-"',
    helpValue: 'FILE|DIR',
    exclusive: ['facts', 'bundle', 'kubeconfig', 'context'],
  }),
  facts: string({
    description: 'show the fix for facts that diagnose --save-facts wrote',
    helpValue: 'FILE',
    exclusive: ['bundle', 'kubeconfig', 'context'],
  }),
  bundle: string({
    description: 'show the fix for what lbctl bundle put into this file',
    helpValue: 'FILE',
    exclusive: ['kubeconfig', 'context'],
  }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
  namespace: string({
    char: 'n',
    description: 'namespace that MetalLB runs in; found by its labels by default',
    helpValue: 'NAME',
  }),
})
