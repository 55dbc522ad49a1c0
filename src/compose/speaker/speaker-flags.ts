import { boolean, integer, option, string } from '@oclif/core/flags'
import { LOG_LEVELS } from '../../speaker/report/log-record.ts'
import { outputFlags, repeatedString, withEnvironment } from '../command-flags.ts'

const stateDir = string({
  description: 'where the socket for the status is; /run/lbctl for root, else of the session of the user',
  helpValue: 'DIR',
})

export const speakerRunFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  file: repeatedString({
    description: 'file or directory with resources, Services, EndpointSlices and Nodes; watched for changes',
    helpValue: 'PATH',
  }),
  kubeconfig: string({ description: 'path of the kubeconfig of the cluster, without -f', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
  namespace: string({
    char: 'n',
    description: 'namespace that MetalLB’s resources are in; that of the Pod, or metallb-system',
    helpValue: 'NAME',
  }),
  'pod-name': string({
    description: 'name of the Pod that this runs in, to which belongs what is written to the cluster',
    helpValue: 'NAME',
  }),
  force: boolean({ description: 'start although a speaker of MetalLB runs on this node' }),
  'node-name': string({
    description: 'name of this node among the others; the host name by default',
    helpValue: 'NAME',
  }),
  'interface-exclude': repeatedString({
    description:
      'regular expression for names of interfaces that nothing is announced on; replaces the list of MetalLB’s manifests',
    helpValue: 'REGEX',
  }),
  'garp-interval': string({
    description: 'repeat gratuitous announcements this often, for networks that forget; off by default',
    helpValue: 'TIME',
  }),
  'neighbor-refresh': string({
    description:
      'tell hosts that asked for an address where it is again this often, by unicast, and when this node takes it over; off by default',
    helpValue: 'TIME',
  }),
  'lb-class': string({ description: 'announce Services of this loadBalancerClass alone', helpValue: 'NAME' }),
  'ignore-exclude-lb': boolean({
    description: 'announce from nodes that are labelled as excluded from load balancers, too',
  }),
  'compat-version': string({
    description: 'decide as this release of MetalLB does, when its speakers run beside',
    helpValue: 'RELEASE',
  }),
  'ml-bindaddr': string({
    description: 'address for the gossip with other speakers; without it every node counts as alive',
    helpValue: 'IP',
  }),
  'ml-bindport': integer({ description: 'port for the gossip; 7946 by default', min: 1, max: 65_535 }),
  'ml-join': repeatedString({
    description: 'address of another speaker; the addresses of the Nodes are tried by themselves',
    helpValue: 'IP[:PORT]',
  }),
  'ml-secret-key-path': string({
    description: 'directory with the file secretkey, as MetalLB mounts it, or the file',
    helpValue: 'PATH',
  }),
  'ml-wan-config': boolean({ description: 'slower timing, for speakers that are far apart' }),
  'ml-config': string({
    description: 'file with timing of the gossip, as MetalLB’s config.json',
    helpValue: 'FILE',
  }),
  'bgp-listen': string({
    description: 'also accept BGP connections of the configured routers there',
    helpValue: 'IP[:PORT]',
  }),
  'probe-listen': string({
    description:
      'where a controller with --probe-before-assign asks for addresses on the links; off by default',
    helpValue: 'HOST:PORT',
  }),
  'state-dir': stateDir,
  'log-format': option({
    options: ['json', 'pretty'] as const,
    description: 'lines of JSON with the keys of MetalLB, or lines to read; by default to read on a terminal',
  })(),
  'log-level': option({
    options: LOG_LEVELS,
    default: 'info',
    description: 'the least that is worth a line',
  })(),
  'metrics-addr': string({
    description: 'where /metrics, /healthz and /readyz are served, or "none"',
    default: '127.0.0.1:7472',
    helpValue: 'HOST:PORT',
  }),
  'dry-run': boolean({ description: 'print what would be announced, send nothing, and end' }),
  timeout: string({
    description: 'how long a dry run waits for a cluster that does not answer',
    default: '10s',
    helpValue: 'TIME',
  }),
  netns: string({ description: 'work in this network namespace', helpValue: 'NAME|PID' }),
})
// -f is how everybody names files.
speakerRunFlags.file.char = 'f'

export const speakerStatusFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  why: string({
    description: 'who announces this address or Service, and why each other node does not',
    helpValue: 'ADDRESS|SERVICE',
  }),
  'state-dir': stateDir,
})

export const speakerDrainFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  'state-dir': stateDir,
})
