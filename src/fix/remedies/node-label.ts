// F03: the label that keeps nodes out of load balancing is taken off.
import { nodesFor } from '../../diagnose/cluster/silent-services.ts'
import { EXCLUDE_LABEL } from '../../speaker/decide/node-table.ts'
import type { RemedyAnswer, RemedyDraft } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { type RemedyContext, rawObject, setting } from '../remedy-context.ts'

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

export function includeNodes({ view, finding }: RemedyContext): RemedyAnswer {
  const labelled = view.objects.nodes.filter(({ labels }) => Object.hasOwn(labels, EXCLUDE_LABEL))
  const kept = new Set(
    view.silent.flatMap((each) => nodesFor(each, 'excluded-by-label', 'nodeLabeledExcludeBalancers')),
  )
  const excluded = kept.size === 0 ? labelled : labelled.filter(({ name }) => kept.has(name))
  const workers = excluded.filter(({ labels }) => !CONTROL_PLANE.some((key) => Object.hasOwn(labels, key)))
  const drafts = [workers, excluded].filter((nodes) => nodes.length > 0)
  if (drafts.length === 0) return byHand('No node has the label any more.')
  return drafts.map(
    (nodes): RemedyDraft => ({
      changes: nodes.map((node) =>
        setting(rawObject(view, node), ['metadata', 'labels', EXCLUDE_LABEL], undefined),
      ),
      summary: `Take the label ${EXCLUDE_LABEL} off ${nodes.map(({ name }) => name).join(', ')}.`,
      why: finding.cause,
      risk: `These nodes take traffic from outside then${nodes === workers ? '' : ', those with the control plane among them'}; cloud load balancers look at the same label.`,
      next: [
        {
          text: 'An upgrade with kubeadm puts the label back on control planes; --ignore-exclude-lb of the speakers lasts.',
        },
      ],
    }),
  )
}
