// Every object that `lbctl install` makes, judged by what Kubernetes itself accepts: its structure by the models that come out of
// Kubernetes' OpenAPI document, its values by the rules of the API reference that no OpenAPI document holds.
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../src/config/kube-object.ts'
import { installItems } from '../../src/install/install-objects.ts'
import type { InstallOptions } from '../../src/install/options.ts'
import { options } from '../../src/install/testing/options.ts'
import { structuralProblems } from '../support/kubernetes-models.ts'

/** Every mode, with everything that can be switched on, and with everything that can be switched off. */
const VARIANTS: readonly Partial<InstallOptions>[] = (['all', 'speaker', 'controller'] as const).flatMap(
  (mode) => [
    {
      mode,
      webhooks: true,
      networkPolicies: true,
      podMonitor: true,
      bgpListen: true,
      ignoreExcludeLabel: true,
      imagePullSecrets: ['pull'],
      loadBalancerClass: 'example.com/lb',
      nodeSelector: { rack: '1' },
    },
    { mode, webhooks: false, networkPolicies: false, podMonitor: false, bgpListen: false },
  ],
)
const objectsOf = (variant: Partial<InstallOptions>): readonly KubeObject[] =>
  installItems(options(variant)).map(({ object }) => object)
const idOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`

/** Paths without the numbers of list items, with every value that stands there. */
function* leaves(value: unknown, path = ''): Generator<readonly [path: string, value: unknown]> {
  if (Array.isArray(value)) for (const item of value) yield* leaves(item, `${path}[]`)
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) yield* leaves(one, `${path}.${name}`)
  else yield [path, value]
}

const oneOf = (...words: readonly string[]): RegExp => new RegExp(`^(${words.join('|')})$`)
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/
const PORT_NUMBER = /^([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/
/** Of containers: 15 letters at most (IANA service names). Of Services: a label. */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const QUANTITY = /^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/
const RBAC_VERB = oneOf('get', 'list', 'watch', 'create', 'update', 'patch', 'delete')

/** Where something stands, and what may stand there. A path that no object has any more fails, too. */
const VALUES: readonly (readonly [where: RegExp, allowed: RegExp])[] = [
  [/^\.metadata\.name$/, DNS_NAME],
  [/^\.metadata\.namespace$/, DNS_LABEL],
  [/^(\.spec\.template)?\.metadata\.labels\./, LABEL_VALUE],
  [/\.matchLabels\./, LABEL_VALUE],
  [/\.containers\[\]\.name$/, DNS_LABEL],
  [/\.containers\[\]\.ports\[\]\.name$/, PORT_NAME],
  [/\.containers\[\]\.ports\[\]\.containerPort$/, PORT_NUMBER],
  [/^\.spec\.ports\[\]\.(port|targetPort)$/, PORT_NUMBER],
  [/^\.spec\.ports\[\]\.name$/, DNS_LABEL],
  [/\.ingress\[\]\.ports\[\]\.port$/, PORT_NUMBER],
  [/\.httpGet\.port$/, PORT_NUMBER],
  [/\.httpGet\.path$/, /^\/\S*$/],
  [/[pP]rotocol$/, oneOf('TCP', 'UDP', 'SCTP')],
  [/\.resources\.(limits|requests)\.(cpu|memory)$/, QUANTITY],
  [/\.sizeLimit$/, QUANTITY],
  [/\.env\[\]\.name$/, /^[A-Za-z_][A-Za-z0-9_]*$/],
  [
    /\.fieldRef\.fieldPath$/,
    oneOf('metadata.name', 'metadata.namespace', 'spec.nodeName', 'status.hostIP', 'status.podIP'),
  ],
  [/\.capabilities\.(add|drop)\[\]$/, oneOf('ALL', 'NET_RAW', 'NET_BIND_SERVICE')],
  [/\.seccompProfile\.type$/, oneOf('RuntimeDefault')],
  [/\.dnsPolicy$/, oneOf('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None')],
  [/\.tolerations\[\]\.operator$/, oneOf('Exists', 'Equal')],
  [/\.tolerations\[\]\.effect$/, oneOf('NoSchedule', 'NoExecute', 'PreferNoSchedule')],
  [/\.priorityClassName$/, oneOf('system-node-critical', 'system-cluster-critical')],
  [/\.policyTypes\[\]$/, oneOf('Ingress', 'Egress')],
  [/^\.rules\[\]\.verbs\[\]$/, RBAC_VERB],
  [/^\.rules\[\]\.resources\[\]$/, /^[a-z0-9]+(\/[a-z]+)?$/],
  // Fewer than three parts are refused.
  [/^\.webhooks\[\]\.name$/, /^[a-z0-9-]+(\.[a-z0-9-]+){2,}$/],
  [/^\.webhooks\[\]\.timeoutSeconds$/, /^([1-9]|[12]\d|30)$/],
  [/^\.webhooks\[\]\.failurePolicy$/, oneOf('Fail', 'Ignore')],
  [/^\.webhooks\[\]\.matchPolicy$/, oneOf('Exact', 'Equivalent')],
  [/^\.webhooks\[\]\.sideEffects$/, oneOf('None', 'NoneOnDryRun')],
  [/^\.webhooks\[\]\.rules\[\]\.operations\[\]$/, oneOf('CREATE', 'UPDATE', 'DELETE', 'CONNECT')],
  [/^\.webhooks\[\]\.rules\[\]\.scope$/, oneOf('Namespaced', 'Cluster')],
  [/\.clientConfig\.service\.port$/, PORT_NUMBER],
  [/\.clientConfig\.service\.path$/, /^\/[a-z0-9-]+$/],
  [/^\.spec\.scope$/, oneOf('Namespaced')],
]

/** prometheus-operator's kind is not Kubernetes' own: the fields of its version v1 that are used here. */
const POD_MONITOR_FIELDS = new Set(
  ['apiVersion', 'kind', '.spec.selector.matchLabels', '.spec.podMetricsEndpoints[].port']
    .concat(['.spec.podMetricsEndpoints[].interval', '.spec.podMetricsEndpoints[].path'])
    .concat(['.spec.podMetricsEndpoints[].relabelings']),
)

describe('objects of an installation as Kubernetes reads them', () => {
  it.each(VARIANTS)(
    'have only fields that there are, of their types, and all that are required: %j',
    (variant) => {
      for (const object of objectsOf(variant)) {
        if (object.kind === 'PodMonitor') continue
        expect({ object: idOf(object), problems: structuralProblems(object) }).toEqual({
          object: idOf(object),
          problems: [],
        })
      }
    },
  )

  it('are looked at with a check that finds a wrong name, a wrong type and a missing field', () => {
    const daemons = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'a' } }
    const container = {
      name: 'a',
      readinesProbe: {},
      ports: [{ containerPort: '80' }],
      securityContext: { privileged: 1 },
    }
    expect(
      structuralProblems({ ...daemons, spec: { template: { spec: { containers: [container] } } } }),
    ).toEqual([
      'spec.template.spec.containers[0].readinesProbe: V1Container has no such field',
      'spec.template.spec.containers[0].ports[0].containerPort: "80" is no number',
      'spec.template.spec.containers[0].securityContext.privileged: 1 is no boolean',
      'spec.selector: is required',
    ])
    expect(structuralProblems({ apiVersion: 'apps/v2', kind: 'DaemonSet' })).toHaveLength(1)
  })

  it('have values that are allowed where they stand', () => {
    const all = VARIANTS.flatMap(objectsOf)
    for (const [where, allowed] of VALUES) {
      const found = all
        .filter(({ kind }) => kind !== 'CustomResourceDefinition' || where.source.startsWith('^'))
        .flatMap((object) =>
          [...leaves(object)]
            .filter(([path]) => where.test(path))
            .map(([path, value]) => ({ at: `${idOf(object)} ${path}`, value: String(value) })),
        )
      expect({ where, found: found.length > 0 }).toEqual({ where, found: true })
      expect(found.filter(({ value }) => !allowed.test(value))).toEqual([])
    }
  })

  it('ask for no field of a PodMonitor that it does not have', () => {
    const monitors = objectsOf(VARIANTS[0] ?? {}).filter(({ kind }) => kind === 'PodMonitor')
    expect(monitors).toHaveLength(2)
    for (const [path] of monitors.flatMap((monitor) => [...leaves(monitor['spec'], '.spec')]))
      expect([...POD_MONITOR_FIELDS].some((field) => path.startsWith(field))).toBe(true)
  })
})

interface Named {
  readonly name: string
}
interface Container {
  readonly ports: readonly {
    readonly name: string
    readonly containerPort: number
    readonly protocol: string
  }[]
  readonly env: readonly Named[]
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
  readonly resources: Readonly<Record<'requests' | 'limits', { readonly memory: string }>>
}
interface PodSpec {
  readonly containers: readonly Container[]
  readonly volumes?: readonly Named[]
}

describe('pods of an installation', () => {
  const pods = VARIANTS.flatMap(objectsOf)
    .filter(({ kind }) => kind === 'DaemonSet' || kind === 'Deployment')
    .map((workload) => (workload['spec'] as { template: { spec: PodSpec } }).template.spec)
  const unique = (words: readonly string[]) => expect(words).toEqual([...new Set(words)])

  it('mount volumes that they have, and name nothing twice', () => {
    expect(pods.length).toBeGreaterThan(4)
    for (const { containers, volumes = [] } of pods)
      for (const { ports, env, volumeMounts = [] } of containers) {
        const names = volumes.map(({ name }) => name)
        unique(names)
        expect(volumeMounts.map(({ name }) => name).sort()).toEqual([...names].sort())
        unique(volumeMounts.map(({ mountPath }) => mountPath))
        unique(env.map(({ name }) => name))
        unique(ports.map(({ name }) => name))
        unique(ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`))
      }
  })

  it('ask for no more than their limit', () => {
    const mebibytes = (text: string): number => Number(/^(\d+)Mi$/.exec(text)?.[1])
    for (const { resources } of pods.flatMap(({ containers }) => containers))
      expect(mebibytes(resources.requests.memory)).toBeLessThanOrEqual(mebibytes(resources.limits.memory))
  })
})
