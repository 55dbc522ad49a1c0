// `lbctl diagnose service`: which Services are meant, the probe of their addresses from this host, and the chain of each.
import type { ServiceObject } from '../config/objects/read-object.ts'
import { nodeMatrix } from '../diagnose/agents/matrix.ts'
import { askedService, isHostName } from '../diagnose/cluster/asked-service.ts'
import {
  type ClusterFacts,
  itemsOf,
  notAsked,
  type ProbeFacts,
  readPlane,
} from '../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import { findServices } from '../diagnose/cluster/find-services.ts'
import { addressesOf, keyOf } from '../diagnose/cluster/object-keys.ts'
import { serviceChain } from '../diagnose/cluster/service-chain.ts'
import type { Progress } from '../diagnose/collect/question.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { formatIp, type Ip, parseIp } from '../net/ip.ts'
import type { OtherNodesRequest } from './agents/other-nodes-request.ts'
import { type ClusterRequest, type ClusterWork, judgedView } from './diagnose-cluster.ts'
import { nodeOfThisHost, withHostFacts } from './host-facts/with-host-facts.ts'

/** What decides which facts there are about a Service beside the objects. */
export interface ServiceLookRequest
  extends Pick<ClusterRequest, 'file' | 'facts' | 'bundle'>,
    OtherNodesRequest {
  readonly probe?: boolean | undefined
  readonly netns?: string | undefined
  readonly from?: string | undefined
  readonly 'node-name'?: string | undefined
}

export interface ServiceRequest extends ClusterRequest, ServiceLookRequest {
  readonly service: string
}

/** And what has to be known whatever else is shown. */
export interface LookProgress extends Progress {
  readonly warn: (text: string) => void
}

export function serviceWork(
  request: ServiceRequest,
  progress: LookProgress,
  signal: AbortSignal,
): ClusterWork {
  const asked = askedService(request.service)
  const client = clientOf(request.from)
  const namespace = asked.includes('/') ? asked.split('/')[0] : undefined
  return {
    podNamespaces: namespace === undefined ? [] : [namespace],
    plan:
      request.probe === false || request.file !== undefined
        ? []
        : [
            'with CAP_NET_RAW, or with --probe: ask for the address of the Service on the link, and connect to its port',
            'on a node of the cluster also: connect to the routers that it should have a session with and has none, and send no OPEN; read links, routes, settings, sockets and rules of the kernel; with --from, look up the way back',
          ],
    planAfterReading: isWide(request)
      ? async (read) => {
          const { explainOtherNodes } = await import('./agents/explain-other-nodes.ts')
          return explainOtherNodes(request, questionOf(read, await servicesOf(read, asked), request))
        }
      : undefined,
    judge: async (read) => {
      const services = await servicesOf(read, asked)
      const facts = await withLook(read, services, request, progress, signal)
      const reports = services.map((service) => {
        const { view, verdict } = judgedView(facts, request, new Set([keyOf(service)]), client)
        const chain = serviceChain(service, view, verdict)
        return { subject: `Service ${keyOf(service)}`, verdict, chain, matrix: nodeMatrix(facts) }
      })
      return { facts, reports }
    },
  }
}

/** The facts with what this host, the wire and other nodes tell about the Services. */
export async function withLook(
  read: ClusterFacts,
  services: readonly ServiceObject[],
  request: ServiceLookRequest,
  progress: LookProgress,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const host = await withHost(read, services, request, progress, signal)
  const here = await probed(host, services, request, progress, signal)
  return isWide(request) ? fromOtherNodes(here, services, request, progress, signal) : here
}

const isWide = ({ agents, ssh }: ServiceLookRequest): boolean => agents === true || ssh !== undefined

async function servicesOf(read: ClusterFacts, asked: string): Promise<readonly ServiceObject[]> {
  refuseWithoutServices(read)
  return findServices(asked, await resolved(asked), new ClusterView(read))
}

/** The owner, its successor, and others that tell whether it is one node's trouble. */
const USUAL_NODES = 4

const questionOf = (
  facts: ClusterFacts,
  services: readonly ServiceObject[],
  { from }: ServiceLookRequest,
) => ({
  view: new ClusterView(facts, new Set(services.map(keyOf))),
  services,
  client: clientOf(from),
  usualNodes: USUAL_NODES,
})

async function fromOtherNodes(
  facts: ClusterFacts,
  services: readonly ServiceObject[],
  request: ServiceLookRequest,
  progress: LookProgress,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const { withOtherNodes } = await import('./agents/other-nodes.ts')
  const voice = { tell: (text: string) => progress.step('nodes', text), warn: progress.warn }
  return withOtherNodes(request, questionOf(facts, services, request), voice, signal)
}

function refuseWithoutServices({ services, vantage }: ClusterFacts): void {
  if (services.status === 'read') return
  throw new LbctlError(
    services.wanted ? 'permission' : 'input',
    `The Services could not be read: ${services.reason}.`,
    {
      facts: { asked: vantage },
      hints: services.remedy === undefined ? [] : [services.remedy],
    },
  )
}

/** Addresses of a host name; none for what is a name of a Service. */
async function resolved(asked: string): Promise<readonly Ip[]> {
  if (!isHostName(asked)) return []
  const { lookup } = await import('node:dns/promises')
  const answers = await lookup(asked, { all: true }).catch(() => [])
  return answers.flatMap(({ address }) => parseIp(address) ?? [])
}

/** The facts with those of this host, where it is a node. */
async function withHost(
  facts: ClusterFacts,
  services: readonly ServiceObject[],
  request: ServiceLookRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  if (request.facts !== undefined || request.bundle !== undefined) return facts
  const focus = new Set(services.map(keyOf))
  const step = (_name: string, text: string) => progress.step('nodes', text)
  return withHostFacts(facts, { nodeName: request['node-name'], netns: request.netns, focus }, step, signal)
}

/** The facts with probes of the addresses, or with the reason why there are none. */
async function probed(
  facts: ClusterFacts,
  services: readonly ServiceObject[],
  request: ServiceLookRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  if (request.facts !== undefined || request.bundle !== undefined) return facts
  const never = (reason: string): ClusterFacts => ({
    ...facts,
    probes: notAsked(reason, 'lbctl diagnose service --probe tries the addresses from this host.'),
  })
  if (request.probe === false) return never('--no-probe was given')
  if (request.file !== undefined && request.probe !== true) return never('the objects are of files')
  const { openKernel } = await import('./linux.ts')
  const around = await openKernel({ netns: request.netns }).catch((error: unknown) => {
    if (request.probe === true || !(error instanceof LbctlError)) throw error
    return undefined
  })
  if (around === undefined || (request.probe !== true && !around.rights.has('CAP_NET_RAW')))
    return never('this process has no CAP_NET_RAW')
  const client = clientOf(request.from)
  const { collectLink } = await import('../diagnose/collect/collect-link.ts')
  const node = itemsOf(facts.hosts)[0]?.node ?? nodeOfThisHost(facts, request['node-name'])
  const probes: ProbeFacts[] = []
  for (const service of services)
    for (const target of addressesOf(service)) {
      const port = service.ports.find(({ protocol }) => protocol === 'TCP')?.port
      const question = {
        asked: formatIp(target),
        target,
        interfaces: [],
        source: undefined,
        count: 3,
        intervalMs: 1000,
        timeoutMs: 1000,
        vlanId: undefined,
        unicastTo: undefined,
        port,
        nodes: nodesOf(facts),
      }
      const link = await collectLink(question, around, progress, signal)
      probes.push({
        kind: 'link',
        vantage: `host ${link.host.name}`,
        facts: link,
        ...(node === undefined ? {} : { node }),
      })
    }
  if (node !== undefined) {
    const { hostProbes } = await import('./diagnose-host-probes.ts')
    const asked = { services, node, client, netns: request.netns }
    probes.push(...(await hostProbes(asked, new ClusterView(facts), around, progress, signal)))
  }
  return { ...facts, probes: readPlane(probes) }
}

function clientOf(text: string | undefined): Ip | undefined {
  const parsed = text === undefined ? undefined : parseIp(text.trim())
  if (text === undefined || parsed !== undefined) return parsed
  throw new LbctlError('usage', `--from takes an IP address, not "${text}".`)
}

const internalAddresses = (facts: ClusterFacts) =>
  new ClusterView(facts).objects.nodes.map(({ name, addresses }) => ({
    name,
    addresses: addresses.flatMap(({ address }) => parseIp(address) ?? []),
  }))

const nodesOf = (facts: ClusterFacts) =>
  itemsOf(facts.nodes).length === 0
    ? undefined
    : internalAddresses(facts).map((node) => ({ ...node, macs: [] }))
