// F28: a Service with externalTrafficPolicy Local that too few nodes may announce.
import type { RemedyAnswer } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { type RemedyContext, rawObject, setting } from '../remedy-context.ts'

export function clusterTraffic({ view, finding }: RemedyContext): RemedyAnswer {
  const keys = finding.affects === 'installation' ? [] : finding.affects
  const services = view.services.filter(
    ({ namespace = 'default', name, externalTrafficPolicy }) =>
      keys.includes(`${namespace}/${name}`) && externalTrafficPolicy === 'Local',
  )
  if (services.length === 0) return byHand('Where the Pods are to run only you know.')
  return [
    {
      changes: services.map((service) =>
        setting(rawObject(view, service), ['spec', 'externalTrafficPolicy'], 'Cluster'),
      ),
      summary: `Set externalTrafficPolicy: Cluster, so that every node that may announce ${services.length === 1 ? 'the Service' : 'them'} also forwards to Pods elsewhere.`,
      why: finding.cause,
      risk: 'The Pods see the address of a node instead of that of the client; instead of this, let Pods run on the nodes that announce.',
    },
  ]
}
