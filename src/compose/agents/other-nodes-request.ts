// The words of `--agents` and `--ssh`, and what they mean.
import { LbctlError } from '../../errors/lbctl-error.ts'
import { parseDuration } from '../../net/duration.ts'

export interface OtherNodesRequest {
  readonly agents?: boolean | undefined
  readonly 'agent-image'?: string | undefined
  readonly 'agent-namespace'?: string | undefined
  readonly 'agent-nodes'?: string | undefined
  readonly 'agent-timeout'?: string | undefined
  readonly ssh?: string | undefined
  readonly 'ssh-command'?: string | undefined
  readonly 'ssh-lbctl'?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}

export interface AgentsVoice {
  /** what happens, in plain words */
  readonly tell: (text: string) => void
  /** what has to be known whatever else is shown */
  readonly warn: (text: string) => void
}

/** @throws LbctlError `usage` */
export function nodesIn(text: string | undefined): readonly string[] | number | undefined {
  if (text === undefined) return undefined
  const words = text.split(',').map((word) => word.trim())
  const [first = ''] = words
  if (words.length === 1 && /^\d+$/.test(first)) {
    const count = Number(first)
    if (count >= 1 && count <= 200) return count
  } else if (words.every((word) => /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(word))) return words
  throw new LbctlError(
    'usage',
    `--agent-nodes takes names of nodes with commas, or how many from 1 to 200, not "${text}".`,
  )
}

/** @throws LbctlError `usage` */
export function timeoutMsOf(request: OtherNodesRequest): number {
  const text = request['agent-timeout'] ?? '1m'
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 2000 && ms <= 600_000) return ms
  throw new LbctlError('usage', `--agent-timeout takes a time from 2s to 10m, such as 1m, not "${text}".`)
}
