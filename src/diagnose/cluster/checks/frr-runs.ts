// F04: with frr-k8s, the sessions are those of its own DaemonSet; without it, the speakers write a configuration that nobody carries out.
import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterCheck, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { idOf, mapAt, numberAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { announcersOf } from '../told-peers.ts'
import { counted, listed } from '../wording.ts'

export const frrRuns: ClusterCheck = {
  id: 'frr-runs',
  code: 'F04',
  link: 'installation',
  title: 'frr-k8s runs, which has the sessions',
  needs: ['daemonSets', 'configuration'],
  evaluate: (view) => {
    const { installation } = view
    if (installation?.mode !== 'frr-k8s') return skip('MetalLB does not use frr-k8s')
    if (view.objects.peers.length === 0) return skip('there is no BGPPeer')
    const own = itemsOf(view.facts.daemonSets).filter(isFrr)
    const ready = own.reduce((sum, each) => sum + (numberAt(each, 'status', 'numberReady') ?? 0), 0)
    const wanted = own.reduce(
      (sum, each) => sum + (numberAt(each, 'status', 'desiredNumberScheduled') ?? 0),
      0,
    )
    if (own.length > 0 && ready >= wanted && wanted > 0)
      return failOr([], `${listed(own.map(idOf))}, on ${counted(ready, 'node')}`)
    const [first] = own
    return failOr(
      [
        {
          title:
            first === undefined
              ? 'MetalLB leaves BGP to frr-k8s, and there is no frr-k8s: no session comes up.'
              : `DaemonSet ${idOf(first)} has ${ready} of ${counted(wanted, 'Pod')} ready: ${ready === 0 ? 'no session comes up' : 'the other nodes have no session'}.`,
          severity: ready === 0 ? 'error' : 'warning',
          confidence: 'certain',
          subject: first === undefined ? 'frr-k8s' : `DaemonSet ${idOf(first)}`,
          evidence: [
            `the speakers have METALLB_BGP_TYPE=frr-k8s`,
            first === undefined
              ? 'no DaemonSet of the cluster is called frr-k8s or has its label'
              : `status: ${ready} ready, ${wanted} wanted`,
          ],
          cause:
            'In this mode the speaker writes FRRConfigurations, and the Pods of frr-k8s connect to the routers.',
          fix: [
            first === undefined
              ? {
                  text: 'Install frr-k8s (the chart of MetalLB does with frrk8s.enabled: true), or let the speakers do BGP themselves: METALLB_BGP_TYPE=frr or native.',
                  command: 'kubectl get daemonsets -A | grep frr',
                }
              : {
                  text: 'See why its Pods are not ready.',
                  command: `kubectl -n ${first.metadata.namespace ?? ''} describe daemonset ${first.metadata.name}`,
                },
          ],
          affects: ready === 0 ? byBgpAlone(view) : [],
          mayCause: ['F36', 'F43', 'F01'],
        },
      ],
      '',
    )
  },
}

/** Its webhook server is a Deployment. */
const isFrr = (daemonSet: KubeObject): boolean =>
  daemonSet.metadata.name.includes('frr-k8s') ||
  mapAt(daemonSet, 'metadata', 'labels')['app.kubernetes.io/name'] === 'frr-k8s' ||
  mapAt(daemonSet, 'metadata', 'labels')['app'] === 'frr-k8s'

const byBgpAlone = (view: ClusterView): readonly string[] =>
  view.servicesWithAddress
    .filter((service) => view.poolOf(service)?.l2.length === 0 && announcersOf(service, view).length > 0)
    .map(keyOf)
