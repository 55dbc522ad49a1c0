// F43: Services of BGP alone whose address no router is told, although speakers announce it: there is no BGPPeer, none of the name that
// the advertisement gives, or none for the nodes that announce.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import type { BgpAdvert } from '../../speaker/configuration/configuration.ts'
import type { ClusterDraft } from './cluster-check.ts'
import type { ClusterView } from './cluster-view.ts'
import { keyOf } from './object-keys.ts'
import { peersOf } from './peers-of-node.ts'
import { announcersOf, shouldTell } from './told-peers.ts'
import { counted, listed, servicesText } from './wording.ts'

const REASONS = ['no peer', 'no such name', 'no session'] as const
type Reason = (typeof REASONS)[number]

/** Sessions there may be, but none that these addresses are told to. */
export function toNobody(view: ClusterView): ClusterDraft[] {
  const lost = view.servicesWithAddress.flatMap((service) => {
    const why = reasonOf(service, view)
    return why === undefined ? [] : [{ service, why }]
  })
  return REASONS.flatMap((why) =>
    draft(
      why,
      lost.filter((each) => each.why === why).map(({ service }) => service),
      view,
    ),
  )
}

function reasonOf(service: ServiceObject, view: ClusterView): Reason | undefined {
  const pool = view.poolOf(service)
  if (pool === undefined || pool.l2.length > 0 || pool.bgp.length === 0) return undefined
  const known = new Set(view.objects.peers.map(({ name }) => name))
  if (known.size === 0) return 'no peer'
  const reaches = ({ peers }: BgpAdvert): boolean =>
    peers.length === 0 || peers.some((name) => known.has(name))
  if (!pool.bgp.some(reaches)) return 'no such name'
  // One that no node announces has its reason elsewhere.
  const isAnnounced = announcersOf(service, view).length > 0
  return isAnnounced && shouldTell(service, view).size === 0 ? 'no session' : undefined
}

function draft(why: Reason, lost: readonly ServiceObject[], view: ClusterView): ClusterDraft[] {
  const [first] = lost
  if (first === undefined) return []
  const keys = lost.map(keyOf)
  const adverts = view.poolOf(first)?.bgp ?? []
  const words = why === 'no session' ? withoutSession(first, adverts, view) : unknownPeers(why, adverts, view)
  return [
    {
      ...words,
      title: `No router is told the address of ${servicesText(keys)}: ${words.title}.`,
      severity: 'error',
      confidence: 'certain',
      candidates: ['F01'],
      affects: keys,
      standsAlone: true,
    },
  ]
}

type Words = Pick<ClusterDraft, 'title' | 'subject' | 'evidence' | 'cause' | 'fix'>

const edit = (kind: string, name: string, view: ClusterView): string =>
  `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} edit ${kind} ${name}`

const advertText = ({ name, peers }: BgpAdvert): string =>
  `BGPAdvertisement ${name}: peers ${listed(peers) || 'all'}`

function unknownPeers(
  why: 'no peer' | 'no such name',
  adverts: readonly BgpAdvert[],
  view: ClusterView,
): Words {
  const [advert] = adverts
  const known = view.objects.peers.map(({ name }) => name)
  return {
    title:
      why === 'no peer'
        ? 'there is no BGPPeer'
        : `no BGPPeer has a name that its ${adverts.length === 1 ? 'BGPAdvertisement gives' : 'BGPAdvertisements give'}`,
    subject: `BGPAdvertisement ${advert?.name ?? ''}`,
    evidence: [...adverts.slice(0, 3).map(advertText), `BGPPeers: ${listed(known) || 'none'}`],
    cause:
      'The sessions that there are come up all the same, and carry nothing of it: MetalLB says nothing about a name that is none.',
    fix: [
      why === 'no peer'
        ? { text: 'Add a BGPPeer for the router.' }
        : {
            text: 'Name a BGPPeer that is there, or leave spec.peers out: then all of them are told.',
            command: edit('bgpadvertisement', advert?.name ?? '', view),
          },
    ],
  }
}

/** The peers are for other nodes than those that announce. */
function withoutSession(service: ServiceObject, adverts: readonly BgpAdvert[], view: ClusterView): Words {
  const named = new Set(adverts.flatMap(({ peers }) => peers))
  const isMeant = (name: string): boolean =>
    adverts.some(({ peers }) => peers.length === 0) || named.has(name)
  const meant = view.objects.peers.map(({ name }) => name).filter(isMeant)
  const nodesOf = (peer: string): readonly string[] =>
    [...view.nodes.keys()].filter((node) => peersOf(node, view).some(({ name }) => name === peer)).sort()
  const isIdle = meant.every((name) => nodesOf(name).length === 0)
  const announcers = [...announcersOf(service, view)].sort()
  const [peer = ''] = meant
  return {
    title: isIdle
      ? `the nodeSelectors of ${meant.length === 1 ? `BGPPeer ${peer} match` : `its ${counted(meant.length, 'BGPPeer')} match`} no node`
      : `no BGPPeer is for ${listed(announcers)}, which ${announcers.length === 1 ? 'announces' : 'announce'} it`,
    subject: `BGPPeer ${peer}`,
    evidence: [
      ...meant.slice(0, 4).map((name) => `BGPPeer ${name}: for ${listed(nodesOf(name)) || 'no node'}`),
      `nodes that announce it: ${listed(announcers)}`,
      ...adverts.slice(0, 2).map(advertText),
    ],
    cause:
      'A speaker tells an address to the routers that it has a session with, and it has one only where the nodeSelectors of the BGPPeer match its node.',
    fix: [
      {
        text: isIdle
          ? 'Put the nodeSelectors right, or label the nodes that are to have the session.'
          : 'Let the nodeSelectors of the BGPPeer and of the BGPAdvertisement select the same nodes.',
        command: edit('bgppeer', peer, view),
      },
    ],
  }
}
