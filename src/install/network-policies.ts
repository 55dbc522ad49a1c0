// Who may talk to the controller. Speakers are in the network of their nodes, where NetworkPolicies do not reach.
import type { InstallItem } from './install-item.ts'
import { CONTROLLER, metadataIn, PORTS, selectorOf } from './names.ts'
import { hasController, hasWebhooks, type InstallOptions } from './options.ts'

export function networkPolicyItems(options: InstallOptions): readonly InstallItem[] {
  if (!options.networkPolicies || !hasController(options)) return []
  const tcp = (port: number) => ({ port, protocol: 'TCP' })
  const open = [...(hasWebhooks(options) ? [tcp(PORTS.webhook)] : []), tcp(PORTS.metrics)]
  return [
    {
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: metadataIn(options, CONTROLLER, 'controller'),
        spec: {
          podSelector: { matchLabels: selectorOf('controller') },
          policyTypes: ['Ingress', 'Egress'],
          ingress: [{ ports: open }],
          egress: [{ ports: [{ protocol: 'TCP' }] }],
        },
      },
      comments: new Map([
        [
          'spec.ingress',
          {
            above: [
              'From anywhere, since the API server’s address is not known here and no selector matches a process of a node.',
            ],
          },
        ],
        [
          'spec.egress',
          {
            above: [
              'For the API server, whose address and port behind its Service differ from cluster to cluster; no UDP.',
            ],
          },
        ],
      ]),
    },
  ]
}
