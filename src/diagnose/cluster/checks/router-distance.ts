// F39 of the hosts that were read: routers that are not on a link of the node, with eBGP that expects them there.

import type { Mode } from '../../../config/rules/context.ts'
import { formatIp, type Ip } from '../../../net/ip.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import type { HostFacts } from '../host-facts.ts'
import { type Way, wayTo } from '../host-fib.ts'
import { isUp, linkText } from '../host-links.ts'
import { hasSessionWith } from '../host-sessions.ts'
import { keyOf } from '../object-keys.ts'
import { peersOf } from '../peers-of-node.ts'
import { counted, listed } from '../wording.ts'

export const routerDistance: ClusterCheck = {
  id: 'router-distance',
  code: 'F39',
  link: 'wire',
  title: 'routers are as near to the nodes as the BGPPeers say',
  needs: ['hosts', 'nodes', 'configuration'],
  evaluate: (view) => {
    const pairs = [...view.hosts.values()].flatMap((host) =>
      peersOf(host.node, view).flatMap(({ session }) =>
        // Where a VRF has a table of its own, that is not looked into.
        session.remote.kind === 'address' && session.vrf === undefined
          ? [{ host, session, remote: session.remote.address }]
          : [],
      ),
    )
    if (pairs.length === 0) return skip('no node that was read has a BGPPeer with an address')
    const far = pairs.flatMap(({ host, session, remote }) => {
      if (hasSessionWith(host, remote, session.port)) return []
      const way = wayTo(remote, host, session.source)
      const isNear = way !== undefined && way.gateway === undefined
      return isNear || (way !== undefined && (session.internal || session.multihop))
        ? []
        : [{ host, peer: session.peer, remote, way }]
    })
    const groups = grouped(far, ({ peer, way }) => `${peer} ${way === undefined}`)
    return failOr(
      [...groups.values()].flatMap((group) => draft(group, view) ?? []),
      counted(pairs.length, 'pair of node and router', 'pairs of node and router'),
    )
  },
}

interface Far {
  readonly host: HostFacts
  readonly peer: string
  readonly remote: Ip
  /** undefined: there is no route */
  readonly way: Way | undefined
}

/** @param group nodes for which one router is too far away in the same manner */
function draft(group: readonly Far[], view: ClusterView): ClusterDraft | undefined {
  const [first] = group
  if (first === undefined) return undefined
  const { host, peer, remote, way } = first
  const nodes = group.map((each) => each.host.node)
  const others = nodes.length === 1 ? [] : [`it is the same for ${listed(nodes.slice(1))}`]
  const mode: Mode = view.installation?.mode ?? 'native'
  const router = formatIp(remote)
  const base = { subject: `BGPPeer ${peer}`, affects: affectedBy(new Set(nodes), view) }
  if (way === undefined) return { ...base, ...noWay(first, others, view) }
  const gateway = way.gateway === undefined ? 'a gateway' : formatIp(way.gateway)
  const isFrr = mode !== 'native'
  return {
    ...base,
    title: `The router ${router} is behind ${gateway} for ${host.node}, and the BGPPeer "${peer}" is eBGP without ebgpMultiHop.`,
    severity: isFrr ? 'error' : 'warning',
    confidence: isFrr ? 'certain' : 'likely',
    breaks: 'now',
    evidence: [
      `route of ${host.node} to ${router}: through ${gateway} on ${way.interface ?? 'an interface'}`,
      `MetalLB runs in ${mode} mode`,
      ...others,
    ],
    cause: isFrr
      ? 'FRR sends with a TTL of 1 and takes only neighbours on a link of its own, unless multihop is set (RFC 4271 §5.1.3 expects them there).'
      : 'The speaker itself does not care, but most routers refuse an eBGP neighbour that is not on a link of theirs, unless multihop is set there.',
    fix: [
      {
        text: 'Say so in the BGPPeer; the router needs its own setting as well (FRR: neighbor … ebgp-multihop).',
        command: `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} patch bgppeer ${peer} --type=merge -p '{"spec":{"ebgpMultiHop":true}}'`,
      },
      { text: 'Or name an address of the router that is on the link of the node.' },
    ],
  }
}

function noWay(
  { host, peer, remote }: Far,
  others: readonly string[],
  view: ClusterView,
): Omit<ClusterDraft, 'subject' | 'affects'> {
  const router = formatIp(remote)
  const dead = view
    .subnetsOf(host)
    .linksOf(remote)
    .find((link) => !isUp(link) || !link.carrier)
  const asked = `BGPPeer ${peer}: peerAddress ${router}`
  const draft = {
    severity: 'error',
    confidence: 'certain',
    cause: 'The connection ends with "network is unreachable" before anything is sent.',
  } as const
  if (dead === undefined)
    return {
      ...draft,
      title: `${host.node} has no route to the router ${router}.`,
      evidence: [`no route of ${host.node} holds ${router}`, asked, ...others],
      fix: [
        {
          text: 'Add a route to the router, or name an address of it that is on the link.',
          command: `ip route get ${router}`,
        },
      ],
    }
  const what = isUp(dead) ? 'has no carrier' : 'is down'
  return {
    ...draft,
    title: `${host.node} has no way to the router ${router}: ${dead.name}, which the router is on, ${what}.`,
    evidence: [
      `${linkText(dead)}; flags ${dead.flags.join(', ') || 'none'}${dead.carrier ? '' : '; no carrier'}`,
      asked,
      ...others,
    ],
    fix: [
      isUp(dead)
        ? { text: 'Repair the cable, or its other end.' }
        : { text: 'Bring it up.', command: `ip link set dev ${dead.name} up` },
    ],
  }
}

/** Services that the nodes announce by BGP; all of them when there is none yet. */
function affectedBy(nodes: ReadonlySet<string>, view: ClusterView): ClusterDraft['affects'] {
  const keys = view.servicesWithAddress.flatMap((service) =>
    [...(view.matrixOf(service)?.nodes ?? [])].some(([node, { bgp }]) => nodes.has(node) && bgp.announces)
      ? [keyOf(service)]
      : [],
  )
  return keys.length === 0 ? 'installation' : keys
}
