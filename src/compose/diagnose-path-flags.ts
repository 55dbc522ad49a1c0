import { boolean, integer, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

export const pathFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  rules: repeatedString({
    description:
      'read rules from this file instead of the kernel: output of iptables-save, nft -j list ruleset, ipvsadm -Ln or ipvsadm-save -n, and ipset save, each in a file of its own or all in one; - for stdin',
    helpValue: 'FILE',
  }),
  bundle: string({
    description: 'what lbctl bundle found on a node about the addresses of its Services',
    helpValue: 'FILE',
    exclusive: ['rules', 'netns', 'from', 'interface', 'node-address'],
  }),
  node: string({
    description: 'with --bundle, the node whose rules are meant, where it holds those of several',
    helpValue: 'NODE',
    dependsOn: ['bundle'],
  }),
  'node-address': repeatedString({
    description: 'an address of the node that the file is from, for NodePorts',
    helpValue: 'IP',
  }),
  port: integer({
    description: 'port of the Service; all that the rules know by default',
    min: 1,
    max: 65_535,
  }),
  udp: boolean({ description: 'the port is one of UDP instead of TCP' }),
  from: string({
    description: 'address of one client; all kinds that the rules tell apart by default',
    helpValue: 'CLIENT',
  }),
  interface: string({
    description: 'interface by which packets come in, where rules ask for it',
    helpValue: 'NAME',
  }),
  netns: string({
    description: 'work in this network namespace',
    helpValue: 'NAME|PID',
    exclusive: ['rules'],
  }),
})
