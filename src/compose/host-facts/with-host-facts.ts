// The facts of a cluster, with those of this host where it is one of the nodes.
import { readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { type ClusterFacts, itemsOf, notAsked, readPlane } from '../../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { hostQuestion } from '../../diagnose/cluster/host-question.ts'
import { thisNode } from '../../diagnose/cluster/this-node.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { readHostFacts } from './read-host-facts.ts'

export interface HostRequest {
  /** name of the Node that this host is; found by its addresses and its name otherwise */
  readonly nodeName: string | undefined
  /** the process moves there before anything is read */
  readonly netns: string | undefined
  /** keys of the Services that the question is about; undefined: all */
  readonly focus: ReadonlySet<string> | undefined
}

/**
 * A host that is no node, or cannot be read, leaves the plane with the reason.
 * @throws LbctlError for a node that the cluster does not have
 */
export async function withHostFacts(
  facts: ClusterFacts,
  { nodeName, netns, focus }: HostRequest,
  step: (name: string, text: string) => void,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  if (facts.hosts.status === 'read') return facts
  if (facts.origin === 'files') return { ...facts, hosts: notAsked('the objects are of files') }
  try {
    // Where an address is of this host depends on the namespace.
    if (netns !== undefined) await enter(netns)
    return await read(facts, { nodeName, netns, focus }, step, signal)
  } catch (error) {
    if (!(error instanceof LbctlError) || error.kind === 'usage') throw error
    const [remedy] = error.hints
    const reason = error.message.replace(/\.$/, '')
    const hosts = { status: 'not-read' as const, reason, wanted: true }
    return { ...facts, hosts: remedy === undefined ? hosts : { ...hosts, remedy } }
  }
}

async function enter(netns: string): Promise<void> {
  const { openKernel } = await import('../linux.ts')
  await openKernel({ netns })
}

async function read(
  facts: ClusterFacts,
  { nodeName, netns, focus }: HostRequest,
  step: (name: string, text: string) => void,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const node = nodeOfThisHost(facts, nodeName)
  if (node === undefined)
    return {
      ...facts,
      hosts: notAsked(
        `${hostname()} is not a node of this cluster`,
        'Run it on a node (--node-name names it), or use --agents.',
      ),
    }
  step('host', `reading links, routes, settings and rules of ${node}`)
  const question = hostQuestion(new ClusterView(facts, focus), node)
  return { ...facts, hosts: readPlane([await readHostFacts(question, { netns, signal })]) }
}

/** @throws LbctlError for a node that the cluster does not have */
export function nodeOfThisHost(facts: ClusterFacts, nodeName: string | undefined): string | undefined {
  const nodes = itemsOf(facts.nodes)
  if (nodeName === undefined)
    return thisNode(nodes, {
      name: hostname(),
      addresses: Object.values(networkInterfaces()).flatMap(
        (all) => all?.map(({ address }) => address) ?? [],
      ),
      bootId: bootId(),
    })
  if (facts.nodes.status !== 'read' || nodes.some(({ metadata }) => metadata.name === nodeName))
    return nodeName
  throw new LbctlError('usage', `The cluster has no node "${nodeName}" (--node-name).`, {
    hints: [`It has ${nodes.map(({ metadata }) => metadata.name).join(', ') || 'none'}.`],
  })
}

function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return undefined
  }
}
