// F23 of the hosts that were read: the node has no interface to announce on, as MetalLB chooses them.
import { formatIp } from '../../../net/ip.ts'
import type { ServiceKey } from '../../../speaker/facts/facts.ts'
import { NO_LINK_LOCAL } from '../../link-layer.ts'
import { alike } from '../alike-places.ts'
import type { ClusterDraft } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { linkText } from '../host-links.ts'
import type { Placed } from '../layer2-places.ts'
import { listed } from '../wording.ts'

/** @param told Services whose speakers said so themselves */
export function nodesWithoutInterface(view: ClusterView, told: ReadonlySet<ServiceKey>): ClusterDraft[] {
  const places = view.places.filter((each) => !told.has(each.key) && problemOf(each) !== undefined)
  return alike(places).flatMap(({ first, keys, breaksNow, others }) => {
    const problem = problemOf(first)
    if (problem === undefined) return []
    const { host, address } = first
    return [
      {
        title: `${host.node} has no interface to announce ${formatIp(address)} on: ${problem.reason}.`,
        severity: breaksNow ? 'error' : 'warning',
        confidence: 'certain',
        subject: `Node ${host.node}`,
        evidence: [
          problem.evidence,
          `interfaces of ${host.node}: ${listed(
            host.links.map(({ name }) => name),
            12,
          )}`,
          ...others,
        ],
        cause:
          'MetalLB elects a node without a look at its interfaces, and does not choose another one for it.',
        fix: [problem.fix, { text: 'Or select only nodes that have such an interface (nodeSelectors).' }],
        affects: keys,
      } as const,
    ]
  })
}

function problemOf({ place, host }: Placed) {
  switch (place.kind) {
    case 'left out': {
      const { link, reason } = place
      // That is F27.
      if (reason === NO_LINK_LOCAL) return undefined
      const dead = /down|carrier/.test(reason)
      return {
        reason: `${link.name} is left out, because ${reason}`,
        evidence: `${linkText(link)}; flags ${link.flags.join(', ')}${link.carrier ? '' : '; no carrier'}`,
        fix: dead
          ? {
              text: 'Bring it up, or repair the other end of the cable.',
              command: `ip link set dev ${link.name} up`,
            }
          : {
              text: 'Change the names that are left out, or rename the interface.',
              command: 'kubectl -n metallb-system edit configmap metallb-excludel2',
            },
      }
    }
    case 'not there':
      return {
        reason: `the L2Advertisement names ${listed(place.named)}, and it has none of them`,
        evidence: `interfaces of the L2Advertisement: ${listed(place.named)}`,
        fix: {
          text: `Name an interface of ${host.node} in the L2Advertisement as well.`,
          configuration: [
            'spec:',
            '  interfaces:',
            ...place.named.map((name) => `  - ${name}`),
            `  - ${place.others.find(({ carrier }) => carrier)?.name ?? 'INTERFACE'}`,
          ],
        },
      }
    case 'nowhere':
      return {
        reason: 'all of them are down, excluded by their names, or parts of others',
        evidence: host.links.map(linkText).slice(0, 5).join('; '),
        fix: {
          text: 'See which interfaces there are and why they are left out.',
          command: 'ip -details link show',
        },
      }
    case 'announced':
    case 'elsewhere':
    case 'tunnel':
    case 'enslaved':
      return undefined
  }
}
