import { boolean, option, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

export const migrateFlags = withEnvironment({
  ...outputFlags(['yaml', 'json']),
  services: repeatedString({
    description: 'file with the Services, to prove that they keep their addresses',
    helpValue: 'FILE',
  }),
  nodes: repeatedString({
    description: 'file with the Nodes, to prove that they go on announcing',
    helpValue: 'FILE',
  }),
  'from-cluster': boolean({
    description: 'read Services and Nodes from the cluster, and the configuration unless files are named',
  }),
  kubeconfig: string({ description: 'path of the kubeconfig', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
  namespace: string({
    char: 'n',
    description: 'namespace of objects whose source names none [default: metallb-system]',
    helpValue: 'NAME',
  }),
  'assume-version': string({
    description: 'MetalLB release that the configuration ran on, such as 0.9',
    helpValue: 'RELEASE',
  }),
  names: option({
    options: ['descriptive', 'legacy'] as const,
    default: 'descriptive',
    description: 'how objects are named: after their content, or peer1, l2advertisement1',
  })(),
  compat: option({
    options: ['configmaptocrs'] as const,
    exclusive: [
      'services',
      'nodes',
      'from-cluster',
      'assume-version',
      'explicit',
      'inline-passwords',
      'lenient',
      'patches',
      'out-dir',
      'report',
      'drop-old-annotations',
      'lb-class',
      'ignore-exclude-lb',
      'namespace',
      'undo-from',
    ],
    description: "print exactly what MetalLB's own converter prints",
  })(),
  explicit: boolean({ description: 'write defaults out' }),
  'inline-passwords': boolean({ description: 'keep passwords in the BGPPeers instead of Secrets' }),
  lenient: boolean({ description: 'leave unknown keys out with a warning instead of refusing them' }),
  'ignore-exclude-lb': boolean({ description: 'the speakers run with --ignore-exclude-lb' }),
  'lb-class': string({
    description: 'loadBalancerClass that MetalLB serves; Services of another one are left out',
    helpValue: 'CLASS',
  }),
  'drop-old-annotations': boolean({
    description: 'take the old annotations off Services; wait until no MetalLB before 0.14.9 runs',
  }),
  report: string({ description: 'write the report to a file: .md, .json, or text', helpValue: 'FILE' }),
  patches: string({ description: 'write the patches of Services to a file', helpValue: 'FILE' }),
  'out-dir': string({ description: 'write one file an object into a directory', helpValue: 'DIR' }),
  diff: boolean({ description: 'show what would change in the cluster', exclusive: ['apply'] }),
  apply: boolean({ description: 'apply to the cluster, after a dry run of everything' }),
  undo: string({
    description: 'file that --apply writes first, with which to go back [default: lbctl-undo-TIME.json]',
    helpValue: 'FILE',
    dependsOn: ['apply'],
  }),
  'undo-from': string({
    description: 'go back to what an --undo file holds',
    helpValue: 'FILE',
    exclusive: ['apply', 'diff', 'from-cluster'],
  }),
  'skip-changed': boolean({
    description: 'with --undo-from: leave what somebody else changed since as it is',
    dependsOn: ['undo-from'],
  }),
  force: boolean({ description: 'apply although the proof of addresses failed', dependsOn: ['apply'] }),
})
