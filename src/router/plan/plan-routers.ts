// The objects of a cluster and its nodes → what each router needs.
import type { BFDProfile, BGPPeer, ReadObjects } from '../../config/objects/read-object.ts'
import { nearest } from '../../config/schema/nearest.ts'
import { type BgpSession, resolveSession } from '../../config/semantics/bgp-session.ts'
import { compareIp, formatIp } from '../../net/ip.ts'
import { err, ok, type Result } from '../../net/result.ts'
import { Announcements, prefixLimit } from './import-filter.ts'
import { type PeerPlan, planPeer } from './neighbours.ts'
import type { PlanNote, PlanOptions, PlanProblem, RouterNode } from './plan-options.ts'
import type { ImportFilter, PathPlan, PlannedBfd, PlannedNeighbour, RouterPlan } from './router-plan.ts'

export interface RouterPlans {
  /** by address; unnumbered ones last */
  readonly plans: readonly RouterPlan[]
  readonly notes: readonly PlanNote[]
}

/** One plan for the peers that `options` names, or one for each router. */
export function planRouters(
  objects: ReadObjects,
  nodes: readonly RouterNode[],
  options: PlanOptions,
): Result<RouterPlans, PlanProblem> {
  const chosen = choosePeers(objects.peers, options.peers)
  if (!chosen.ok) return chosen
  const ordered = [...nodes].sort((a, b) => compareText(a.name, b.name))
  const peers: PeerPlan[] = []
  for (const peer of chosen.value) {
    const session = resolveSession(peer)
    if (!session.ok) return err(sessionProblem(peer, session.error))
    const planned = planPeer(peer, session.value, ordered, options)
    if (!planned.ok) return planned
    peers.push(planned.value)
  }
  const groups = options.peers.length > 0 ? [peers] : byRouter(peers)
  const plans: RouterPlan[] = []
  for (const group of groups) {
    const plan = planOf(group, objects, options)
    if (!plan.ok) return plan
    plans.push(plan.value)
  }
  const missing = peers.flatMap(({ session }) => missingProfile(session, objects))
  return ok({ plans, notes: [...peers.flatMap(({ notes }) => notes), ...missing] })
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function choosePeers(
  peers: readonly BGPPeer[],
  names: readonly string[],
): Result<readonly BGPPeer[], PlanProblem> {
  if (peers.length === 0)
    return err({
      message: 'There is no BGPPeer among the objects, so nothing says which router is meant.',
      hints: ['Give the BGPPeer objects too: -f FILE, or --from-cluster.'],
    })
  const known = peers.map(({ name }) => name)
  for (const name of names) {
    if (known.includes(name)) continue
    const meant = nearest(name, known)
    return err({
      message: `There is no BGPPeer "${name}".`,
      hints: [meant === undefined ? `There are: ${known.join(', ')}.` : `Did you mean "${meant}"?`],
    })
  }
  const chosen = names.length === 0 ? peers : peers.filter(({ name }) => names.includes(name))
  return ok([...chosen].sort((a, b) => compareText(a.name, b.name)))
}

const sessionProblem = (
  peer: BGPPeer,
  problems: readonly { readonly code: string; readonly message: string }[],
): PlanProblem => ({
  message: `BGPPeer "${peer.name}" ${problems[0]?.message ?? 'is not valid'}.`,
  hints: ['lbctl validate tells more.'],
  ...(problems[0] === undefined ? {} : { code: problems[0].code }),
})

/** Peers with one address (and one VRF of the nodes) are one router; those without an address too, for each AS number. */
function byRouter(peers: readonly PeerPlan[]): PeerPlan[][] {
  const groups = new Map<string, PeerPlan[]>()
  for (const peer of peers) {
    const { remote, vrf } = peer.session
    const place = remote.kind === 'address' ? formatIp(remote.address) : `unnumbered ${peer.routerAsn}`
    const key = JSON.stringify([place, vrf])
    groups.set(key, [...(groups.get(key) ?? []), peer])
  }
  return [...groups.values()].sort(([a], [b]) => compareSessions(a?.session, b?.session))
}

function compareSessions(a: BgpSession | undefined, b: BgpSession | undefined): number {
  if (a?.remote.kind === 'address' && b?.remote.kind === 'address')
    return compareIp(a.remote.address, b.remote.address) || compareText(a.vrf ?? '', b.vrf ?? '')
  return (a?.remote.kind === 'address' ? 0 : 1) - (b?.remote.kind === 'address' ? 0 : 1)
}

function planOf(
  peers: readonly PeerPlan[],
  objects: ReadObjects,
  options: PlanOptions,
): Result<RouterPlan, PlanProblem> {
  const contradiction = contradictionIn(peers)
  if (contradiction !== undefined) return err(contradiction)
  const [first] = peers
  const { neighbours, filters } = withFilters(peers, objects, options)
  const addresses = peers.flatMap(({ session }) =>
    session.remote.kind === 'address' ? [session.remote.address] : [],
  )
  const used = new Set(neighbours.map(({ bfd }) => bfd))
  return ok({
    addresses: [...new Map(addresses.map((one) => [formatIp(one), one])).values()].sort(compareIp),
    vrf: first?.session.vrf,
    asn: first?.routerAsn ?? 0,
    routerId: options.routerId,
    port: first?.session.port ?? 179,
    peers: peers.map(({ peer }) => peer.name),
    neighbours,
    filters,
    bfdProfiles: objects.bfdProfiles.filter(({ name }) => used.has(name)).map(bfdOf),
    paths: pathsOf(neighbours),
    advertiseDefault: options.advertiseDefault,
    prefix: options.prefix,
  })
}

/** One router has one AS number and listens on one port. */
function contradictionIn(peers: readonly PeerPlan[]): PlanProblem | undefined {
  const [first] = peers
  for (const other of peers.slice(1)) {
    if (first === undefined) return undefined
    const names = `BGPPeers "${first.peer.name}" and "${other.peer.name}"`
    if (other.routerAsn !== first.routerAsn)
      return {
        message: `${names} are said to be one router, but have the AS numbers ${first.routerAsn} and ${other.routerAsn}.`,
        hints: ['Choose the BGPPeers of one router with --peer.'],
      }
    if (other.session.port !== first.session.port)
      return {
        message: `${names} are said to be one router, but use the ports ${first.session.port} and ${other.session.port}.`,
        hints: ['Choose the BGPPeers of one router with --peer.'],
      }
  }
  return undefined
}

function withFilters(peers: readonly PeerPlan[], objects: ReadObjects, options: PlanOptions) {
  const announcements = new Announcements(objects)
  const drafts = peers.flatMap(({ neighbours }) => neighbours)
  const made = new Map<string, { entries: ImportFilter['entries']; name: string }>()
  const keyed = drafts.map(({ labels, ...draft }) => {
    const entries = announcements.of(draft.peer, labels)
    const key = JSON.stringify(
      entries.map(({ within, length }) => [String(within.base), within.length, length]),
    )
    if (!made.has(key)) made.set(key, { entries, name: `${options.prefix}-${made.size + 1}` })
    return { draft, key }
  })
  // Nearly always all nodes announce the same, and one filter without a number is enough.
  const nameOf = (key: string): string => (made.size === 1 ? options.prefix : (made.get(key)?.name ?? ''))
  const filters = [...made].map(
    ([key, { entries }]): ImportFilter => ({
      name: nameOf(key),
      entries,
      limits: { 4: prefixLimit(entries, 4), 6: prefixLimit(entries, 6) },
    }),
  )
  const neighbours = keyed.map(({ draft, key }): PlannedNeighbour => ({ ...draft, filter: nameOf(key) }))
  return { neighbours: neighbours.sort(compareNeighbours), filters }
}

function compareNeighbours(a: PlannedNeighbour, b: PlannedNeighbour): number {
  const addresses = a.address === undefined || b.address === undefined ? 0 : compareIp(a.address, b.address)
  return compareText(a.node, b.node) || addresses || compareText(a.peer, b.peer)
}

/** Defaults of MetalLB, which are those of FRR. */
const BFD_INTERVAL_MS = 300
const BFD_ECHO_INTERVAL_MS = 50
const BFD_MULTIPLIER = 3

const bfdOf = ({ name, spec }: BFDProfile): PlannedBfd => ({
  name,
  transmitIntervalMs: spec.transmitInterval ?? BFD_INTERVAL_MS,
  receiveIntervalMs: spec.receiveInterval ?? BFD_INTERVAL_MS,
  detectMultiplier: spec.detectMultiplier ?? BFD_MULTIPLIER,
  echoIntervalMs: spec.echoMode === true ? (spec.echoInterval ?? BFD_ECHO_INTERVAL_MS) : undefined,
  nodeIsPassive: spec.passiveMode === true,
})

function missingProfile({ peer, bfdProfile }: BgpSession, { bfdProfiles }: ReadObjects): PlanNote[] {
  if (bfdProfile === undefined || bfdProfiles.some(({ name }) => name === bfdProfile)) return []
  const text = `BGPPeer "${peer}" names the BFDProfile "${bfdProfile}", which is not among the objects, so its times are not known.`
  return [{ peer, node: undefined, text }]
}

export function pathsOf(neighbours: readonly PlannedNeighbour[]): PathPlan {
  const nodes = (internal: boolean): number =>
    new Set(neighbours.filter((one) => one.internal === internal).map(({ node }) => node)).size
  const asns = new Set(neighbours.filter(({ internal }) => !internal).map(({ asn }) => asn))
  return { external: nodes(false), internal: nodes(true), mixedAsns: asns.size > 1 }
}
