// What `lbctl install` was asked for, as options of the builder.

import { LbctlError } from '../../errors/lbctl-error.ts'
import type { InstallMode, InstallOptions } from '../../install/options.ts'
import { parseDuration } from '../../net/duration.ts'

/** The flags by their names on the command line. */
export interface InstallRequest {
  readonly output: 'yaml' | 'json'
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace: string
  readonly mode: InstallMode
  readonly image?: string | undefined
  readonly 'image-pull-secret'?: readonly string[] | undefined
  readonly 'lb-class'?: string | undefined
  readonly 'node-selector'?: readonly string[] | undefined
  readonly 'ignore-exclude-lb': boolean
  readonly 'bgp-listen': boolean
  readonly 'probe-before-assign'?: boolean
  readonly 'without-webhooks': boolean
  readonly 'without-network-policies': boolean
  readonly 'pod-monitor': boolean
  readonly 'log-level': string
  readonly 'dry-run': boolean
  readonly check: boolean
  readonly 'take-over': boolean
  readonly force: boolean
  readonly 'no-wait': boolean
  readonly timeout: string
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** @throws LbctlError `usage` */
export function checkedNamespace(text: string): string {
  if (DNS_LABEL.test(text)) return text
  throw new LbctlError('usage', `"${text}" cannot be the name of a namespace.`)
}

/** @throws LbctlError `usage` */
export function installOptions(request: InstallRequest, defaultImage: string): InstallOptions {
  const image = request.image ?? defaultImage
  if (!/^[a-zA-Z0-9][^\s]*$/.test(image))
    throw new LbctlError('usage', `"${image}" cannot be the name of an image.`)
  if (request.mode === 'controller')
    for (const flag of ['node-selector', 'ignore-exclude-lb', 'bgp-listen'] as const)
      if (request[flag] !== undefined && request[flag] !== false)
        throw new LbctlError('usage', `--${flag} is about speakers, and --mode controller installs none.`)
  return {
    mode: request.mode,
    namespace: checkedNamespace(request.namespace),
    image,
    imagePullSecrets: request['image-pull-secret'] ?? [],
    loadBalancerClass: request['lb-class'],
    nodeSelector: nodeSelectorOf(request['node-selector'] ?? []),
    ignoreExcludeLabel: request['ignore-exclude-lb'],
    bgpListen: request['bgp-listen'],
    probeBeforeAssign: request['probe-before-assign'] ?? false,
    webhooks: !request['without-webhooks'],
    networkPolicies: !request['without-network-policies'],
    podMonitor: request['pod-monitor'],
    logLevel: request['log-level'],
  }
}

function nodeSelectorOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new LbctlError('usage', `--node-selector takes KEY=VALUE, not "${pair}".`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

const LONGEST_MS = 3_600_000

/** @throws LbctlError `usage` */
export function waitMsOf(text: string): number {
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 1000 && ms <= LONGEST_MS) return ms
  throw new LbctlError('usage', `--timeout takes a time from 1s to 1h, such as 5m, not "${text}".`)
}
