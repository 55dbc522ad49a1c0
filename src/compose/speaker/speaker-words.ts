// The words of `speaker run` as the command line gives them.
import type { LogLevel } from '../../speaker/report/log-record.ts'

export interface SpeakerWords {
  readonly file?: readonly string[] | undefined
  readonly 'node-name'?: string | undefined
  readonly 'interface-exclude'?: readonly string[] | undefined
  readonly 'garp-interval'?: string | undefined
  readonly 'neighbor-refresh'?: string | undefined
  readonly 'lb-class'?: string | undefined
  readonly 'ignore-exclude-lb': boolean
  readonly 'compat-version'?: string | undefined
  readonly 'ml-bindaddr'?: string | undefined
  readonly 'ml-bindport'?: number | undefined
  readonly 'ml-join'?: readonly string[] | undefined
  readonly 'ml-secret-key-path'?: string | undefined
  readonly 'ml-wan-config': boolean
  readonly 'ml-config'?: string | undefined
  readonly 'bgp-listen'?: string | undefined
  readonly 'probe-listen'?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string | undefined
  readonly 'pod-name'?: string | undefined
  readonly force?: boolean
  readonly 'state-dir'?: string | undefined
  readonly 'log-format'?: 'json' | 'pretty' | undefined
  readonly 'log-level': LogLevel
  readonly 'metrics-addr': string
  readonly 'dry-run': boolean
  readonly timeout?: string | undefined
  readonly netns?: string | undefined
  readonly output: 'text' | 'json'
}
