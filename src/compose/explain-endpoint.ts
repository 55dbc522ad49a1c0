// `lbctl explain ADDRESS:PORT`: what was typed is an address, a name or a URL, and not a code or words.
import type { EndpointVerdict } from '../diagnose/endpoint/endpoint-diagnosis.ts'
import type { EndpointFacts } from '../diagnose/endpoint/endpoint-facts.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import type { EndpointRequest } from './diagnose-endpoint.ts'
import type { StreamStyle } from './streams.ts'

interface ExplainEndpointStyle {
  readonly stdout: StreamStyle
  readonly verbose: boolean
  /** undefined: steps are not shown */
  readonly step: ((name: string, text: string) => void) | undefined
}

/** `192.0.2.10:443`, `shop.example.com:443`, `[2001:db8::10]:443`, `https://…`, and addresses that lack their port. */
export const isEndpoint = (asked: string): boolean =>
  /^(?:[a-z][a-z0-9+.-]*:\/\/\S+|\[[0-9a-f:.]+(?:%\S+)?\](?::\d*)?|[^\s:/{}"']+:\d+|\d+(?:\.\d+){3}|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)$/i.test(
    asked.trim(),
  )

/** @throws LbctlError */
export async function explainEndpoint(
  request: EndpointRequest,
  style: ExplainEndpointStyle,
): Promise<{ readonly text: string; readonly exitCode: ExitCode }> {
  // Codes and words are what is mostly asked for; they cost no more than before.
  const { diagnoseEndpoint } = await import('./diagnose-endpoint.ts')
  const { verdict, facts, exitCode } = await diagnoseEndpoint(request, style.step)
  return { text: await rendered(verdict, facts, exitCode, request, style), exitCode }
}

async function rendered(
  verdict: EndpointVerdict,
  facts: EndpointFacts,
  exitCode: ExitCode,
  { output }: EndpointRequest,
  { stdout, verbose }: ExplainEndpointStyle,
): Promise<string> {
  if (output === 'json') {
    const { renderEndpointJson } = await import('../terminal/diagnose/endpoint-json.ts')
    return renderEndpointJson(verdict, facts, exitCode)
  }
  const { renderEndpoint } = await import('../terminal/diagnose/endpoint.ts')
  return renderEndpoint(verdict, { ...stdout, verbose })
}
