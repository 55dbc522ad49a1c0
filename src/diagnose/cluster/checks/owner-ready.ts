// F24: MetalLB does not ask whether the node that it elects is ready.
import { type ClusterCheck, failOr } from '../cluster-check.ts'
import { grouped } from '../grouped.ts'
import { conditionOf } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { listed, sentence, servicesText } from '../wording.ts'

export const ownerReady: ClusterCheck = {
  id: 'owner-ready',
  code: 'F24',
  link: 'owner',
  title: 'the nodes that announce by layer 2 are ready',
  needs: ['nodes', 'services', 'endpointSlices', 'configuration'],
  evaluate: (view) => {
    const owned = view.servicesWithAddress.flatMap((service) => {
      const node = view.matrixOf(service)?.succession[0]?.node
      return node === undefined ? [] : [{ key: keyOf(service), node }]
    })
    const broken = [...grouped(owned, ({ node }) => node)].filter(
      ([node]) => (conditionOf(view.rawNodes.get(node), 'Ready')?.status ?? 'True') !== 'True',
    )
    return failOr(
      broken.map(([node, all]) => {
        const keys = all.map(({ key }) => key)
        const ready = conditionOf(view.rawNodes.get(node), 'Ready')
        return {
          title: `${sentence(servicesText(keys))} ${keys.length === 1 ? 'is' : 'are'} announced by ${node}, which is not ready.`,
          severity: 'error',
          confidence: view.members === undefined ? 'likely' : 'certain',
          subject: `Node ${node}`,
          evidence: [
            `condition Ready is ${ready?.status ?? 'unknown'}${ready?.message === '' ? '' : `: ${ready?.message ?? ''}`}`,
            `owner of ${listed(keys)}`,
          ],
          cause:
            'The election counts speakers that are alive; whether the kubelet or the network plugin of the node works is not asked.',
          fix: [
            {
              text: 'Repair the node, or keep it out of the election until it works.',
              command: `kubectl label node ${node} node.kubernetes.io/exclude-from-external-load-balancers=`,
            },
          ],
          affects: keys,
        }
      }),
      `${listed([...new Set(owned.map(({ node }) => node))].sort()) || 'no owner'}`,
    )
  },
}
