// What a cluster holds as texts, so that it is validated like files, with places that can be shown.
import type { KubeObject } from '../config/kube-object.ts'
import { printDocuments, printYaml } from '../config/print.ts'
import { Source } from '../config/source/source.ts'
import type { ClusterReader, LiveObject, SecretEntry } from '../migrate/ports.ts'
import { type ClusterFlags, connectCluster } from './cluster.ts'

/** One source per kind of content; a kind without objects has none. */
export async function clusterSources(flags: ClusterFlags, signal: AbortSignal): Promise<Source[]> {
  const cluster = await connectCluster(flags, signal)
  try {
    return await readAll(cluster.reader)
  } finally {
    cluster.close()
  }
}

async function readAll(reader: ClusterReader): Promise<Source[]> {
  const { context } = reader.identity
  const parts: readonly (readonly [string, readonly KubeObject[]])[] = [
    ['metallb', (await reader.metallbObjects()).objects.map(asWritten)],
    ['services', (await reader.services()).map(asWritten)],
    ['nodes', (await reader.nodes()).map(asWritten)],
    ['namespaces', (await reader.namespaces()).map(asWritten)],
    ['secrets', (await reader.secrets()).map(secretObject)],
  ]
  return parts
    .filter(([, objects]) => objects.length > 0)
    .map(([name, objects]) => {
      const text = printDocuments(objects.map((object) => printYaml(object)))
      return new Source(`<cluster ${context}: ${name}>`, text)
    })
}

/** Who owns which field is bookkeeping of the API server. */
function asWritten(object: LiveObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** Values are not asked for; a Secret of this type is taken to have the key that its type is for. */
const secretObject = ({ namespace, name, type }: SecretEntry): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type,
  ...(type === 'kubernetes.io/basic-auth' ? { data: { password: '' } } : {}),
})
