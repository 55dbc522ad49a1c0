// Flags of `agent run`, and those by which `diagnose all` and `diagnose service` reach other nodes.
import { boolean, string } from '@oclif/core/flags'
import { withEnvironment } from '../command-flags.ts'

export const agentFlags = withEnvironment({
  plan: string({
    description: 'read the plan from this file, or "-" for stdin',
    helpValue: 'FILE',
    exclusive: ['plan-json'],
  }),
  'plan-json': string({ description: 'the plan itself', helpValue: 'JSON', exclusive: ['plan'] }),
})

/** @param notWith flags beside which nobody looks from anywhere */
const flagsOfOtherNodes = (notWith: readonly string[]) => ({
  agents: boolean({
    description:
      'look from several nodes: creates a Pod on each for a short while, and deletes it; nothing else is changed',
    exclusive: [...notWith, 'ssh'],
  }),
  'agent-image': string({
    description: 'image of these Pods; that of lbctl speaker where it runs, else of this release',
    helpValue: 'NAME',
    dependsOn: ['agents'],
  }),
  'agent-namespace': string({
    description:
      'namespace of these Pods; that of MetalLB by default, which admits Pods in the network of a node',
    helpValue: 'NAME',
    dependsOn: ['agents'],
  }),
  'agent-nodes': string({
    description: 'look from these nodes, names with commas, or from so many that are chosen',
    helpValue: 'NAMES|N',
  }),
  'agent-timeout': string({
    description: 'longest time for each node, with the pull of the image',
    default: '1m',
    helpValue: 'TIME',
  }),
  ssh: string({
    description:
      'look from several nodes through ssh, as USER@, to the names of the nodes; %h and %a stand for name and address',
    helpValue: 'USER@',
    exclusive: [...notWith, 'agents'],
  }),
  'ssh-command': string({
    description: 'program for --ssh, and words for it',
    default: 'ssh',
    helpValue: 'WORDS',
  }),
  'ssh-lbctl': string({
    description: 'how lbctl is called on the nodes, as sudo -n lbctl, or its path',
    default: 'lbctl',
    helpValue: 'WORDS',
  }),
})

/** To be put among the flags of a diagnosis. */
export const otherNodesFlags = flagsOfOtherNodes(['facts', 'bundle', 'file', 'watch', 'wait'])
/** Among those of `bundle`. */
export const bundledNodesFlags = flagsOfOtherNodes(['facts', 'file'])
