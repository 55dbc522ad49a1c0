// F04: MetalLB's own Pods.
import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { componentOf, type Installation, selectsPod, type Workload } from '../installations.ts'
import { listAt, mapAt, numberAt, textAt } from '../object-fields.ts'
import { isReady, nodeOf } from '../object-keys.ts'
import { restartsOf, restartText } from '../pod-restarts.ts'
import { type PodTrouble, podTroubles, remedyFor } from '../pod-troubles.ts'
import { counted, listed } from '../wording.ts'

export const podsRun: ClusterCheck = {
  id: 'pods-run',
  code: 'F04',
  link: 'installation',
  title: 'the controller and the speakers run',
  needs: ['daemonSets', 'deployments'],
  evaluate: (view) => {
    const { installation } = view
    if (installation === undefined) {
      const other = ciliumAlone(view)
      return other === undefined ? failOr([notInstalled()], '') : skip(other)
    }
    return failOr(
      installation.workloads.flatMap((workload) => problemWith(workload, view)),
      `${nameOf(installation)} in ${installation.namespace}`,
    )
  },
}

/** `MetalLB 0.16.1 and lbctl` */
function nameOf({ workloads }: Installation): string {
  const metallb = workloads.filter(({ maker }) => maker === 'MetalLB')
  const ours = workloads.some(({ maker }) => maker === 'lbctl')
  const [release = 'of an unknown release'] = metallb.flatMap((each) => each.release ?? [])
  return [...(metallb.length > 0 ? [`MetalLB ${release}`] : []), ...(ours ? ['lbctl'] : [])].join(' and ')
}

/** Addresses and the webhook are the controller's, and what is announced the speakers'. */
const LED_TO = { controller: ['F02', 'F09', 'F01'], speaker: ['F01', 'F24', 'F20', 'F21'] } as const

/** Cilium hands out addresses by itself where no object of MetalLB is there that somebody would have to act on. */
function ciliumAlone(view: ClusterView): string | undefined {
  const own = [
    'CiliumLoadBalancerIPPool',
    'CiliumL2AnnouncementPolicy',
    'CiliumBGPClusterConfig',
    'CiliumBGPPeeringPolicy',
  ].filter((kind) => view.foreign(kind).length > 0)
  const { pools, peers, l2Advertisements, bgpAdvertisements } = view.objects
  if (
    own.length === 0 ||
    pools.length + peers.length + l2Advertisements.length + bgpAdvertisements.length > 0
  )
    return undefined
  return `there is no MetalLB, and Cilium looks after the Services (${listed(own)})`
}

const notInstalled = (): ClusterDraft => ({
  title: 'There is no MetalLB in this cluster, and no lbctl: neither a controller nor a speaker was found.',
  severity: 'error',
  confidence: 'likely',
  subject: 'cluster',
  evidence: [
    'no Deployment and no DaemonSet has the label app=metallb, app.kubernetes.io/name=metallb or app.kubernetes.io/name=lbctl',
  ],
  cause: 'It is not installed, or under labels of its own.',
  fix: [
    {
      text: 'Install it with the manifest or the chart of its own documentation, or lbctl in its place with lbctl install.',
      command: 'kubectl get daemonsets,deployments -A',
    },
  ],
  affects: 'installation',
})

function problemWith({ object, title }: Workload, view: ClusterView): ClusterDraft[] {
  const component = componentOf(object) === 'speaker' ? 'speaker' : 'controller'
  const desired =
    component === 'speaker'
      ? (numberAt(object, 'status', 'desiredNumberScheduled') ?? 0)
      : (numberAt(object, 'spec', 'replicas') ?? 1)
  const pods = view.podsOf(component).filter((pod) => selectsPod(object, pod))
  const ready = numberAt(object, 'status', component === 'speaker' ? 'numberReady' : 'readyReplicas') ?? 0
  if (desired > 0 && ready >= desired) return restarting(object, title, pods, view)
  const troubles = podTroubles(object, refusals(object, view), pods)
  const stuck = troubles.filter(({ kind }) => kind !== 'not ready')
  const missing = missingSecret(object, view)
  const nothing = component === 'speaker' && desired === 0
  const namespace = object.metadata.namespace ?? ''
  return [
    {
      title: nothing
        ? `${title} fits no node: no speaker runs.`
        : `${title} has ${ready} of ${counted(desired, 'Pod')} ready${component === 'controller' ? ', so no Service gets an address' : ''}.`,
      severity: ready > 0 && component === 'speaker' ? 'warning' : 'error',
      confidence: 'certain',
      subject: title,
      evidence: [
        ...(missing === undefined ? [] : [`Secret ${namespace}/${missing} is not there`]),
        ...stuck.slice(0, 4).map(({ text }) => text),
        ...(ready > 0 && notReadyNodes(pods).length > 0
          ? [`not ready on ${listed(notReadyNodes(pods))}`]
          : []),
        ...withoutPod(component, desired, pods, view),
        ...(stuck.length === 0 && missing === undefined ? [`status: ${ready} ready, ${desired} wanted`] : []),
      ],
      cause:
        component === 'controller'
          ? 'The controller hands out addresses.'
          : 'A node without a speaker announces nothing.',
      fix: fixFor(object, troubles, missing, view),
      breaks: breaksNow(component, ready, view) ? 'now' : 'some day',
      affects: ready > 0 && component === 'speaker' ? [] : 'installation',
      mayCause: LED_TO[component],
    },
  ]
}

/** All are ready now, and were not a moment ago. */
function restarting(
  object: KubeObject,
  title: string,
  pods: readonly KubeObject[],
  view: ClusterView,
): ClusterDraft[] {
  const found = restartsOf(pods, view.now)
  const [worst] = found
  if (worst === undefined) return []
  const { namespace = '' } = object.metadata
  const outOfMemory = worst.reason === 'OOMKilled'
  return [
    {
      title: `${title} is ready, and ${worst.pod} ends again and again: ${worst.count} times${outOfMemory ? ', for want of memory' : ''}.`,
      severity: 'warning',
      confidence: 'certain',
      subject: title,
      evidence: found.slice(0, 4).map(restartText),
      cause:
        componentOf(object) === 'speaker'
          ? 'Each time, the addresses of the node move to another one or lose their sessions, and connections with them.'
          : 'In between, no Service gets an address and the webhook does not answer.',
      fix: [
        outOfMemory
          ? {
              text: 'Raise the memory limit of its container, or take it away.',
              command: `kubectl -n ${namespace} get pod ${worst.pod} -o jsonpath='{.spec.containers[*].resources}'`,
            }
          : {
              text: 'Read what it said before it ended.',
              command: `kubectl -n ${namespace} logs ${worst.pod} -c ${worst.container} --previous`,
            },
      ],
      breaks: 'some day',
      affects: [],
    },
  ]
}

/** Without a controller, who has an address keeps it, and who waits for one goes on waiting. */
const breaksNow = (component: 'controller' | 'speaker', ready: number, view: ClusterView): boolean =>
  ready === 0 && (component === 'speaker' || view.services.some(({ ingress }) => ingress.length === 0))

/** What the cluster would not even create. */
function refusals({ kind, metadata }: KubeObject, view: ClusterView): string[] {
  const id = `${metadata.namespace ?? ''}/${metadata.name}`
  return view
    .eventsOf(kind, id)
    .filter(({ reason }) => reason === 'FailedCreate')
    .map(({ message }) => message)
}

/** Nodes on which no Pod of the speaker is at all, where there should be more. */
function withoutPod(
  component: 'controller' | 'speaker',
  desired: number,
  pods: readonly KubeObject[],
  view: ClusterView,
): readonly string[] {
  if (component !== 'speaker' || pods.length === 0 || pods.length >= desired) return []
  const there = new Set(pods.flatMap((pod) => nodeOf(pod) ?? []))
  const missing = [...view.nodes.keys()].filter((node) => !there.has(node)).sort()
  return missing.length === 0 ? [] : [`no Pod of it on ${listed(missing)}`]
}

const notReadyNodes = (pods: readonly KubeObject[]): string[] =>
  pods.filter((pod) => !isReady(pod)).map((pod) => nodeOf(pod) ?? pod.metadata.name)

/** A Secret that the Pods mount and that is not there. Optional ones do not keep a Pod from starting. */
function missingSecret(object: KubeObject, view: ClusterView): string | undefined {
  if (view.facts.secrets.status !== 'read') return undefined
  const there = new Set(
    itemsOf(view.facts.secrets).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`),
  )
  return listAt(object, 'spec', 'template', 'spec', 'volumes')
    .flatMap((volume) => textAt(volume, 'secret', 'secretName') ?? [])
    .find((name) => !there.has(`${object.metadata.namespace ?? ''}/${name}`))
}

function fixFor(
  object: KubeObject,
  troubles: readonly PodTrouble[],
  missing: string | undefined,
  view: ClusterView,
): ClusterDraft['fix'] {
  const namespace = object.metadata.namespace ?? ''
  const labels = mapAt(
    itemsOf(view.facts.namespaces).find(({ metadata }) => metadata.name === namespace),
    'metadata',
    'labels',
  )
  const allowed = labels['pod-security.kubernetes.io/enforce'] === 'privileged'
  const first = troubles.find(
    ({ kind, text }) => !(kind === 'refused' && allowed && text.includes('PodSecurity')),
  )
  if (first?.kind === 'refused') return [remedyFor(object, [first])]
  if (missing !== undefined)
    return [
      {
        text: 'The controller makes this Secret as soon as it reaches the API server; see its log. Or make it by hand.',
        command: `kubectl -n ${namespace} create secret generic ${missing} --from-literal=secretkey="$(openssl rand -base64 128)"`,
      },
    ]
  return [remedyFor(object, first === undefined ? [] : [first])]
}
