// Facts as they would be after a remedy. Objects only: what is seen, said and logged is seen, said and logged again later.
import type { KubeObject } from '../config/kube-object.ts'
import {
  type ClusterFacts,
  itemsOf,
  OBJECT_PLANES,
  type Plane,
  readPlane,
} from '../diagnose/cluster/cluster-facts.ts'
import { planeOf } from '../diagnose/cluster/collect/facts-of-objects.ts'
import type { HostFacts } from '../diagnose/cluster/host-facts.ts'
import type { ObjectRef } from '../migrate/ports.ts'
import { edited } from './object-edit.ts'
import type { Change } from './remedy.ts'

export const refOfObject = ({ apiVersion, kind, metadata }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  name: metadata.name,
})

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''

/** The same object, in whichever version of its kind. */
export const isObjectOf = ({ apiVersion, kind, metadata }: KubeObject, ref: ObjectRef): boolean =>
  kind === ref.kind &&
  metadata.name === ref.name &&
  metadata.namespace === ref.namespace &&
  groupOf(apiVersion) === groupOf(ref.apiVersion)

export function findObject(facts: ClusterFacts, ref: ObjectRef): KubeObject | undefined {
  for (const plane of OBJECT_PLANES) {
    const found = itemsOf(facts[plane]).find((object) => isObjectOf(object, ref))
    if (found !== undefined) return found
  }
  return undefined
}

export const patchedFacts = (facts: ClusterFacts, changes: readonly Change[]): ClusterFacts =>
  changes.reduce(withChange, facts)

function withChange(facts: ClusterFacts, change: Change): ClusterFacts {
  switch (change.kind) {
    case 'create': {
      const plane = planeOf(change.object)
      if (plane === undefined) throw new Error(`no plane holds a ${change.object.kind}`)
      return { ...facts, [plane]: readPlane([...itemsOf(facts[plane]), change.object]) }
    }
    case 'edit':
      return withObjects(facts, (object) =>
        isObjectOf(object, change.ref) ? edited(object, change.edits) : object,
      )
    case 'sysctl': {
      const values = Object.fromEntries(change.settings.map(({ key, after }) => [key, after]))
      return {
        ...facts,
        hosts: mapped(facts.hosts, (host: HostFacts) =>
          host.node === change.host ? { ...host, sysctls: { ...host.sysctls, ...values } } : host,
        ),
      }
    }
  }
}

export const withObjects = (
  facts: ClusterFacts,
  change: (object: KubeObject) => KubeObject,
): ClusterFacts => ({
  ...facts,
  ...Object.fromEntries(OBJECT_PLANES.map((plane) => [plane, mapped(facts[plane], change)])),
})

const mapped = <T>(plane: Plane<T>, change: (item: T) => T): Plane<T> =>
  plane.status === 'read' ? readPlane(plane.items.map(change)) : plane
