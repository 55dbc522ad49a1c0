// F43: what the speakers record about whom they tell (ServiceBGPStatus, metallb.md §6.6), against what they should. The record is of
// intentions: a session that is down does not shorten it.

import type { KubeObject } from '../../../config/kube-object.ts'
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import { grouped } from '../grouped.ts'
import { podSelector } from '../installations.ts'
import { textAt, textsAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { shouldTell } from '../told-peers.ts'
import { counted, listed, sentence, servicesText } from '../wording.ts'

export const routersTold: ClusterCheck = {
  id: 'routers-told',
  code: 'F43',
  link: 'wire',
  title: 'the speakers tell each router what they should',
  needs: ['statuses', 'services', 'nodes', 'endpointSlices', 'configuration'],
  evaluate: (view) => {
    const statuses = view.statuses('ServiceBGPStatus')
    // Before 0.15 there is none, and with BGP switched off neither.
    if (statuses.length === 0) return skip('the speakers keep no record of it')
    if (!view.configuration.ok) return skip('the configuration is refused')
    const records = grouped(statuses, recordKey)
    const untold = view.servicesWithAddress.flatMap((service) => missingOf(service, records, view) ?? [])
    return failOr(
      firstAndMore(
        untold,
        5,
        (each) => draft(each, view),
        (more) => `${more} more Services are not told to every router that should hear of them`,
      ),
      counted(statuses.length, 'record'),
    )
  },
}

const recordKey = (status: KubeObject): string =>
  `${textAt(status, 'status', 'serviceNamespace') ?? ''}/${textAt(status, 'status', 'serviceName') ?? ''}`

interface Missing {
  readonly service: ServiceObject
  /** node → BGPPeers that it should tell and has no record of */
  readonly byNode: ReadonlyMap<string, readonly string[]>
  /** no node tells anybody */
  readonly isSilent: boolean
}

function missingOf(
  service: ServiceObject,
  records: ReadonlyMap<string, readonly KubeObject[]>,
  view: ClusterView,
): Missing | undefined {
  const own = records.get(keyOf(service)) ?? []
  const told = (node: string): ReadonlySet<string> =>
    new Set(
      own
        .filter((status) => textAt(status, 'status', 'node') === node)
        .flatMap((status) => textsAt(status, 'status', 'peers')),
    )
  const byNode = new Map(
    [...shouldTell(service, view)].flatMap(([node, peers]): [string, readonly string[]][] => {
      const known = told(node)
      const missing = peers.filter((name) => !known.has(name))
      return missing.length === 0 ? [] : [[node, missing]]
    }),
  )
  return byNode.size === 0 ? undefined : { service, byNode, isSilent: own.length === 0 }
}

function draft({ service, byNode, isSilent }: Missing, view: ClusterView): ClusterDraft {
  const key = keyOf(service)
  const nodes = [...byNode.keys()].sort()
  const names = [...new Set([...byNode.values()].flat())].sort()
  return {
    title: isSilent
      ? `${sentence(servicesText([key]))} should be announced by BGP from ${listed(nodes)}, and no speaker has a record that it tells anybody.`
      : `${listed(nodes)} ${nodes.length === 1 ? 'does' : 'do'} not tell ${listed(names)} the address of ${servicesText([key])}.`,
    severity: isSilent ? 'error' : 'warning',
    confidence: 'likely',
    subject: `Service ${key}`,
    evidence: [...byNode]
      .slice(0, 4)
      .map(([node, missing]) => `ServiceBGPStatus of ${node}: without ${listed(missing)}`),
    cause:
      'The speaker has not taken the last configuration, or cannot hand its routes on: then the router never hears of them, even over a session that is up.',
    fix: [
      {
        text: 'See what that speaker says of the Service and of its configuration; a restart makes it read both anew.',
        command: `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} logs -l ${podSelector(view.installation, 'speaker')} --tail=200 | grep -E '${key.split('/')[1] ?? ''}|config'`,
      },
    ],
    candidates: ['F05', 'F48'],
    affects: isSilent ? [key] : [],
  }
}
