// F03: the label that keeps nodes out of external load balancers, which kubeadm and Talos put on control planes.
import { EXCLUDE_LABEL } from '../../../speaker/decide/node-table.ts'
import { type ClusterCheck, failOr, skip } from '../cluster-check.ts'
import { lacksEndpoints, nodesFor } from '../silent-services.ts'
import { counted, listed, sentence, servicesText } from '../wording.ts'

export const nodesNotExcluded: ClusterCheck = {
  id: 'nodes-not-excluded',
  code: 'F03',
  link: 'candidates',
  title: 'nodes are left that may announce',
  needs: ['nodes', 'configuration'],
  evaluate: (view) => {
    if (!view.rules.excludeLabel) return skip(`MetalLB ${view.release} does not look at the label`)
    if (view.rules.ignoresExcludeLabel && view.installation?.ignoreExcludeLabel === true)
      return skip('the speakers run with --ignore-exclude-lb')
    const nodes = view.objects.nodes
    const labelled = nodes
      .filter(({ labels }) => Object.hasOwn(labels, EXCLUDE_LABEL))
      .map(({ name }) => name)
    const silent = view.silent.filter(
      (each) =>
        nodesFor(each, 'excluded-by-label', 'nodeLabeledExcludeBalancers').length > 0 &&
        !lacksEndpoints(view, each),
    )
    const every = nodes.length > 0 && labelled.length === nodes.length
    if (silent.length === 0 && !every)
      return failOr(
        [],
        labelled.length === 0
          ? 'no node has the label'
          : `${labelled.length} of ${counted(nodes.length, 'node')} have the label`,
      )
    const keys = silent.map(({ key }) => key)
    const [first] = silent
    const excluded =
      first === undefined ? labelled : nodesFor(first, 'excluded-by-label', 'nodeLabeledExcludeBalancers')
    return failOr(
      [
        {
          title: every
            ? `Every node carries the label that excludes it from load balancers: nobody announces anything.`
            : `${sentence(servicesText(keys))} ${keys.length === 1 ? 'is' : 'are'} announced by nobody: the nodes that could are excluded from load balancers.`,
          severity: 'error',
          confidence: 'certain',
          subject: excluded.length === 1 ? `Node ${excluded[0] ?? ''}` : counted(excluded.length, 'Node'),
          evidence: [
            `label ${EXCLUDE_LABEL} on ${listed(excluded)}`,
            `MetalLB ${view.release} honours it, without --ignore-exclude-lb`,
          ],
          cause:
            'kubeadm, Talos and others put this label on control planes, and MetalLB honours it since 0.14. It comes back with an upgrade of the cluster.',
          fix: [
            {
              text: 'Take the label off the nodes that are to announce.',
              command: `kubectl label node ${excluded.slice(0, 3).join(' ')} ${EXCLUDE_LABEL}-`,
            },
            {
              text: 'Or let the speakers ignore it: the value speaker.ignoreExcludeLB=true of the chart, the flag --ignore-exclude-lb of the speaker.',
            },
          ],
          breaks: view.servicesWithAddress.length > 0 ? 'now' : 'some day',
          affects: every ? 'installation' : keys,
        },
      ],
      '',
    )
  },
}
