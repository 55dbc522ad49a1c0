// Cells of Services, Nodes, slices and Events.
import { isObject, type JsonObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import { ageText } from './human-duration.ts'

const NONE = '<none>'
const joined = (texts: readonly string[]): string => (texts.length === 0 ? NONE : texts.join(','))
/** The first three, and how many more. */
const shortened = (texts: readonly string[]): string =>
  texts.length > 3 ? `${texts.slice(0, 3).join(',')} + ${texts.length - 3} more...` : joined(texts)

const labels = (map: JsonObject): string =>
  joined(
    Object.keys(map)
      .sort()
      .map((key) => `${key}=${String(map[key])}`),
  )

function service(object: KubeObject): readonly unknown[] {
  const type = textAt(object, 'spec', 'type')
  const ports = listAt(object, 'spec', 'ports')
    .filter(isObject)
    .map((port) => {
      const node = port['nodePort']
      return `${port['port']}${node === undefined || node === 0 ? '' : `:${node}`}/${textAt(port, 'protocol')}`
    })
  return [type, textAt(object, 'spec', 'clusterIP') || NONE, externalOf(object, type), joined(ports)]
}

function externalOf(object: KubeObject, type: string): string {
  const external = listAt(object, 'spec', 'externalIPs').map(String)
  if (type === 'ExternalName') return textAt(object, 'spec', 'externalName')
  if (type !== 'LoadBalancer') return joined(external)
  const ingress = listAt(object, 'status', 'loadBalancer', 'ingress').map(
    (one) => textAt(one, 'ip') || textAt(one, 'hostname'),
  )
  const all = [...new Set([...ingress, ...external])]
  return all.length === 0 ? '<pending>' : all.join(',')
}

const ROLE = 'node-role.kubernetes.io/'

function node(object: KubeObject): readonly unknown[] {
  const ready = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready')
  const words = [ready === undefined ? 'Unknown' : textAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady']
  if (objectAt(object, 'spec')['unschedulable'] === true) words.push('SchedulingDisabled')
  const roles = Object.keys(objectAt(object, 'metadata', 'labels'))
    .filter((key) => key.startsWith(ROLE))
    .map((key) => key.slice(ROLE.length))
    .sort()
  const info = objectAt(object, 'status', 'nodeInfo')
  const address = (type: string) =>
    textAt(
      listAt(object, 'status', 'addresses').find((one) => textAt(one, 'type') === type),
      'address',
    ) || NONE
  const known = (field: string) => textAt(info, field) || '<unknown>'
  return [
    words.join(','),
    joined(roles),
    textAt(info, 'kubeletVersion'),
    address('InternalIP'),
    address('ExternalIP'),
    known('osImage'),
    known('kernelVersion'),
    known('containerRuntimeVersion'),
  ]
}

function slice(object: KubeObject): readonly unknown[] {
  const ports = listAt(object, 'ports')
    .filter(isObject)
    .map((port) => (port['port'] === undefined ? '*' : String(port['port'])))
  const addresses = listAt(object, 'endpoints').flatMap((one) => listAt(one, 'addresses').map(String))
  const empty = '<unset>'
  return [
    textAt(object, 'addressType'),
    ports.length === 0 ? empty : shortened(ports),
    addresses.length === 0 ? empty : shortened(addresses),
  ]
}

function endpoints(object: KubeObject): string {
  const pairs = listAt(object, 'subsets').flatMap((subset) => {
    const ips = listAt(subset, 'addresses').map((one) => textAt(one, 'ip'))
    const ports = listAt(subset, 'ports').filter(isObject)
    if (ports.length === 0) return ips
    return ports.flatMap((port) =>
      ips.map((ip) => (ip.includes(':') ? `[${ip}]:${port['port']}` : `${ip}:${port['port']}`)),
    )
  })
  return shortened(pairs)
}

function event(object: KubeObject, nowMs: number): readonly unknown[] {
  const about = objectAt(object, 'involvedObject')
  const first = object['firstTimestamp'] ?? object['eventTime']
  const series = objectAt(object, 'series')
  const last = series['lastObservedTime'] ?? object['lastTimestamp'] ?? first
  const times = series['count'] ?? object['count']
  const source = [
    textAt(object, 'source', 'component') || textAt(object, 'reportingComponent'),
    textAt(object, 'source', 'host') || textAt(object, 'reportingInstance'),
  ]
  return [
    ageText(last, nowMs),
    textAt(object, 'type'),
    textAt(object, 'reason'),
    `${textAt(about, 'kind').toLowerCase()}/${textAt(about, 'name')}`,
    textAt(about, 'fieldPath'),
    source.filter((part) => part !== '').join(', '),
    textAt(object, 'message').trim(),
    ageText(first, nowMs),
    typeof times === 'number' && times > 0 ? times : 1,
    textAt(object, 'metadata', 'name'),
  ]
}

export const clusterCells = { labels, service, node, slice, endpoints, event }
