// F01: a pool that no advertisement selects, or whose advertisements leave nobody for some of its Services.
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import type { Pool } from '../../../speaker/configuration/configuration.ts'
import { advertise, isNearNodes } from '../advertise-pool.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import { addressesOf, keyOf } from '../object-keys.ts'
import { lacksEndpoints, nodesFor, protocolsOf, type SilentService } from '../silent-services.ts'
import { counted, listed, sentence, servicesText } from '../wording.ts'

export const poolsAnnounced: ClusterCheck = {
  id: 'pools-announced',
  code: 'F01',
  link: 'advertisement',
  title: 'every pool is announced by an advertisement',
  needs: ['configuration', 'services', 'nodes'],
  evaluate: (view) => {
    if (!view.configuration.ok) return skip('the configuration is refused')
    const { pools } = view
    if (pools.length === 0) return skip('there is no pool')
    const bare = pools.filter((pool) => protocolsOf(pool).length === 0)
    const selecting = view.silent.filter(
      (silent) => silent.protocols.length > 0 && isUnselected(view, silent),
    )
    const byPool = [...grouped(selecting, ({ pool }) => pool.name).values()]
    return failOr(
      [
        ...bare.flatMap((pool) => unannounced(pool, usersOf(view, pool), view)),
        ...byPool.flatMap((silent) => unselected(silent, view)),
      ],
      counted(pools.length, 'pool'),
    )
  },
}

const usersOf = (view: ClusterView, pool: Pool): readonly ServiceObject[] =>
  view.servicesWithAddress.filter((service) => view.poolOf(service) === pool)

function unannounced(pool: Pool, users: readonly ServiceObject[], view: ClusterView): ClusterDraft[] {
  // Of a question about one Service, the other pools are no part.
  if (users.length === 0 && view.focus !== undefined) return []
  const { l2Advertisements, bgpAdvertisements } = view.objects
  const others = l2Advertisements.length + bgpAdvertisements.length
  const keys = users.map(keyOf)
  return [
    {
      title: `Nothing announces the pool "${pool.name}": ${others === 0 ? 'there is no L2Advertisement and no BGPAdvertisement' : 'no L2Advertisement and no BGPAdvertisement selects it'}.`,
      severity: users.length === 0 ? 'warning' : 'error',
      confidence: 'certain',
      subject: `IPAddressPool ${pool.name}`,
      evidence: [
        ...(users.length === 0 ? ['no Service has an address of it yet'] : []),
        ...users
          .slice(0, 5)
          .map((service) => `Service ${keyOf(service)} has ${addressesText(service)} of it`),
        `${counted(l2Advertisements.length, 'L2Advertisement')} and ${counted(bgpAdvertisements.length, 'BGPAdvertisement')} select other pools`,
      ],
      cause:
        'A pool alone only hands addresses out. Since 0.13 an L2Advertisement or a BGPAdvertisement has to say how they are announced.',
      fix: [
        advertise(
          pool.name,
          isNearNodes(pool, view) || view.objects.peers.length === 0 ? 'L2Advertisement' : 'BGPAdvertisement',
          view,
        ),
      ],
      candidates: [],
      affects: keys,
      standsAlone: true,
    },
  ]
}

const addressesText = (service: ServiceObject): string =>
  `${addressesOf(service).length === 0 ? '' : service.ingress.join(' and ')}`

/** Advertisements there are, but on every node each of them is for other nodes, other Services, or no peer. */
function isUnselected(view: ClusterView, silent: SilentService): boolean {
  if (lacksEndpoints(view, silent)) return false
  const reasons = [...silent.nodesBy.keys()]
  return reasons.every(
    (why) =>
      why === 'noMatchingAdvertisement' || why === 'no-advertisement' || why === 'conflictingAdvertisements',
  )
}

function unselected(silent: readonly SilentService[], view: ClusterView): ClusterDraft[] {
  const [first] = silent
  if (first === undefined) return []
  const { pool } = first
  const keys = silent.map(({ key }) => key)
  const conflict = nodesFor(first, 'conflictingAdvertisements').length > 0
  const adverts = [...pool.l2, ...pool.bgp]
  const byService = adverts.some(({ services }) => services.length > 0)
  const nobody = adverts.filter(({ nodes }) => nodes.length > 0)
  const why = conflict
    ? 'its BGPAdvertisements give one route two local preferences'
    : byService
      ? 'the serviceSelectors of its advertisements do not match'
      : 'the nodeSelectors of its advertisements match no node'
  return [
    {
      title: `${sentence(servicesText(keys))} of the pool "${pool.name}" ${keys.length === 1 ? 'is' : 'are'} announced by nobody: ${why}.`,
      severity: 'error',
      confidence: 'certain',
      subject: keys.length === 1 ? `Service ${first.key}` : `IPAddressPool ${pool.name}`,
      evidence: [
        `advertisements of the pool: ${listed(adverts.map(({ name }) => name))}`,
        ...(byService
          ? silent.slice(0, 3).map(({ key, service }) => `labels of ${key}: ${labelsText(service.labels)}`)
          : []),
        ...(nobody.length > 0 && !byService
          ? [...view.nodes.values()]
              .slice(0, 3)
              .map(({ name, labels }) => `labels of node ${name}: ${labelsText(labels)}`)
          : []),
      ],
      cause:
        'MetalLB announces an address on a node only when some advertisement of its pool selects both the node and the Service.',
      fix: [
        {
          text: conflict
            ? 'Give all BGPAdvertisements of the pool with the same aggregation length and peers the same localPref.'
            : `Change or remove the ${byService ? 'serviceSelectors' : 'nodeSelectors'} of one of these advertisements, or label the ${byService ? 'Services' : 'nodes'}.`,
          command: `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} edit ${pool.l2.length > 0 ? 'l2advertisement' : 'bgpadvertisement'} ${adverts[0]?.name ?? ''}`,
        },
      ],
      affects: keys,
      standsAlone: true,
    },
  ]
}

const labelsText = (labels: Readonly<Record<string, string>>): string =>
  listed(
    Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    6,
  ) || 'none'
