// F38, F41, F42, F43, F46: what BGPPeers and BGPAdvertisements say, MetalLB loads, and routers will not put up with.
import type { Diagnostic } from '../../../config/diagnostic.ts'
import { matchesAny } from '../../../config/semantics/selector.ts'
import { formatIp } from '../../../net/ip.ts'
import type { Peer } from '../../../speaker/configuration/configuration.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { toNobody } from '../untold-services.ts'
import { counted, listed } from '../wording.ts'

/** Rules of validate that are about a session, by the finding that comes of it. */
const RULES: Readonly<Record<string, string>> = {
  V215: 'F38',
  V219: 'F41',
  V218: 'F42',
  V608: 'F43',
  V615: 'F43',
  V710: 'F43',
  V303: 'F46',
}

export const peerSettings: ClusterCheck = {
  id: 'peer-settings',
  code: 'F43',
  link: 'wire',
  title: 'what the BGPPeers say is what routers put up with',
  needs: ['configuration', 'nodes'],
  evaluate: (view) => {
    const { configuration } = view
    if (view.objects.bgpAdvertisements.length + view.objects.peers.length === 0)
      return skip('nothing is announced by BGP')
    const peers = configuration.ok ? configuration.value.peers : []
    const lost = toNobody(view)
    const isTold = ({ subject }: ClusterDraft): boolean => lost.some((each) => each.subject === subject)
    return failOr(
      [
        ...lost,
        // What an advertisement to nobody is to blame for has been said.
        ...view.problems.flatMap((problem) => ofRule(problem) ?? []).filter((each) => !isTold(each)),
        ...peers.flatMap((peer) => [...sharedRouterId(peer, view), ...unwatched(peer, view)]),
      ],
      counted(view.objects.peers.length, 'BGPPeer'),
    )
  },
}

function ofRule({ code, message, subject, hint }: Diagnostic): ClusterDraft | undefined {
  const finding = RULES[code]
  if (finding === undefined) return undefined
  const { kind = 'object', name = '', namespace = 'metallb-system' } = subject ?? {}
  return {
    code: finding,
    title: `${kind} ${name}: ${message}`,
    severity: 'warning',
    confidence: 'certain',
    subject: `${kind} ${name}`,
    evidence: [`${code}${subject?.field === undefined ? '' : `, ${subject.field}`}`],
    cause: 'MetalLB loads it without a word.',
    fix: [
      {
        text: hint ?? `See lbctl explain ${code}.`,
        command: `kubectl -n ${namespace} edit ${kind.toLowerCase()} ${name}`,
      },
    ],
    affects: [],
    standsAlone: true,
  }
}

/** One number for several nodes: routers tell nodes apart by it. */
function sharedRouterId({ name, session, nodes }: Peer, view: ClusterView): ClusterDraft[] {
  if (session.routerId === undefined) return []
  const own = [...view.nodes.values()]
    .filter(({ labels }) => nodes.length === 0 || matchesAny(nodes, labels))
    .map((node) => node.name)
  if (own.length < 2) return []
  const id = formatIp(session.routerId)
  return [
    {
      code: 'F42',
      title: `BGPPeer ${name} gives the router ID ${id} to ${counted(own.length, 'node')}.`,
      severity: 'warning',
      confidence: 'certain',
      subject: `BGPPeer ${name}`,
      evidence: [`routerID ${id}, for ${listed(own)}`],
      cause:
        'Routers are told apart by this number. Two with the same one are taken for one: sessions reset each other, or the routes of one are ignored.',
      fix: [
        {
          text: 'Leave routerID out where the nodes have IPv4 addresses; else one BGPPeer for each node, with nodeSelectors.',
        },
      ],
      affects: [],
    },
  ]
}

/** RFC 4271 §4.4: with a hold time of 0 nobody sends KEEPALIVEs, and nobody misses them. */
function unwatched({ name, session, bfd }: Peer, view: ClusterView): ClusterDraft[] {
  if (session.holdTimeSeconds > 0 || bfd !== undefined) return []
  return [
    {
      code: 'F41',
      title: `Nobody watches the session of BGPPeer ${name}: its hold time is 0.`,
      severity: 'warning',
      confidence: 'certain',
      subject: `BGPPeer ${name}`,
      evidence: [
        session.timersFrom === 'v1beta1'
          ? 'an object of v1beta1 that leaves the timers out means 0s'
          : 'holdTime: 0s, and no bfdProfile',
      ],
      cause:
        'No KEEPALIVE is sent, and a router or a node that dies is found out by TCP alone, after some 15 minutes.',
      fix: [
        {
          text: 'Give it a hold time.',
          command: `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} patch bgppeer ${name} --type=merge -p '{"spec":{"holdTime":"90s"}}'`,
        },
      ],
      affects: [],
    },
  ]
}
