// Flags of `diagnose arp|ndp` → what is asked. Values that mean nothing are refused before anything is opened.
import type { GivenNode, LinkQuestion } from '../diagnose/collect/question.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { parseDuration } from '../net/duration.ts'
import { type Ip, type IpFamily, parseIp } from '../net/ip.ts'
import { isGroupMac, type Mac, parseMac } from '../net/mac.ts'
import type { Target } from './diagnose-target.ts'

export interface LinkRequest {
  readonly address?: string | undefined
  readonly family: IpFamily
  readonly interface?: readonly string[] | undefined
  readonly source?: string | undefined
  readonly count?: number | undefined
  readonly interval: string
  readonly timeout: string
  readonly vlan?: number | undefined
  readonly unicast?: string | undefined
  readonly port?: number | undefined
  readonly netns?: string | undefined
  readonly nodes?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly facts?: string | undefined
  readonly 'explain-plan': boolean
  readonly watch: boolean
}

export const DEFAULT_COUNT = 3

/** What all targets of one run have in common. */
export type CommonQuestion = Omit<LinkQuestion, 'target' | 'nodes'>

/** @throws LbctlError `usage` */
export function commonQuestion(request: LinkRequest): CommonQuestion {
  const interfaces = request.interface ?? []
  if (request.vlan !== undefined && interfaces.length === 0)
    throw new LbctlError(
      'usage',
      '--vlan needs --interface: the route leads to the interface of a VLAN, not to its trunk.',
    )
  return {
    asked: request.address ?? '',
    interfaces: interfaces.includes('all') ? 'all' : interfaces,
    source: sourceOf(request),
    count: request.count ?? DEFAULT_COUNT,
    intervalMs: millisecondsOf('interval', request.interval),
    timeoutMs: millisecondsOf('timeout', request.timeout),
    vlanId: request.vlan,
    unicastTo: unicastOf(request.unicast),
    port: request.port,
  }
}

/** A zone in the address (`fe80::1%eth0`) names the interface, like the flag. */
export const questionFor = (
  common: CommonQuestion,
  { address, zone }: Target,
  nodes: readonly GivenNode[] | undefined,
): LinkQuestion => ({
  ...common,
  target: address,
  nodes,
  interfaces: zone !== undefined && common.interfaces.length === 0 ? [zone] : common.interfaces,
})

function sourceOf({ source, family }: LinkRequest): Ip | undefined {
  if (source === undefined) return undefined
  const parsed = parseIp(source)
  if (parsed?.family === family) return parsed
  throw new LbctlError('usage', `--source takes an IPv${family} address, not "${source}".`)
}

function unicastOf(text: string | undefined): Mac | undefined {
  if (text === undefined) return undefined
  const mac = parseMac(text)
  if (mac !== undefined && !isGroupMac(mac)) return mac
  throw new LbctlError('usage', `--unicast takes the hardware address of one card, not "${text}".`)
}

const LONGEST_MS = 3_600_000

function millisecondsOf(flag: string, text: string): number {
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 1 && ms <= LONGEST_MS) return ms
  throw new LbctlError('usage', `--${flag} takes a time from 1ms to 1h, such as 500ms or 1s, not "${text}".`)
}
