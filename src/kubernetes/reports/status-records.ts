// ServiceL2Status and ServiceBGPStatus: what there is and what there should be → what to write (metallb.md §5.7, §6.6). Pure.
import { asRecord, asText } from '../status.ts'

export interface StatusRecord {
  readonly name: string
  readonly uid: string
  readonly node: string
  /** namespace/name */
  readonly service: string
  /** names of interfaces, or of peers; undefined: the status was not filled in yet */
  readonly content: readonly string[] | undefined
}

export type StatusAction =
  | { readonly kind: 'create' }
  | { readonly kind: 'fill'; readonly name: string; readonly content: readonly string[] }
  | { readonly kind: 'delete'; readonly name: string; readonly uid: string }

export interface StatusKind {
  readonly kind: 'ServiceL2Status' | 'ServiceBGPStatus'
  readonly resource: 'servicel2statuses' | 'servicebgpstatuses'
  readonly prefix: 'l2-' | 'bgp-'
  /** Whoever announces by layer 2 is alone, and removes what others said of the Service before. */
  readonly alone: boolean
}

export const LAYER2_STATUS: StatusKind = {
  kind: 'ServiceL2Status',
  resource: 'servicel2statuses',
  prefix: 'l2-',
  alone: true,
}
export const BGP_STATUS: StatusKind = {
  kind: 'ServiceBGPStatus',
  resource: 'servicebgpstatuses',
  prefix: 'bgp-',
  alone: false,
}

/** @param wanted undefined: this node announces the Service no longer */
export function statusActions(
  present: readonly StatusRecord[],
  wanted: readonly string[] | undefined,
  node: string,
  { alone }: StatusKind,
): readonly StatusAction[] {
  const byName = [...present].sort((a, b) => (a.name < b.name ? -1 : 1))
  const own = byName.filter((each) => each.node === node)
  const others = byName.filter((each) => each.node !== node)
  if (wanted === undefined) return own.map(deletion)
  const [kept, ...doubles] = own
  const removed = [...doubles, ...(alone ? others : [])].map(deletion)
  if (kept === undefined) return [...removed, { kind: 'create' }]
  const { name, content } = kept
  const same = content?.length === wanted.length && content.every((each, index) => each === wanted[index])
  return same ? removed : [...removed, { kind: 'fill', name, content: wanted }]
}

const deletion = ({ name, uid }: StatusRecord): StatusAction => ({ kind: 'delete', name, uid })

/** As the API server sends it; undefined for what is not about a Service. */
export function statusRecord(raw: Readonly<Record<string, unknown>>): StatusRecord | undefined {
  const { name, uid, labels } = asRecord(raw['metadata'])
  const about = asRecord(labels)
  const service = asText(about['metallb.io/service-name'])
  if (service === '') return undefined
  const status = asRecord(raw['status'])
  const list = status['interfaces'] ?? status['peers']
  return {
    name: asText(name),
    uid: asText(uid),
    node: asText(about['metallb.io/node']),
    service: `${asText(about['metallb.io/service-namespace'])}/${service}`,
    content: asText(status['node']) === '' ? undefined : contentOf(list),
  }
}

const contentOf = (list: unknown): readonly string[] =>
  Array.isArray(list)
    ? list.map((each) => (typeof each === 'string' ? each : asText(asRecord(each)['name'])))
    : []

export const statusLabels = (node: string, namespace: string, name: string) => ({
  'metallb.io/node': node,
  'metallb.io/service-name': name,
  'metallb.io/service-namespace': namespace,
})

/** The status of an object; no interfaces mean all of them. */
export function statusBody({ kind }: StatusKind, node: string, service: string, content: readonly string[]) {
  const slash = service.indexOf('/')
  const common = { node, serviceNamespace: service.slice(0, slash), serviceName: service.slice(slash + 1) }
  if (kind === 'ServiceBGPStatus') return { ...common, peers: content }
  // A merge patch removes what is null.
  return { ...common, interfaces: content.length === 0 ? null : content.map((name) => ({ name })) }
}
