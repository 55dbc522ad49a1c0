// Flags of `bundle` and `bundle diff`.
import { boolean, string } from '@oclif/core/flags'
import { bundledNodesFlags } from '../agents/agent-flags.ts'
import { outputFlags, withEnvironment } from '../command-flags.ts'

export const bundleFlags = withEnvironment({
  archive: string({
    char: 'o',
    description: 'path of the archive; lbctl-bundle-TIME.tar.gz in this directory by default',
    helpValue: 'FILE',
  }),
  force: boolean({ description: 'replace a file that is there' }),
  file: string({
    char: 'f',
    multiple: true,
    multipleNonGreedy: true,
    description: 'bundle the objects in these files instead of a cluster: a file, a directory or "-"',
    helpValue: 'FILE|DIR',
    exclusive: ['facts', 'kubeconfig', 'context'],
  }),
  facts: string({
    description: 'bundle the facts that diagnose --save-facts wrote, and ask nobody',
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
  pseudonymise: boolean({
    description: 'put other addresses in the place of addresses, alike everywhere in the bundle',
  }),
  'pod-logs': boolean({
    allowNo: true,
    default: true,
    description: "also read the logs of the load balancer's Pods; never with -f and --facts",
  }),
  since: string({
    description: 'only lines of logs that are not older: 2h, 30m, or a time such as 2026-11-27T20:00:00Z',
    default: '1h',
    helpValue: 'TIME',
  }),
  host: boolean({
    allowNo: true,
    default: true,
    description: 'also read links, addresses, routes and settings of this host; never with -f and --facts',
  }),
  ...bundledNodesFlags,
})

export const bundleDiffFlags = withEnvironment(outputFlags(['text', 'json'] as const))
