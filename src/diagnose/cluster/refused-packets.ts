// Packets that the rules of a node stop, as far as its rules were read: one finding for what one rule does to one kind of packet.
import type { Fix } from '../finding.ts'
import type { ClusterDraft } from './cluster-check.ts'
import type { ClusterView } from './cluster-view.ts'
import { grouped } from './grouped.ts'
import type { HostRefusal } from './host-facts.ts'
import { listed } from './wording.ts'

export interface RefusedPackets {
  readonly refusals: readonly Refused[]
  readonly draft: ClusterDraft
}

export function refusedPackets(view: ClusterView): readonly RefusedPackets[] {
  const refusals = [...view.hosts.values()].flatMap(({ node, firewall }) =>
    (firewall?.refusals ?? []).map((refusal) => ({ node, refusal })),
  )
  const groups = grouped(refusals, ({ node, refusal: { what, place, rule, direction } }) =>
    JSON.stringify([node, what, direction, place, rule]),
  )
  return [...groups.values()].flatMap((group) => {
    const draft = draftOf(group)
    return draft === undefined ? [] : { refusals: group, draft }
  })
}

/** What stops the connections of a node to a router; undefined: nothing that is known. */
export const refusalOf = (
  node: string,
  router: { readonly address: string; readonly port: number },
  view: ClusterView,
): ClusterDraft | undefined =>
  refusedPackets(view).find(({ refusals }) =>
    refusals.some(
      (each) =>
        each.node === node &&
        each.refusal.what === 'bgp' &&
        each.refusal.peer === router.address &&
        each.refusal.port === router.port,
    ),
  )?.draft

export interface Refused {
  readonly node: string
  readonly refusal: HostRefusal
}

/** Who talks on the port, what is lost without it. */
const WHAT: Readonly<Record<HostRefusal['what'], { readonly who: string; readonly cause: string }>> = {
  memberlist: {
    who: 'of the speakers',
    cause:
      'The speakers tell each other by memberlist who is alive, by TCP and by UDP. Without it a speaker takes the others for dead and announces what is theirs, too: two owners answer.',
  },
  bgp: {
    who: 'of the router',
    cause: 'The speaker opens the session to the router: without it no route gets there.',
  },
  bfd: {
    who: 'of BFD',
    cause: 'BFD finds that the other side is dead when its packets stop, and takes the BGP session down.',
  },
  webhook: {
    who: "of MetalLB's webhook",
    cause:
      'The API server asks the controller before it stores a configuration: without it nothing can be applied.',
  },
}

function draftOf(group: readonly Refused[]): ClusterDraft | undefined {
  const [first] = group
  if (first === undefined) return undefined
  const { node, refusal } = first
  const { port, what, direction, end, place, rule } = refusal
  const protocols = [...new Set(group.map((each) => each.refusal.protocol))]
  const peers = [...new Set(group.map((each) => each.refusal.peer))]
  const way = direction === 'in' ? 'from' : 'to'
  return {
    title: `The firewall of ${node} ${end === 'rejected' ? 'rejects' : 'drops'} port ${port} (${protocols.map((each) => each.toUpperCase()).join(' and ')}) ${WHAT[what].who} ${way} ${listed(peers, 3)}.`,
    severity: 'error',
    confidence: 'certain',
    subject: `Node ${node}`,
    evidence: [
      `${place}: ${rule}`,
      `connections ${way} ${listed(peers)} were followed through the rules that ${refusal.tool === 'iptables' ? 'iptables-save' : 'nft'} prints`,
    ],
    cause: WHAT[what].cause,
    fix: fixes(refusal, protocols, peers),
    affects: 'installation',
  }
}

/** In the words of whoever writes the rules. */
function fixes(
  { place, tool, port, direction }: HostRefusal,
  protocols: readonly string[],
  peers: readonly string[],
): readonly Fix[] {
  const [peer = ''] = peers
  const each = (command: (protocol: string) => string): string => protocols.map(command).join(' && ')
  if (/^firewalld\b/.test(place) || /\bIN_/.test(place))
    return [
      {
        text: 'Open the port in firewalld.',
        command: `${each((protocol) => `firewall-cmd --permanent --add-port=${port}/${protocol}`)} && firewall-cmd --reload`,
      },
    ]
  if (/\bufw6?-/.test(place))
    return [
      {
        text: 'Open the port in ufw.',
        command: each((protocol) =>
          direction === 'in'
            ? `ufw allow proto ${protocol} from ${peer} to any port ${port}`
            : `ufw allow out proto ${protocol} to ${peer} port ${port}`,
        ),
      },
    ]
  const text = 'Let the port through, here and in what writes these rules at boot.'
  if (tool === 'iptables')
    return [
      {
        text,
        command: each(
          (protocol) =>
            `${peer.includes(':') ? 'ip6tables' : 'iptables'} -I ${direction === 'in' ? 'INPUT' : 'OUTPUT'} -p ${protocol} --dport ${port} -j ACCEPT`,
        ),
      },
    ]
  const family = tool.replace('nft ', '')
  return [
    {
      text,
      command: each((protocol) => `nft insert rule ${family} ${place} ${protocol} dport ${port} accept`),
    },
  ]
}
