// Which object of a later state is one of an earlier state, although it is called otherwise.
import type { KubeObject } from '../../config/kube-object.ts'
import { idOf, textAt } from '../cluster/object-fields.ts'
import { fieldChanges } from './field-changes.ts'

/** Names that a controller makes up anew each time: what they are about stands for them. */
export function identityOf(object: KubeObject): string {
  if (object.kind === 'Pod') return podIdentity(object)
  if (!/^(?:ServiceL2Status|ServiceBGPStatus|BGPSessionState)$/.test(object.kind)) return idOf(object)
  const status = (key: string): string | undefined => textAt(object, 'status', key)
  const service = [status('serviceNamespace'), status('serviceName')].filter((part) => part !== undefined)
  const about = [service.join('/'), status('peer'), status('node')].filter(
    (part) => part !== undefined && part !== '',
  )
  return about.length === 0 ? idOf(object) : about.join(', ')
}

/** A Pod of a DaemonSet or a Deployment: without the letters at the end, but with its node. */
function podIdentity(pod: KubeObject): string {
  const prefix = textAt(pod, 'metadata', 'generateName')
  const name = idOf(pod)
  const node = textAt(pod, 'spec', 'nodeName')
  if (prefix === undefined || node === undefined) return name
  const kept = prefix.replace(/-(?:[a-z0-9]{8,10}-)?$/, '')
  return `${name.slice(0, name.lastIndexOf('/') + 1)}${kept} on ${node}`
}

/** Pairs of one that went and one that came, alike in all but the name. */
export function renames(
  gone: readonly KubeObject[],
  come: readonly KubeObject[],
): readonly (readonly [KubeObject, KubeObject])[] {
  const left = new Set(come)
  return gone.flatMap((earlier) => {
    const later = [...left].find((each) => isSame(earlier, each))
    if (later === undefined) return []
    left.delete(later)
    return [[earlier, later] as const]
  })
}

function isSame(earlier: KubeObject, later: KubeObject): boolean {
  if (earlier.kind !== later.kind || earlier.metadata.namespace !== later.metadata.namespace) return false
  const content = ({
    apiVersion: _,
    kind: __,
    metadata,
    status: ___,
    ...rest
  }: KubeObject & { status?: unknown }) => ({
    ...rest,
    labels: metadata.labels,
  })
  const own = content(later)
  // Two objects with nothing in them are alike by chance.
  return JSON.stringify(own).length > 20 && fieldChanges(content(earlier), own).length === 0
}
