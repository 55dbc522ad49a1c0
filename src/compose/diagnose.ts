// `lbctl diagnose arp|ndp` put together: words → addresses → facts of this host or of a file. The first probe should leave
// soon, so what only comes after it (judging, watching, explaining the plan) is not loaded from here.
import { collectLink } from '../diagnose/collect/collect-link.ts'
import type { GivenNode, Progress, Surroundings } from '../diagnose/collect/question.ts'
import type { LinkFacts } from '../diagnose/facts/link-facts.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type CommonQuestion, commonQuestion, type LinkRequest, questionFor } from './diagnose-request.ts'
import { resolveTargets, type Target } from './diagnose-target.ts'
import { openKernel } from './linux.ts'

/** @throws LbctlError for what cannot be asked at all */
export async function linkFacts(
  request: LinkRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<LinkFacts[]> {
  if (request.facts !== undefined) {
    const { readFacts } = await import('./diagnose-facts.ts')
    return readFacts(request.facts, request.family)
  }
  const { common, targets, nodes, around } = await openLink(request, signal)
  const facts: LinkFacts[] = []
  for (const target of targets)
    facts.push(await collectLink(questionFor(common, target, nodes), around, progress, signal))
  return facts
}

export interface OpenedLink {
  readonly common: CommonQuestion
  readonly targets: readonly Target[]
  readonly nodes: readonly GivenNode[] | undefined
  readonly around: Surroundings
}

/** Words first, then names, then the kernel: the cheap refusals come first, and the cluster before another namespace. */
export async function openLink(request: LinkRequest, signal: AbortSignal): Promise<OpenedLink> {
  const { address } = request
  if (address === undefined)
    throw new LbctlError('usage', 'There is no address to ask for.', {
      hints: ['Name one, or read facts that were gathered before with --facts FILE.'],
    })
  const common = commonQuestion(request)
  const targets = await resolveTargets(address, request.family)
  const nodes = await nodesFor(request, signal)
  return { common, targets, nodes, around: await openKernel({ netns: request.netns }) }
}

async function nodesFor(
  request: LinkRequest,
  signal: AbortSignal,
): Promise<readonly GivenNode[] | undefined> {
  const { nodes, kubeconfig, context } = request
  if (nodes === undefined && kubeconfig === undefined && context === undefined) return undefined
  const { clusterNodes, readNodes } = await import('./diagnose-nodes.ts')
  return nodes === undefined ? clusterNodes(request, signal) : readNodes(nodes)
}
