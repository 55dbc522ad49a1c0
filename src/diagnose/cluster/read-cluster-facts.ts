// Facts of a file that `--save-facts` wrote, here or elsewhere, by this or by another lbctl.
import type { KubeObject } from '../../config/kube-object.ts'
import { flag, list, maybe, oneOf, record, type Shape, ShapeMismatch, text } from '../facts/shape.ts'
import { type ClusterFacts, clusterFacts, PLANES, type Plane, readPlane } from './cluster-facts.ts'
import { hostFactsShape, texts } from './host-shape.ts'
import { incidentShape, probeShape } from './probe-shape.ts'

const names = list(text)

const anyObject: Shape<object> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ShapeMismatch(path, 'an object')
  return value
}

const kubeObject: Shape<KubeObject> = (value, path) => {
  anyObject(value, path)
  record({
    apiVersion: text,
    kind: text,
    metadata: record({ name: text, namespace: maybe(text), labels: maybe(texts), annotations: maybe(texts) }),
  })(value, path)
  // A member that is null is one that is not there, as for the API server.
  const given = value as KubeObject
  const known = Object.entries(given.metadata).filter(([, each]) => each !== null)
  return { ...given, metadata: Object.fromEntries(known) as unknown as KubeObject['metadata'] }
}

function planeShape(item: Shape<unknown>): Shape<Plane<unknown>> {
  return (value, path) => {
    const { status } = record({ status: oneOf('read', 'not-read') })(value, path)
    if (status === 'not-read') {
      const { reason, wanted, remedy } = record({ reason: text, wanted: flag, remedy: maybe(text) })(
        value,
        path,
      )
      return { status, reason, wanted, ...(remedy === undefined ? {} : { remedy }) }
    }
    const { items } = value as { readonly items?: unknown }
    if (!Array.isArray(items)) throw new ShapeMismatch(`${path}.items`, 'a list')
    const { gaps = [] } = record({ gaps: maybe(names) })(value, path)
    return readPlane(
      items.map((each, index) => item(each, `${path}.items[${index}]`)),
      gaps,
    )
  }
}

const electionsIn = (value: unknown): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(anyObject(value, 'elections')).map(([key, order]) => [
      key,
      names(order, `elections.${key}`),
    ]),
  )

const OTHERS: Readonly<Record<string, Shape<object>>> = {
  kinds: record({ group: text, kind: text, versions: names }),
  hosts: hostFactsShape,
  probes: probeShape,
  logs: incidentShape,
}

/** Planes that the file does not know are those of a newer lbctl: nobody asked for them. @throws ShapeMismatch */
export function readClusterFacts(value: unknown): ClusterFacts {
  const head = record({
    format: oneOf('lbctl-cluster-facts/1'),
    takenAt: text,
    origin: oneOf('cluster', 'files'),
    vantage: text,
    kubernetesVersion: maybe(text),
  })(value, '')
  const from = value as Record<string, unknown>
  const planes = PLANES.filter((name) => from[name] !== undefined).map((name) => [
    name,
    planeShape(OTHERS[name] ?? kubeObject)(from[name], name),
  ])
  const known = { ...head, ...(Object.fromEntries(planes) as Partial<ClusterFacts>) }
  const elections = from['elections']
  return clusterFacts(elections === undefined ? known : { ...known, elections: electionsIn(elections) })
}
