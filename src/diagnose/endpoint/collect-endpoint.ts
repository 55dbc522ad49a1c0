// Gathers the facts of an endpoint, step by step, as a program that connects goes through them: name, route, next hop, connection.
// Sends a TCP SYN and what resolving the next hop takes, and nothing else unless a request was asked for.
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { collectRoute } from '../route/collect-route.ts'
import {
  ENDPOINT_FACTS_FORMAT,
  type EndpointAttempt,
  type EndpointFacts,
  type HttpFacts,
  type NameFacts,
  resultOf,
} from './endpoint-facts.ts'
import type { Endpoint } from './parse-endpoint.ts'
import type { EndpointSurroundings } from './ports.ts'

export interface EndpointQuestion {
  readonly endpoint: Endpoint
  /** for the look-up, for each connection, and for the answer to a request */
  readonly timeoutMs: number
  /** also send one HEAD request */
  readonly http: boolean
}

interface EndpointProgress {
  step(name: string, text: string): void
}

/** A name can have dozens of addresses, and each may take the whole time. */
const MOST_ATTEMPTS = 4

/** Interfaces that network plugins and kube-proxy make on nodes. */
const NODE_INTERFACES =
  /^(kube-ipvs0|cni0|cali|flannel|cilium_|lxc|weave|kube-bridge|ovn-k8s|antrea-gw|nodelocaldns)/

export async function collectEndpoint(
  question: EndpointQuestion,
  around: EndpointSurroundings,
  progress: EndpointProgress,
): Promise<EndpointFacts> {
  const { endpoint } = question
  const { name, addresses } = await resolved(question, around)
  progress.step('name', `${endpoint.host}: ${addresses.map(formatIp).join(', ') || 'no address'}`)
  const attempts: EndpointAttempt[] = []
  let reached: Ip | undefined
  for (const address of addresses.slice(0, MOST_ATTEMPTS)) {
    const attempt = await attemptTo(address, question, around, progress)
    attempts.push(attempt)
    if (resultOf(attempt).result !== 'connected') continue
    reached = address
    break
  }
  const { kernel } = around
  return {
    format: ENDPOINT_FACTS_FORMAT,
    asked: endpoint.asked,
    host: endpoint.host,
    port: endpoint.port,
    hostName: around.hostName,
    platform: around.platform,
    name,
    kernelNotRead: 'notRead' in kernel ? kernel.notRead : undefined,
    nodeInterfaces:
      'notRead' in kernel
        ? []
        : (await kernel.tables.links()).map((link) => link.name).filter((each) => NODE_INTERFACES.test(each)),
    attempts,
    untried: addresses.slice(attempts.length).map(formatIp),
    http: reached === undefined ? undefined : await requested(reached, question, around, progress),
  }
}

async function resolved(
  { endpoint: { host }, timeoutMs }: EndpointQuestion,
  around: EndpointSurroundings,
): Promise<{ readonly name: NameFacts; readonly addresses: readonly Ip[] }> {
  const literal = parseIp(host)
  if (literal !== undefined) return { name: { result: 'literal' }, addresses: [literal] }
  const startMs = around.nowMs()
  try {
    const addresses = await around.lookUp(host, timeoutMs)
    const elapsedMs = around.nowMs() - startMs
    if (addresses.length === 0)
      return { name: { result: 'failed', code: 'ENODATA', elapsedMs }, addresses: [] }
    return { name: { result: 'found', addresses: addresses.map(formatIp), elapsedMs }, addresses }
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (typeof code !== 'string') throw error
    return { name: { result: 'failed', code, elapsedMs: around.nowMs() - startMs }, addresses: [] }
  }
}

async function attemptTo(
  target: Ip,
  { endpoint: { asked, port, zone }, timeoutMs }: EndpointQuestion,
  { kernel, connect }: EndpointSurroundings,
  progress: EndpointProgress,
): Promise<EndpointAttempt> {
  const about = { address: formatIp(target), family: target.family }
  // The kernel's own way does not know zones: what a route is for a link-local address, its interface says.
  if ('notRead' in kernel || zone !== undefined) {
    progress.step('port', `TCP to ${about.address} port ${port}`)
    return { ...about, route: undefined, plain: await connect(target, zone, port, timeoutMs) }
  }
  const route = await collectRoute(
    {
      asked,
      target,
      source: undefined,
      client: undefined,
      interfaceName: undefined,
      port: { protocol: 'tcp', number: port },
      timeoutMs,
    },
    kernel,
    progress,
  )
  return { ...about, route, plain: undefined }
}

async function requested(
  address: Ip,
  { endpoint, http, timeoutMs }: EndpointQuestion,
  around: EndpointSurroundings,
  progress: EndpointProgress,
): Promise<HttpFacts | undefined> {
  if (!http) return undefined
  const { scheme, port, host, zone, path } = endpoint
  const tls = scheme === undefined ? port === 443 || port === 8443 : ['https', 'wss'].includes(scheme)
  progress.step('http', `HEAD ${path} of ${host}${tls ? ' over TLS' : ''}`)
  return around.head({ tls, address, zone, port, host, path, timeoutMs })
}
