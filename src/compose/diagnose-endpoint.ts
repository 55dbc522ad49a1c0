// `lbctl explain ADDRESS:PORT` put together: words → facts, of this host and of the connection → the verdict.
import { hostname } from 'node:os'
import { collectEndpoint } from '../diagnose/endpoint/collect-endpoint.ts'
import { type EndpointVerdict, judgeEndpoint } from '../diagnose/endpoint/endpoint-diagnosis.ts'
import type { EndpointFacts } from '../diagnose/endpoint/endpoint-facts.ts'
import { parseEndpoint } from '../diagnose/endpoint/parse-endpoint.ts'
import type { EndpointSurroundings } from '../diagnose/endpoint/ports.ts'
import { exitCodeOf } from '../diagnose/judge.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { timeoutMsOf } from './diagnose-pool-time.ts'
import { head, lookUp, plainConnect } from './endpoint-probes.ts'
import { openKernel } from './linux.ts'

export interface EndpointRequest {
  readonly asked: string
  readonly http: boolean
  readonly timeout: string
  readonly output: 'text' | 'json' | 'markdown'
}

export interface EndpointOutcome {
  readonly verdict: EndpointVerdict
  readonly facts: EndpointFacts
  readonly exitCode: ExitCode
}

/** @throws LbctlError */
export async function diagnoseEndpoint(
  { asked, http, timeout, output }: EndpointRequest,
  step: ((name: string, text: string) => void) | undefined,
): Promise<EndpointOutcome> {
  if (output === 'markdown')
    throw new LbctlError('usage', 'An address is explained as text or as JSON; -o markdown is for pages.')
  const question = { endpoint: parseEndpoint(asked.trim()), timeoutMs: timeoutMsOf(timeout), http }
  const facts = await collectEndpoint(question, await surroundings(), { step: step ?? (() => undefined) })
  const verdict = judgeEndpoint(facts)
  return { verdict, facts, exitCode: exitCodeOf([verdict]) }
}

async function surroundings(): Promise<EndpointSurroundings> {
  return {
    hostName: hostname(),
    platform: process.platform,
    kernel: await kernelOrWhyNot(),
    nowMs: () => performance.now(),
    lookUp,
    connect: plainConnect,
    head,
  }
}

async function kernelOrWhyNot(): Promise<EndpointSurroundings['kernel']> {
  try {
    return await openKernel()
  } catch (error) {
    if (error instanceof LbctlError && error.kind === 'unsupported') return { notRead: error.message }
    throw error
  }
}
