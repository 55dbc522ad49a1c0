// F27: the owner of an IPv6 address is not in the group that neighbours ask, so that it never hears them. MetalLB joins when it begins to
// announce, on the interfaces that it has then.
import { formatIp, parseIp, sameIp } from '../../../net/ip.ts'
import { solicitedNodeAddress } from '../../../wire/ndp/solicited-node.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip, unknown } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import { podSelector } from '../installations.ts'
import { layer2Places, type PlacedAs, placedAs } from '../layer2-places.ts'
import { counted, listed } from '../wording.ts'

export const groupJoined: ClusterCheck = {
  id: 'group-joined',
  code: 'F27',
  link: 'wire',
  title: 'owners of IPv6 addresses are in the groups that neighbours ask',
  needs: ['hosts', 'services', 'configuration'],
  evaluate: (view) => {
    const places = placedAs(layer2Places(view), 'announced').filter(
      ({ isOwner, address }) => isOwner && address.family === 6,
    )
    if (places.length === 0) return skip('no node that was read announces an IPv6 address by layer 2')
    const known = places.filter((each) => joinedOn(each) !== undefined)
    const drafts = known.flatMap((each) => draft(each, view))
    const hidden = places.find((each) => joinedOn(each) === undefined)
    if (drafts.length === 0 && hidden !== undefined)
      return unknown(`not known: which groups ${hidden.host.node} has joined: it did not tell`)
    return failOr(
      firstAndMore(
        drafts,
        3,
        (each) => each,
        (more) => `${more} more addresses have owners that are not in their groups`,
      ),
      counted(places.length, 'address', 'addresses'),
    )
  },
}

/** Interfaces on which the group of the address was joined; undefined: nobody knows. */
const joinedOn = ({ host, address }: PlacedAs<'announced'>): readonly string[] | undefined =>
  host.solicitedNodes?.find((each) => {
    const own = parseIp(each.address)
    return own !== undefined && sameIp(own, address)
  })?.interfaces

function draft(place: PlacedAs<'announced'>, view: ClusterView): ClusterDraft[] {
  const { host, address, key } = place
  const joined = joinedOn(place) ?? []
  const { links } = place.place
  // One of several links that is left out matters to the machines on it alone; which one they are on is not known.
  const missing = links.filter(({ name, flags }) => flags.includes('MULTICAST') && !joined.includes(name))
  if (missing.length === 0) return []
  const text = formatIp(address)
  const names = listed(missing.map(({ name }) => name))
  const namespace = view.installation?.namespace ?? 'metallb-system'
  return [
    {
      title: `${host.node} is to announce ${text}, and is not in the group that neighbours ask for it on ${names}.`,
      severity: 'error',
      confidence: 'likely',
      subject: `Node ${host.node}`,
      evidence: [
        `/proc/net/igmp6 of ${host.node}: ${formatIp(solicitedNodeAddress(address))} is not joined on ${names}`,
        `it is joined on ${joined.length === 0 ? 'no interface' : listed(joined)}`,
      ],
      cause:
        'Neighbours ask for an IPv6 address in its solicited-node group (RFC 4861 §7.2.2). Who is not in it does not hear them: the kernel drops the question, or a switch that snoops MLD does. The speaker joins when it begins to announce: it does not announce, or this interface came up later.',
      fix: [
        {
          text: `Restart the speaker of ${host.node}, which joins again.`,
          command: `kubectl -n ${namespace} delete pod -l ${podSelector(view.installation, 'speaker')} --field-selector spec.nodeName=${host.node}`,
        },
        {
          text: 'See whether the group is there then, and what the speaker says if it is not.',
          command: `ip -6 maddr show dev ${missing[0]?.name ?? ''}`,
        },
      ],
      affects: [key],
    },
  ]
}
