// What a remedy is computed from.
import type { KubeObject } from '../config/kube-object.ts'
import type { Identified } from '../config/objects/read-object.ts'
import type { ClusterFinding } from '../diagnose/cluster/cluster-check.ts'
import type { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import type { HostSettings } from './host-settings.ts'
import { editTo } from './object-edit.ts'
import { findObject, refOfObject } from './patched-facts.ts'
import type { Change } from './remedy.ts'

export interface RemedyContext {
  readonly view: ClusterView
  readonly finding: ClusterFinding
  /** of the machine that lbctl runs on; undefined: it was not looked at */
  readonly host: HostSettings | undefined
}

/** The object as the facts have it. @throws Error when there is none: it was read from there */
export function rawObject({ facts }: ClusterView, object: Identified): KubeObject {
  const { apiVersion, kind, name, namespace } = object
  const found = findObject(facts, {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  })
  if (found === undefined) throw new Error(`the facts have no ${kind} ${name}`)
  return found
}

/** A change that gives one value of an object. */
export const setting = (
  object: KubeObject,
  path: readonly string[],
  after: Parameters<typeof editTo>[2],
): Change => ({ kind: 'edit', ref: refOfObject(object), edits: [editTo(object, path, after)] })

/** `shop/web` of `Service shop/web` */
export const nameInSubject = (subject: string, kind: string): string | undefined =>
  subject.startsWith(`${kind} `) ? subject.slice(kind.length + 1) : undefined
