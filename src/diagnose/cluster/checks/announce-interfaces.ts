// F23: interfaces that an L2Advertisement names and the elected node does not have.
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import type { ClusterEvent } from '../events.ts'
import { firstAndMore } from '../first-and-more.ts'
import { keyOf } from '../object-keys.ts'
import { counted, listed } from '../wording.ts'
import { nodesWithoutInterface } from './node-interfaces.ts'
import { noOwner } from './owner-ready.ts'

/** Events are kept for an hour. */
const RECENT_MS = 3_600_000

export const announceInterfaces: ClusterCheck = {
  id: 'announce-interfaces',
  code: 'F23',
  link: 'owner',
  title: 'the elected nodes have the interfaces to announce on',
  needs: ['services', 'events', 'configuration'],
  evaluate: (view) => {
    const failed = view.servicesWithAddress.flatMap((service) => {
      const event = view.eventsOf('Service', keyOf(service)).find(({ reason }) => reason === 'announceFailed')
      return event === undefined || view.now - event.last > RECENT_MS ? [] : [{ service, event }]
    })
    const told = firstAndMore(
      failed,
      5,
      (each) => draft(each, view),
      (more) => `${more} more Services have an elected node without the interfaces of the advertisement`,
    )
    const seen = nodesWithoutInterface(view, new Set(failed.map(({ service }) => keyOf(service))))
    const owned = view.servicesWithAddress.filter((service) => view.matrixOf(service)?.owner !== undefined)
    if (told.length + seen.length + owned.length === 0) return skip(noOwner(view))
    return failOr([...told, ...seen], counted(owned.length, 'Service'))
  },
}

function draft(
  { service, event }: { readonly service: ServiceObject; readonly event: ClusterEvent },
  view: ClusterView,
): ClusterDraft {
  const key = keyOf(service)
  const adverts = view.poolOf(service)?.l2.filter(({ interfaces }) => interfaces.length > 0) ?? []
  return {
    title: `The elected node of the Service ${key} has none of the interfaces that the advertisement names.`,
    severity: 'error',
    confidence: 'certain',
    subject: `Service ${key}`,
    evidence: [
      event.message,
      ...adverts.map(({ name, interfaces }) => `L2Advertisement ${name}: interfaces ${listed(interfaces)}`),
    ],
    cause: 'The names of cards differ between machines, and the election does not look at them.',
    fix: [
      {
        text: 'Name the interfaces of every node that it selects, or select only nodes that have them (nodeSelectors).',
        command:
          `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} edit l2advertisement ${adverts[0]?.name ?? ''}`.trim(),
      },
    ],
    affects: [key],
  }
}
