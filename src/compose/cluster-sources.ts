// What a cluster holds as texts, so that it is validated like files, with places that can be shown.
import type { KubeObject } from '../config/kube-object.ts'
import { printDocuments, printYaml } from '../config/print.ts'
import { child, type Node, scalarText } from '../config/source/node.ts'
import { Source } from '../config/source/source.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { ClusterReader, SecretEntry } from '../migrate/ports.ts'
import { type ClusterFlags, connectCluster } from './cluster.ts'
import { asWritten, liveSource } from './live-source.ts'

/**
 * One source for each of MetalLB's objects, and one for each other kind of content. An object that `replacing` also holds is left
 * out: what is about to be applied takes its place.
 */
export async function clusterSources(
  flags: ClusterFlags & { readonly secrets?: boolean },
  replacing: readonly Node[],
  signal: AbortSignal,
): Promise<Source[]> {
  const cluster = await connectCluster(flags, signal)
  try {
    return await readAll(cluster.reader, replaced(replacing), {
      withSecrets: flags.secrets !== false,
      others: replacing.length > 0,
    })
  } finally {
    cluster.close()
  }
}

async function readAll(
  reader: ClusterReader,
  isReplaced: (object: KubeObject) => boolean,
  { withSecrets, others }: { readonly withSecrets: boolean; readonly others: boolean },
): Promise<Source[]> {
  const { context } = reader.identity
  const { objects, served } = await reader.metallbObjects()
  if (served.length === 0 && !others) throw withoutResources(reader.identity)
  const core: readonly (readonly [string, readonly KubeObject[]])[] = [
    ['services', (await reader.services()).map(asWritten)],
    ['nodes', (await reader.nodes()).map(asWritten)],
    ['namespaces', (await reader.namespaces()).map(asWritten)],
    ['secrets', withSecrets ? (await reader.secrets()).map(secretObject) : []],
  ]
  return [
    ...objects.filter((object) => !isReplaced(object)).map(liveSource),
    ...core.flatMap(([name, all]) => {
      const kept = all.filter((object) => !isReplaced(object)).map((object) => printYaml(object))
      return kept.length === 0 ? [] : [new Source(`<cluster ${context}: ${name}>`, printDocuments(kept))]
    }),
  ]
}

/** Without its CRDs there is neither a pool nor the lack of one to be told of. */
const withoutResources = ({ context, server, kubeconfig }: ClusterReader['identity']): LbctlError =>
  new LbctlError(
    'input',
    `The cluster of context "${context}" serves no resource of metallb.io: the CRDs of MetalLB are not installed.`,
    {
      facts: { server, context, ...(kubeconfig === undefined ? {} : { kubeconfig }) },
      hints: [
        'Install them (lbctl install, or MetalLB itself), or choose another cluster with --context.',
        'Before MetalLB 0.13 there were none: `lbctl migrate --from-cluster` reads the ConfigMap of old.',
      ],
    },
  )

/** By kind, name and namespace; an object without a namespace goes wherever it is applied, so it replaces any of its name. */
function replaced(documents: readonly Node[]): (object: KubeObject) => boolean {
  const ids = new Set<string>()
  const add = (node: Node): void => {
    const items = child(node, 'items')
    if (items?.kind === 'list') for (const item of items.items) add(item)
    const metadata = child(node, 'metadata')
    ids.add(
      [child(node, 'kind'), child(metadata, 'namespace'), child(metadata, 'name')]
        .map((part) => scalarText(part) ?? '')
        .join('/'),
    )
  }
  for (const document of documents) add(document)
  return ({ kind, metadata: { namespace = '', name } }) =>
    ids.has(`${kind}/${namespace}/${name}`) || ids.has(`${kind}//${name}`)
}

/** Values are not asked for; a Secret of this type is taken to have the key that its type is for. */
const secretObject = ({ namespace, name, type }: SecretEntry): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type,
  ...(type === 'kubernetes.io/basic-auth' ? { data: { password: '' } } : {}),
})
