// F20: what the speakers themselves say about who announces, against what they should compute.

import type { KubeObject } from '../../../config/kube-object.ts'
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import { podSelector } from '../installations.ts'
import { textAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { counted, listed } from '../wording.ts'

export const oneOwner: ClusterCheck = {
  id: 'one-owner',
  code: 'F20',
  link: 'owner',
  title: 'one node announces each address by layer 2, the one that all speakers compute',
  needs: ['statuses', 'services', 'nodes', 'endpointSlices', 'configuration'],
  evaluate: (view) => {
    const statuses = view.statuses('ServiceL2Status')
    if (statuses.length === 0) return skip('the speakers keep no record of it')
    const byService = grouped(
      statuses,
      (status) =>
        `${textAt(status, 'status', 'serviceNamespace') ?? ''}/${textAt(status, 'status', 'serviceName') ?? ''}`,
    )
    const findings = view.servicesWithAddress.flatMap(
      (service) => problemWith(service, byService.get(keyOf(service)) ?? [], view) ?? [],
    )
    return failOr(findings, counted(statuses.length, 'record'))
  },
}

function problemWith(
  service: ServiceObject,
  statuses: readonly KubeObject[],
  view: ClusterView,
): ClusterDraft | undefined {
  const nodes = [...new Set(statuses.flatMap((status) => textAt(status, 'status', 'node') ?? []))].sort()
  const expected = view.matrixOf(service)?.owner
  const key = keyOf(service)
  const fix = [
    {
      text: 'Let TCP and UDP port 7946 through between all nodes, then restart the speaker that differs.',
      command: `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} logs -l ${podSelector(view.installation, 'speaker')} --tail=200 | grep -iE 'memberlist|partial join|suspect'`,
    },
  ]
  if (nodes.length > 1)
    return {
      title: `Two speakers announce the Service ${key}: ${listed(nodes)}.`,
      severity: 'error',
      confidence: 'likely',
      subject: `Service ${key}`,
      evidence: [
        `ServiceL2Status of ${listed(nodes)}`,
        `as MetalLB ${view.release} computes it, ${expected ?? 'nobody'} should`,
      ],
      cause: 'The speakers do not hear of each other, so each believes that it is the first.',
      fix,
      affects: [key],
    }
  const [only] = nodes
  if (only === undefined || expected === undefined || only === expected) return undefined
  if (!view.nodes.has(only)) return leftBehind(key, only, statuses)
  return {
    title: `The Service ${key} is announced by ${only}, and by the rules of MetalLB ${view.release} it would be ${expected}.`,
    severity: 'warning',
    confidence: 'possible',
    subject: `Service ${key}`,
    evidence: [
      `ServiceL2Status names ${only}`,
      `order of succession: ${listed(view.matrixOf(service)?.succession.map(({ node }) => node) ?? [])}`,
    ],
    cause: 'The speakers see fewer of each other than run, or the record is old.',
    fix,
    affects: [key],
  }
}

/** Nothing that is lost, but what reads the record is led astray. */
function leftBehind(key: string, node: string, statuses: readonly KubeObject[]): ClusterDraft {
  const names = statuses.map(({ metadata }) => metadata.name)
  return {
    title: `The record of who announces the Service ${key} names ${node}, which is no node of the cluster any more.`,
    severity: 'warning',
    confidence: 'certain',
    subject: `Service ${key}`,
    evidence: statuses
      .slice(0, 3)
      .map(
        (status) => `ServiceL2Status ${status.metadata.name} names ${textAt(status, 'status', 'node') ?? ''}`,
      ),
    cause: 'A speaker takes its records away itself, and one that went with its node could not.',
    fix: [
      {
        text: 'Delete the record: the speaker that announces makes its own.',
        command: `kubectl -n ${statuses[0]?.metadata.namespace ?? 'metallb-system'} delete servicel2status ${names.join(' ')}`,
      },
    ],
    breaks: 'some day',
    affects: [key],
  }
}
