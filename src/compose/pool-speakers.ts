// How the speakers of a cluster were started, MetalLB's and lbctl's, as their DaemonSets say it.
import type { KubeObject } from '../config/kube-object.ts'
import { componentOf, containersOf, isMetallb, isSet } from '../diagnose/cluster/installations.ts'
import { textsAt } from '../diagnose/cluster/object-fields.ts'

const isSpeaker = (object: KubeObject): boolean =>
  componentOf(object) === 'speaker' &&
  (isMetallb(object) || object.metadata.labels?.['app.kubernetes.io/name'] === 'lbctl')

/** Nodes that are labelled as excluded from load balancers announce all the same. */
export const ignoreExcludeLabel = (daemonSets: readonly KubeObject[]): boolean =>
  daemonSets
    .filter(isSpeaker)
    .flatMap(containersOf)
    .some((container) =>
      isSet([...textsAt(container, 'command'), ...textsAt(container, 'args')], 'ignore-exclude-lb'),
    )
