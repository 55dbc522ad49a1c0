// The words of `controller run` → what they mean, or what is wrong with them.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Mode } from '../../config/rules/context.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { PORTS } from '../../install/names.ts'
import { parseDuration } from '../../net/duration.ts'
import type { SpeakerEndpoint } from '../link-probe/probe-client.ts'
import { type ListenAddress, metricsAddress } from '../metrics-address.ts'

export interface ControllerWords {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string | undefined
  readonly 'lb-class'?: string | undefined
  readonly 'cool-down'?: string | undefined
  readonly 'probe-before-assign'?: boolean
  readonly 'probe-speaker'?: readonly string[] | undefined
  readonly 'lease-duration': string
  readonly 'webhook-mode': 'enabled' | 'disabled'
  readonly 'webhook-port'?: number
  readonly 'certificate-check'?: string
  readonly 'bgp-type'?: Mode | undefined
  readonly force?: boolean
  readonly 'ml-secret-name'?: string | undefined
  readonly deployment?: string | undefined
  readonly 'pod-name'?: string | undefined
  readonly 'node-name'?: string | undefined
  readonly 'metrics-addr': string
}

export interface ControllerSettings {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly namespace: string | undefined
  readonly loadBalancerClass: string | undefined
  /** 0: off */
  readonly coolDownMs: number
  readonly probeBeforeAssign: boolean
  /** empty: those of the cluster */
  readonly probeSpeakers: readonly SpeakerEndpoint[]
  readonly leaseDurationMs: number
  readonly webhooks: boolean
  /** 0: any free one */
  readonly webhookPort: number
  /** between two looks at the Secret */
  readonly certificateCheckMs: number
  /** of MetalLB's speakers; undefined: they are lbctl's */
  readonly bgpType: Mode | undefined
  /** also beside a controller of MetalLB */
  readonly force: boolean
  readonly memberlistSecret: string | undefined
  readonly deployment: string | undefined
  /** of this process: a Pod may be started twice with one name */
  readonly identity: string
  readonly host: string
  readonly metrics: ListenAddress | undefined
}

const SHORTEST_LEASE_MS = 1000
const SHORTEST_CHECK_MS = 100

/** MetalLB's environment variables count under their own names (metallb.md §7.2); flags count more. @throws LbctlError `usage` */
export function controllerSettings(words: ControllerWords, env: NodeJS.ProcessEnv): ControllerSettings {
  const of = (variable: string): string | undefined => env[variable] || undefined
  const host = hostname()
  const podName = words['pod-name'] ?? of('METALLB_POD_NAME')
  return {
    kubeconfig: words.kubeconfig,
    context: words.context,
    namespace: words.namespace ?? of('METALLB_NAMESPACE'),
    loadBalancerClass: words['lb-class'] || undefined,
    coolDownMs: words['cool-down'] === undefined ? 0 : time('cool-down', words['cool-down'], 0),
    probeBeforeAssign: words['probe-before-assign'] ?? false,
    probeSpeakers: probeSpeakers(words),
    leaseDurationMs: wholeSeconds(time('lease-duration', words['lease-duration'], SHORTEST_LEASE_MS)),
    webhooks: words['webhook-mode'] === 'enabled',
    webhookPort: words['webhook-port'] ?? PORTS.webhook,
    certificateCheckMs: time('certificate-check', words['certificate-check'] ?? '30s', SHORTEST_CHECK_MS),
    bgpType: words['bgp-type'] ?? frrType(of('METALLB_BGP_TYPE')),
    force: words.force ?? false,
    memberlistSecret: words['ml-secret-name'] ?? of('METALLB_ML_SECRET_NAME'),
    deployment: words.deployment ?? of('METALLB_DEPLOYMENT'),
    identity: `${podName ?? host}_${randomUUID()}`,
    host: words['node-name'] ?? of('METALLB_NODE_NAME') ?? host,
    metrics: metricsAddress(words['metrics-addr']),
  }
}

function probeSpeakers({
  'probe-speaker': named = [],
  'probe-before-assign': probes,
}: ControllerWords): SpeakerEndpoint[] {
  if (named.length > 0 && probes !== true)
    throw new LbctlError(
      'usage',
      '--probe-speaker says whom --probe-before-assign asks, and that is missing.',
    )
  return named.flatMap((text) => {
    const where = metricsAddress(text, 'probe-speaker')
    return where === undefined ? [] : [{ name: text, ...where }]
  })
}

/**
 * Speakers of lbctl refuse nothing that those of MetalLB do in their native mode, which is also what an installation of lbctl says that it
 * is to whoever reads MetalLB's variable.
 */
const frrType = (type: string | undefined): Mode | undefined =>
  type === 'frr' || type === 'frr-k8s' ? type : undefined

/** A Lease has no fractions of seconds. */
const wholeSeconds = (ms: number): number => Math.ceil(ms / 1000) * 1000

function time(flag: string, text: string, leastMs: number): number {
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= leastMs) return ms
  const least = leastMs === 0 ? '' : ` of ${leastMs / 1000}s and more`
  throw new LbctlError('usage', `--${flag} takes a time${least}, such as 30s, not "${text}".`)
}
