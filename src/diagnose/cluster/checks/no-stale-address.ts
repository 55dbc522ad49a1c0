// F25: an interface that has the address of a Service. MetalLB puts addresses on no interface; others do, and leave them there.

import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { formatIp, type Ip } from '../../../net/ip.ts'
import { type ClusterCheck, type ClusterDraft, failOr } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import type { HostFacts, HostLink } from '../host-facts.ts'
import { linkText, linkWith, settingOf } from '../host-links.ts'
import { textAt } from '../object-fields.ts'
import { addressesOf, keyOf } from '../object-keys.ts'
import { counted } from '../wording.ts'

export const noStaleAddress: ClusterCheck = {
  id: 'no-stale-address',
  code: 'F25',
  link: 'wire',
  title: 'no node has kept an address that is announced elsewhere',
  needs: ['hosts', 'services'],
  evaluate: (view) => {
    const drafts = view.servicesWithAddress.flatMap((service) =>
      addressesOf(service).flatMap((address) => {
        const holders = [...view.hosts.values()].flatMap((host) => {
          const link = linkWith(address, host)
          return link === undefined ? [] : [{ host, link }]
        })
        return draftsFor(service, address, holders, view)
      }),
    )
    return failOr(
      firstAndMore(
        drafts,
        5,
        (each) => each,
        (more) => `${more} more addresses of Services are on interfaces of nodes`,
      ),
      counted(view.hosts.size, 'node'),
    )
  },
}

interface Holder {
  readonly host: HostFacts
  readonly link: HostLink
}

/** What announces it decides who should have it: MetalLB's election, or the lease of kube-vip. */
function draftsFor(
  service: ServiceObject,
  address: Ip,
  holders: readonly Holder[],
  view: ClusterView,
): ClusterDraft[] {
  if (holders.length === 0) return []
  const owner = view.matrixOf(service)?.owner
  const leased = holderOfLease(service, view)
  const rightful = leased ?? owner
  return holders.flatMap((holder) => {
    const others = holders.filter((each) => each !== holder)
    if (holder.host.node === leased) return []
    // One that is only routed to every node does no harm by being on one of them.
    if (rightful === undefined && others.length === 0) return []
    return [draft(service, address, holder, rightful, others)]
  })
}

function draft(
  service: ServiceObject,
  address: Ip,
  { host, link }: Holder,
  rightful: string | undefined,
  others: readonly Holder[],
): ClusterDraft {
  const key = keyOf(service)
  const text = formatIp(address)
  const isOwner = rightful === host.node
  const bits = address.family === 4 ? 32 : 128
  const own = link.addresses.find((each) => each.address.split('/')[0] === text)?.address ?? `${text}/${bits}`
  return {
    title: isOwner
      ? `${link.name} of ${host.node} has the address ${text}, which MetalLB announces without that.`
      : `${host.node} still has the address ${text} on ${link.name}${rightful === undefined ? '' : `, and ${rightful} is to announce it`}.`,
    severity: isOwner ? 'warning' : 'error',
    confidence: isOwner ? 'likely' : 'certain',
    subject: `Node ${host.node}`,
    evidence: [
      `${host.node}: ${linkText(link)}`,
      ...others.map((each) => `${each.host.node} has it, too, on ${each.link.name}`),
      `arp_ignore of ${link.name} is ${settingOf(host, link.name, 'arp_ignore') ?? 'unknown'}`,
      `${text} belongs to the Service ${key}`,
    ],
    cause: isOwner
      ? `The kernel answers for ${text} as well. When another node takes over, this one goes on answering.`
      : `The kernel of ${host.node} answers for ${text}, as for each of its own addresses: two machines have it. Software that puts addresses on interfaces leaves them there when it crashes or loses its election.`,
    fix: [
      {
        text: `Delete it on ${host.node}.`,
        command: `ip address del ${own} dev ${link.name}`,
      },
      { text: 'Stop what puts it there: kube-vip, keepalived, or a configuration of the network.' },
    ],
    affects: [key],
  }
}

/** kube-vip has a lease for each Service, `kubevip-NAME`, or one for all of them. */
function holderOfLease({ name }: ServiceObject, view: ClusterView): string | undefined {
  const leases = itemsOf(view.facts.leases)
  const own = leases.find(({ metadata }) => metadata.name === `kubevip-${name}`)
  const all = leases.find(({ metadata }) => metadata.name === 'plndr-svcs-lock')
  return textAt(own ?? all, 'spec', 'holderIdentity')
}
