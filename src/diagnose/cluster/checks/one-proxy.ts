// F32: Cilium in the place of kube-proxy, and kube-proxy beside it.
import { type ClusterCheck, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import { mapAt, numberAt } from '../object-fields.ts'

export const oneProxy: ClusterCheck = {
  id: 'one-proxy',
  code: 'F32',
  link: 'data path',
  title: 'one program serves the addresses on the nodes',
  needs: ['configMaps', 'daemonSets'],
  evaluate: (view) => {
    const map = itemsOf(view.facts.configMaps).find(({ metadata }) => metadata.name === 'cilium-config')
    if (map === undefined) return skip('Cilium is not there')
    const proxy = itemsOf(view.facts.daemonSets).find(({ metadata }) => metadata.name === 'kube-proxy')
    const runs = proxy !== undefined && (numberAt(proxy, 'status', 'desiredNumberScheduled') ?? 0) > 0
    const setting = mapAt(map, 'data')['kube-proxy-replacement'] ?? 'false'
    const replaces = ['true', 'strict', 'probe'].includes(setting)
    if (replaces !== runs) return failOr([], replaces ? 'Cilium replaces kube-proxy' : 'kube-proxy')
    return failOr(
      [
        {
          title: runs
            ? 'Both Cilium and kube-proxy serve the addresses of Services.'
            : 'Neither Cilium nor kube-proxy serves the addresses of Services.',
          severity: runs ? 'warning' : 'error',
          confidence: 'likely',
          subject: 'ConfigMap kube-system/cilium-config',
          evidence: [
            `kube-proxy-replacement: ${setting}`,
            runs ? 'the DaemonSet kube-proxy runs' : 'there is no DaemonSet kube-proxy with Pods',
          ],
          cause: runs
            ? 'Packets are translated by whichever comes first, and the two do not know of each other.'
            : 'Packets for the address reach the node, and nobody there knows the Service.',
          fix: [
            runs
              ? {
                  text: 'Remove kube-proxy from a cluster whose Cilium replaces it.',
                  command: 'kubectl -n kube-system delete daemonset kube-proxy',
                }
              : {
                  text: 'Switch the replacement on, and restart Cilium.',
                  command:
                    'kubectl -n kube-system patch configmap cilium-config -p \'{"data":{"kube-proxy-replacement":"true"}}\' && kubectl -n kube-system rollout restart daemonset cilium',
                },
          ],
          affects: 'installation',
        },
      ],
      '',
    )
  },
}
