// The Service that is imagined for `lbctl pool next`.
import { type NextReport, nextReport } from '../controller/pools/pool-report.ts'
import type { PoolSurvey } from '../controller/pools/pool-survey.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { Families } from '../ipam/request.ts'

export interface NextRequest {
  readonly namespace: string
  readonly label?: readonly string[] | undefined
  readonly family: 'ipv4' | 'ipv6' | 'dual'
  readonly pool?: string | undefined
}

const FAMILIES: Readonly<Record<NextRequest['family'], Families>> = {
  ipv4: { kind: 'single', family: 4 },
  ipv6: { kind: 'single', family: 6 },
  dual: { kind: 'dual', fallback: undefined },
}

/** @throws LbctlError `usage` for a label that is none */
export function nextFor(
  survey: PoolSurvey,
  { namespace, label = [], family, pool }: NextRequest,
): NextReport {
  const labels = Object.fromEntries(label.map(parseLabel))
  // No Service has such a name, so nobody's addresses are touched.
  const request = { service: `${namespace}/`, namespace, labels, ports: [], sharing: '', backend: '' }
  return nextReport(survey, request, FAMILIES[family], pool)
}

function parseLabel(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new LbctlError('usage', `--label takes KEY=VALUE, not "${text}".`)
  return [text.slice(0, at), text.slice(at + 1)]
}
