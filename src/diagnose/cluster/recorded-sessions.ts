// Sessions as the speakers record them.
import type { KubeObject } from '../../config/kube-object.ts'
import type { ClusterView } from './cluster-view.ts'
import { textAt } from './object-fields.ts'

export const isDown = (session: KubeObject): boolean =>
  textAt(session, 'status', 'bgpStatus') !== 'Established'

/** Whether what is wrong with these nodes can be why sessions are down: no other node has one that is. */
export const sessionsDownOnlyOn = (nodes: readonly string[], view: ClusterView): boolean =>
  view
    .statuses('BGPSessionState')
    .filter(isDown)
    .every((session) => nodes.includes(textAt(session, 'status', 'node') ?? ''))
