import { boolean, integer, option, string } from '@oclif/core/flags'
import { LOG_LEVELS } from '../../speaker/report/log-record.ts'
import { repeatedString, withEnvironment } from '../command-flags.ts'

export const controllerRunFlags = withEnvironment({
  kubeconfig: string({ description: 'path of the kubeconfig of the cluster', helpValue: 'FILE' }),
  context: string({ description: 'context of the kubeconfig', helpValue: 'NAME' }),
  namespace: string({
    char: 'n',
    description: 'namespace that MetalLB’s resources are in; that of the Pod, or metallb-system',
    helpValue: 'NAME',
  }),
  'lb-class': string({
    description: 'give addresses to Services of this loadBalancerClass alone',
    helpValue: 'NAME',
  }),
  'cool-down': string({
    description: 'keep an address that became free from other Services for this long; off by default',
    helpValue: 'TIME',
  }),
  'probe-before-assign': boolean({
    description: 'have a speaker ask on the link whether somebody has an address before a Service gets it',
  }),
  'probe-speaker': repeatedString({
    description: 'where a speaker listens for that (--probe-listen there); those of the cluster by default',
    helpValue: 'HOST:PORT',
  }),
  'lease-duration': string({
    description: 'how long the other controllers wait for a leader that is silent',
    default: '8s',
    helpValue: 'TIME',
  }),
  'webhook-mode': option({
    options: ['enabled', 'disabled'] as const,
    default: 'disabled',
    description: 'answer the reviews of the API server, and look after their certificate',
  })(),
  'webhook-port': integer({
    description: 'port for the reviews, as the Service of the webhooks has it',
    default: 9443,
    min: 0,
    max: 65_535,
  }),
  'certificate-check': string({
    description: 'how often it is looked whether the certificate of the reviews is still good',
    default: '30s',
    helpValue: 'TIME',
    hidden: true,
  }),
  'bgp-type': option({
    options: ['native', 'frr', 'frr-k8s'] as const,
    description: 'review as MetalLB’s webhook does for speakers of this type; by default for those of lbctl',
  })(),
  'ml-secret-name': string({
    description: 'name of the Secret with the key of the gossip among speakers, made when there is none',
    helpValue: 'NAME',
  }),
  deployment: string({
    description: 'name of the Deployment that this runs in, to which belongs what is made in the cluster',
    helpValue: 'NAME',
  }),
  'pod-name': string({ description: 'name of the Pod that this runs in', helpValue: 'NAME' }),
  'node-name': string({ description: 'name of the node that this runs on, for events', helpValue: 'NAME' }),
  force: boolean({ description: 'start although MetalLB’s own controller runs' }),
  'metrics-addr': string({
    description: 'where /metrics, /healthz and /readyz are served, or "none"',
    default: '127.0.0.1:7472',
    helpValue: 'HOST:PORT',
  }),
  'log-format': option({
    options: ['json', 'pretty'] as const,
    description: 'lines of JSON with the keys of MetalLB, or lines to read; by default to read on a terminal',
  })(),
  'log-level': option({
    options: LOG_LEVELS,
    default: 'info',
    description: 'the least that is worth a line',
  })(),
})
