// The produced objects as text.
import { printDocuments, printYaml } from '../../config/print.ts'
import { type Planned, plannedComments } from '../../migrate/planned.ts'
import { type DescribedPatch, mergePatch } from '../../migrate/services/patches.ts'

const document = (planned: Planned): string =>
  printYaml(planned.object, { comments: plannedComments(planned) })

/** All objects as YAML documents in apply order. */
export const renderObjectsYaml = (planned: readonly Planned[]): string =>
  printDocuments(planned.map(document))

/** A `kind: List`, which kubectl takes like the documents. */
export const renderObjectsJson = (planned: readonly Planned[]): string =>
  `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: planned.map(({ object }) => object) }, null, 2)}\n`

export interface ObjectFile {
  readonly name: string
  readonly text: string
  readonly secret: boolean
}

/**
 * Apply order. The number of a kind never depends on what else there is: another run with another configuration replaces the
 * files of this one.
 */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['Secret', 10],
  ['Community', 20],
  ['BFDProfile', 30],
  ['BGPPeer', 40],
  ['IPAddressPool', 50],
  ['BGPAdvertisement', 60],
  ['L2Advertisement', 70],
])
const OTHERS = 90

/** One file an object; the number keeps the apply order where files are read by name, as `kubectl apply -f DIR` does. */
export function objectFiles(planned: readonly Planned[], format: 'yaml' | 'json'): ObjectFile[] {
  const namespaces = new Set(planned.map(({ object }) => object.metadata.namespace))
  return planned.map((item) => {
    const { kind, metadata } = item.object
    const where = namespaces.size > 1 && metadata.namespace !== undefined ? `-${metadata.namespace}` : ''
    return {
      name: `${NUMBERS.get(kind) ?? OTHERS}-${kind.toLowerCase()}${where}-${metadata.name}.${format}`,
      text: format === 'json' ? `${JSON.stringify(item.object, null, 2)}\n` : document(item),
      secret:
        kind === 'Secret' ||
        (item.object['spec'] as { password?: unknown } | undefined)?.password !== undefined,
    }
  })
}

/** The Service patches as a YAML list: what to patch, with what, and the command that does it. */
export function renderPatches(patches: readonly DescribedPatch[]): string {
  if (patches.length === 0) return '[]\n'
  return printYaml(
    patches.map((patch) => ({
      namespace: patch.namespace,
      name: patch.name,
      changes: patch.changes,
      patch: mergePatch(patch),
      command: `kubectl patch service -n ${patch.namespace} ${patch.name} --type merge -p '${JSON.stringify(mergePatch(patch)).replaceAll("'", "'\\''")}'`,
    })),
  )
}
