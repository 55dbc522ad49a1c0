// The way of one Service, link by link: what is known to hold, where it breaks, and what nobody looked at.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import type { CandidateMatrix } from '../../speaker/decide/decider.ts'
import { CHAIN, type Link } from './cluster-check.ts'
import { itemsOf } from './cluster-facts.ts'
import type { ClusterView } from './cluster-view.ts'
import type { ClusterVerdict } from './judge-cluster.ts'
import { textAt } from './object-fields.ts'
import { keyOf } from './object-keys.ts'
import { protocolsOf } from './silent-services.ts'
import { counted, listed } from './wording.ts'

export interface ChainLink {
  readonly link: Link
  /** `behind`: an earlier link is broken, so this one was not reached */
  readonly state: 'holds' | 'broken' | 'behind' | 'open'
  readonly text: string
  /** of the finding that breaks it */
  readonly code: string | undefined
}

/** @param verdict of the same view, with the focus on this Service */
export function serviceChain(
  service: ServiceObject,
  view: ClusterView,
  verdict: ClusterVerdict,
): readonly ChainLink[] {
  const broken = new Map(
    verdict.findings
      .filter(({ severity, breaks }) => severity === 'error' && breaks === 'now')
      .map((finding) => [finding.link, finding] as const),
  )
  const first = CHAIN.findIndex((link) => broken.has(link))
  return CHAIN.map((link, index): ChainLink => {
    const finding = broken.get(link)
    if (finding !== undefined) return { link, state: 'broken', text: finding.title, code: finding.code }
    const known = statementOf(link, service, view, verdict)
    if (known === undefined) {
      const behind = first >= 0 && index > first
      return {
        link,
        state: behind ? 'behind' : 'open',
        text: behind ? 'not reached' : openText(link),
        code: undefined,
      }
    }
    return { link, state: 'holds', text: known, code: undefined }
  })
}

/** Who decides, and by whose rules. */
const deciderOf = ({ installation, release }: ClusterView): string =>
  (installation?.speaker ?? installation?.controller)?.maker === 'lbctl' ? 'lbctl' : `MetalLB ${release}`

function statementOf(
  link: Link,
  service: ServiceObject,
  view: ClusterView,
  verdict: ClusterVerdict,
): string | undefined {
  const matrix = view.matrixOf(service)
  switch (link) {
    case 'installation':
      return view.installation === undefined
        ? undefined
        : `${deciderOf(view)} in ${view.installation.namespace}${view.installation.mode === undefined ? '' : `, ${view.installation.mode} mode`}`
    case 'configuration':
      return view.configuration.ok
        ? `accepted, ${counted(itemsOf(view.facts.configuration).length, 'object')}${exceptOn(view)}`
        : undefined
    case 'allocation':
      return allocationText(service, view)
    case 'advertisement':
      return advertisementText(service, view)
    case 'candidates':
      return matrix === undefined ? undefined : candidatesText(matrix)
    case 'owner':
      return ownerText(service, view, matrix) ?? passedText('probed-sessions', verdict)
    case 'wire':
      return probedText(service, view)
    case 'endpoints':
      return endpointsText(service, view)
    case 'data path':
      return passedText('probed-path', verdict)
    case 'return path':
      return passedText('probed-return', verdict)
  }
}

const exceptOn = ({ refusals: { nodes } }: ClusterView): string =>
  nodes === undefined || nodes.size === 0 ? '' : `, but not on ${listed([...nodes])}`

function allocationText(service: ServiceObject, view: ClusterView): string | undefined {
  if (service.ingress.length === 0) return undefined
  const pool = view.poolOf(service)
  return `${listed(service.ingress)}${pool === undefined ? '' : ` of the pool "${pool.name}"`}`
}

function advertisementText(service: ServiceObject, view: ClusterView): string | undefined {
  const pool = view.poolOf(service)
  if (pool === undefined || protocolsOf(pool).length === 0) return undefined
  const parts = [
    pool.l2.length > 0 ? `by layer 2 (L2Advertisement ${listed(pool.l2.map(({ name }) => name))})` : [],
    pool.bgp.length > 0 ? `by BGP (BGPAdvertisement ${listed(pool.bgp.map(({ name }) => name))})` : [],
  ].flat()
  return parts.join(' and ')
}

function candidatesText({ nodes, succession }: CandidateMatrix): string | undefined {
  const bgp = [...nodes].filter(([, { bgp: verdict }]) => verdict.announces).map(([name]) => name)
  const layer2 = succession.map(({ node }) => node)
  if (layer2.length === 0 && bgp.length === 0) return undefined
  return [layer2.length > 0 ? `layer 2: ${listed(layer2)}` : [], bgp.length > 0 ? `BGP: ${listed(bgp)}` : []]
    .flat()
    .join('; ')
}

function ownerText(
  service: ServiceObject,
  view: ClusterView,
  matrix: CandidateMatrix | undefined,
): string | undefined {
  const owner = matrix?.owner
  if (owner === undefined) return undefined
  const told = view
    .statuses('ServiceL2Status')
    .filter(
      (status) =>
        `${textAt(status, 'status', 'serviceNamespace')}/${textAt(status, 'status', 'serviceName')}` ===
        keyOf(service),
    )
    .flatMap((status) => textAt(status, 'status', 'node') ?? [])
  return `${owner}, as MetalLB ${view.release} chooses${told.length === 0 ? '' : `; its own record says ${listed(told)}`}`
}

/** What a check of probes says when all is well. */
function passedText(id: string, { checks }: ClusterVerdict): string | undefined {
  const found = checks.find((check) => check.id === id)
  return found?.result === 'pass' ? `${found.title}: ${found.text}` : undefined
}

function probedText(service: ServiceObject, view: ClusterView): string | undefined {
  const own = itemsOf(view.facts.probes).filter(
    (probe) => probe.kind === 'link' && service.ingress.includes(probe.facts.target.address),
  )
  return own.length === 0 ? undefined : `probed from ${listed(own.map(({ vantage }) => vantage))}`
}

function endpointsText(service: ServiceObject, view: ClusterView): string | undefined {
  const { anywhere, nodes } = view.endpointsOf(service)
  if (!anywhere) return undefined
  return `some can serve, on ${listed([...(nodes ?? [])].sort()) || 'no node'}`
}

const openText = (link: Link): string =>
  link === 'wire'
    ? 'not tested: --probe tries it from here'
    : link === 'data path'
      ? 'not tested: lbctl diagnose path ADDRESS:PORT on the owner reads the rules of kube-proxy'
      : link === 'return path'
        ? 'not tested: lbctl diagnose route ADDRESS --from CLIENT on the owner tells'
        : 'not known'
