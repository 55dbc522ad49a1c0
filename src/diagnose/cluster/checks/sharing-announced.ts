// F10: an L2Advertisement that selects Services, and a Service that shares its address. Releases after 0.16 announce it nowhere, since the
// sharers could be announced from different nodes (metallb.md §5.2).
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { annotation } from '../../../config/rules/cluster/services.ts'
import { matchesAny } from '../../../config/semantics/selector.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import { keyOf } from '../object-keys.ts'
import { counted, sentence, servicesText } from '../wording.ts'

export const sharingAnnounced: ClusterCheck = {
  id: 'sharing-announced',
  code: 'F10',
  link: 'advertisement',
  title: 'Services that share an address are announced from one node',
  needs: ['services', 'configuration'],
  evaluate: (view) => {
    if (!view.configuration.ok) return skip('the configuration is refused')
    if (!view.rules.serviceSelectors) return skip(`MetalLB ${view.release} selects no Services`)
    const sharing = view.servicesWithAddress.filter(
      (service) => annotation(service, 'allow-shared-ip') !== undefined,
    )
    if (sharing.length === 0) return skip('no Service shares its address')
    const caught = sharing.flatMap((service) => {
      const [name] = selecting(service, view)
      return name === undefined ? [] : [{ service, name }]
    })
    return failOr(
      [...grouped(caught, ({ name }) => name)].map(([name, all]) =>
        draft(
          name,
          all.map(({ service }) => service),
          view,
        ),
      ),
      counted(sharing.length, 'Service'),
    )
  },
}

/** Names of the L2Advertisements that are for the Service because of its labels. */
const selecting = (service: ServiceObject, view: ClusterView): readonly string[] =>
  (view.poolOf(service)?.l2 ?? [])
    .filter(({ services }) => services.length > 0 && matchesAny(services, service.labels))
    .map(({ name }) => name)

function draft(name: string, services: readonly ServiceObject[], view: ClusterView): ClusterDraft {
  const keys = services.map(keyOf)
  const refused = view.rules.refusesSharedAddress
  const be = keys.length === 1 ? 'is' : 'are'
  return {
    title: refused
      ? `${sentence(servicesText(keys))} ${be} announced by nobody: ${keys.length === 1 ? 'it shares its address' : 'they share their addresses'}, and the L2Advertisement ${name} selects by Service.`
      : `${sentence(servicesText(keys))} ${be} announced by nobody with the next release: ${keys.length === 1 ? 'it shares its address' : 'they share their addresses'}, and the L2Advertisement ${name} selects by Service.`,
    severity: refused ? 'error' : 'warning',
    confidence: 'certain',
    subject: `L2Advertisement ${name}`,
    evidence: [
      ...services
        .slice(0, 4)
        .map(
          (service) =>
            `${keyOf(service)}: allow-shared-ip ${annotation(service, 'allow-shared-ip')?.value ?? ''}`,
        ),
      `L2Advertisement ${name} has serviceSelectors`,
      `MetalLB ${view.release} ${refused ? 'refuses that (sharedIPWithServiceSelector)' : 'announces them still, from a node for each Service: they need not be the same'}`,
    ],
    cause:
      'An address is at one node at a time. Selectors of Services can choose different nodes for those who share it, so that some are cut off.',
    fix: [
      {
        text: 'Take serviceSelectors out of the advertisement, or the annotation allow-shared-ip out of the Services.',
        command: `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} edit l2advertisement ${name}`,
      },
    ],
    candidates: [],
    affects: keys,
    standsAlone: true,
  }
}
