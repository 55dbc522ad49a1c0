// What makes the API server ask the controller: a Service, and the configuration that names it. The certificate to trust
// (caBundle) is not here: the controller makes it, and writes it into the configuration as the owner of that field.
import { customResourceDefinitions } from '../config/crds/custom-resource-definitions.ts'
import type { KubeObject } from '../config/kube-object.ts'
import type { InstallItem } from './install-item.ts'
import {
  clusterMetadata,
  LABELS,
  metadataIn,
  PORTS,
  selectorOf,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_SERVICE,
} from './names.ts'
import { hasWebhooks, type InstallOptions } from './options.ts'

/** Paths that the webhook server answers, as MetalLB's does. */
export const CONVERSION_PATH = '/convert'

interface ValidatedKind {
  readonly kind: string
  readonly plural: string
  readonly version: 'v1beta1' | 'v1beta2'
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[]
}

/**
 * What MetalLB's webhook is asked about (metallb.md §3.1), and UPDATE of BFDProfile besides, which it forgot. An update of a
 * v1beta1 BGPPeer is asked about as v1beta2: `matchPolicy: Equivalent` has the API server convert it.
 */
export const VALIDATED_KINDS: readonly ValidatedKind[] = [
  {
    kind: 'BFDProfile',
    plural: 'bfdprofiles',
    version: 'v1beta1',
    operations: ['CREATE', 'UPDATE', 'DELETE'],
  },
  {
    kind: 'BGPAdvertisement',
    plural: 'bgpadvertisements',
    version: 'v1beta1',
    operations: ['CREATE', 'UPDATE'],
  },
  { kind: 'BGPPeer', plural: 'bgppeers', version: 'v1beta2', operations: ['CREATE', 'UPDATE'] },
  { kind: 'Community', plural: 'communities', version: 'v1beta1', operations: ['CREATE', 'UPDATE'] },
  { kind: 'IPAddressPool', plural: 'ipaddresspools', version: 'v1beta1', operations: ['CREATE', 'UPDATE'] },
  {
    kind: 'L2Advertisement',
    plural: 'l2advertisements',
    version: 'v1beta1',
    operations: ['CREATE', 'UPDATE'],
  },
]

export const validationPath = ({ version, kind }: Pick<ValidatedKind, 'version' | 'kind'>): string =>
  `/validate-metallb-io-${version}-${kind.toLowerCase()}`

export function webhookItems(options: InstallOptions): readonly InstallItem[] {
  if (!hasWebhooks(options)) return []
  return [
    {
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadataIn(options, WEBHOOK_SERVICE, 'controller'),
        spec: {
          selector: selectorOf('controller'),
          ports: [{ name: 'webhook', port: 443, targetPort: PORTS.webhook, protocol: 'TCP' }],
        },
      },
    },
    configuration(options),
  ]
}

function configuration({ namespace }: InstallOptions): InstallItem {
  const webhooks = VALIDATED_KINDS.map((validated) => ({
    name: `${validated.kind.toLowerCase()}validationwebhook.metallb.io`,
    admissionReviewVersions: ['v1'],
    clientConfig: {
      service: { namespace, name: WEBHOOK_SERVICE, path: validationPath(validated), port: 443 },
    },
    rules: [
      {
        apiGroups: ['metallb.io'],
        apiVersions: [validated.version],
        operations: validated.operations,
        resources: [validated.plural],
        scope: 'Namespaced',
      },
    ],
    matchPolicy: 'Equivalent',
    failurePolicy: 'Fail',
    sideEffects: 'None',
    timeoutSeconds: 5,
  }))
  return {
    object: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: clusterMetadata(WEBHOOK_CONFIGURATION, 'controller'),
      webhooks,
    },
    comments: new Map([
      [
        'webhooks[0].failurePolicy',
        {
          above: [
            'Only MetalLB’s own kinds are asked about: while no controller runs, they cannot be changed, and all else can.',
          ],
        },
      ],
      [
        'webhooks[0].timeoutSeconds',
        {
          above: ['An answer takes milliseconds. Whoever waits longer waits for a controller that is gone.'],
        },
      ],
    ]),
  }
}

export function crdItems(options: InstallOptions): readonly InstallItem[] {
  const { namespace } = options
  const definitions = customResourceDefinitions({
    labels: LABELS,
    ...(hasWebhooks(options)
      ? { conversion: { namespace, service: WEBHOOK_SERVICE, path: CONVERSION_PATH, port: 443 } }
      : {}),
  })
  return definitions.map((definition) => ({ object: definition satisfies KubeObject }))
}
