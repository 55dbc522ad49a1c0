// Answers and failed connections → why a watch did not get what it asked for.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ClusterIdentity } from '../../migrate/ports.ts'
import type { ApiAnswer, ApiRequest } from '../exchange.ts'
import { networkError, refusal } from '../refusals.ts'
import { retryAfterMs } from '../retry-after.ts'
import { readStatus } from '../status.ts'
import type { Failure } from './state.ts'

/** An answer that is no success. `nowMs` is the time of day. */
export function failureOfAnswer(
  answer: ApiAnswer,
  request: ApiRequest,
  identity: ClusterIdentity,
  nowMs: number,
): Failure {
  return {
    kind: kindOf(answer.status),
    error: notInstalled(answer, request, identity) ?? refusal(answer, request, identity, []),
    status: answer.status,
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], nowMs),
  }
}

/** One message for all kinds: whoever waits for them waits for one thing. */
function notInstalled(
  { status }: ApiAnswer,
  { path }: ApiRequest,
  { server, context }: ClusterIdentity,
): LbctlError | undefined {
  if (status !== 404 || !path.startsWith('/apis/metallb.io/')) return undefined
  return new LbctlError('unsupported', "This cluster does not know MetalLB's resources (metallb.io).", {
    facts: { server, context, path },
    hints: ['"lbctl install" brings their definitions, and so does the manifest of MetalLB.'],
  })
}

/** The Status inside an ERROR event: the answer itself said 200. */
export function failureInWatch(status: unknown, request: ApiRequest, identity: ClusterIdentity): Failure {
  const { code, retryAfterSeconds } = readStatus(status)
  const failure = failureOfAnswer({ status: code ?? 500, headers: {}, body: status }, request, identity, 0)
  return { ...failure, retryAfterMs: retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000 }
}

export const failureOfConnection = (
  code: string,
  request: ApiRequest,
  identity: ClusterIdentity,
  timeoutMs: number,
): Failure => ({ kind: 'unreachable', error: networkError(code, request, identity, timeoutMs) })

/** It comes again with every watch from the same version. */
export const failureOfEvent = (request: ApiRequest, identity: ClusterIdentity): Failure => ({
  kind: 'unreadable',
  error: networkError('NOT_JSON', request, identity, 0),
})

function kindOf(status: number): Failure['kind'] {
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'missing'
    case 410:
      return 'gone'
    case 429:
    case 503:
    case 504:
      return 'busy'
    default:
      return 'refused'
  }
}
