// The cluster that the transcripts were recorded in: three Nodes, a namespace, MetalLB's definitions.
import { customResourceDefinitions } from '../../../src/config/crds/custom-resource-definitions.ts'
import node1 from '../../fixtures/kubernetes/node1.json' with { type: 'json' }

/** As the manifests of MetalLB have it. */
const POD_SECURITY = Object.fromEntries(
  ['audit', 'enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'privileged']),
)

export function metallbCluster(): readonly object[] {
  const nodes = [1, 2, 3].map((number) => {
    const node = structuredClone(node1)
    node.metadata.name = `node${number}`
    node.metadata.labels['kubernetes.io/hostname'] = `node${number}`
    for (const address of node.status.addresses) {
      address.address = address.type === 'Hostname' ? `node${number}` : `10.1.0.${number}`
    }
    return node
  })
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'metallb-system', labels: POD_SECURITY },
  }
  return [namespace, ...nodes, ...customResourceDefinitions()]
}
