// F04: a namespace that does not let the speakers run.
import { itemsOf } from '../../diagnose/cluster/cluster-facts.ts'
import { mapAt } from '../../diagnose/cluster/object-fields.ts'
import { editTo } from '../object-edit.ts'
import { refOfObject } from '../patched-facts.ts'
import type { RemedyAnswer } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { nameInSubject, type RemedyContext } from '../remedy-context.ts'
import { ENFORCE } from '../settled-facts.ts'

const PREFIX = 'pod-security.kubernetes.io'
const MODES = ['enforce', 'audit', 'warn'].map((mode) => `${PREFIX}/${mode}`)
const PRIVILEGED = 'privileged'

export function allowPods({ view, finding }: RemedyContext): RemedyAnswer {
  const id = nameInSubject(finding.subject, 'DaemonSet')
  const name = id?.split('/')[0]
  const namespace = itemsOf(view.facts.namespaces).find(({ metadata }) => metadata.name === name)
  const refused =
    id !== undefined &&
    view
      .eventsOf('DaemonSet', id)
      .some(({ reason, message }) => reason === 'FailedCreate' && message.includes('PodSecurity'))
  const labels = mapAt(namespace, 'metadata', 'labels')
  if (namespace === undefined || !refused || labels[ENFORCE] === PRIVILEGED)
    return byHand(
      'Pods fail to start for reasons that stand in their events and logs: an image, a Secret, a node without room. Which of them it is has to be seen first.',
    )
  const edits = MODES.filter((key) => labels[key] !== PRIVILEGED).map((key) =>
    editTo(namespace, ['metadata', 'labels', key], PRIVILEGED),
  )
  return [
    {
      changes: [{ kind: 'edit', ref: refOfObject(namespace), edits }],
      summary: `Allow Pods with the host's network and NET_RAW in the namespace ${namespace.metadata.name}.`,
      why: 'The speaker needs both, and Pod Security refuses such Pods in this namespace. The cluster makes the Pods as soon as it may.',
      risk: 'Every Pod of this namespace may be privileged then, so let nobody else deploy into it.',
    },
  ]
}
