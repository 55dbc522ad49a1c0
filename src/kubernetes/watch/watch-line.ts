// One line of a watch → what it says.
import type { ClusterIdentity } from '../../migrate/ports.ts'
import type { ApiRequest } from '../exchange.ts'
import { asRecord, asText } from '../status.ts'
import { failureInWatch, failureOfEvent } from './failure.ts'
import type { Item, StreamEvent } from './state.ts'

/** What is kept of an object as the API server sends it; undefined: nothing, for nobody is interested. */
export type Project<T> = (object: Readonly<Record<string, unknown>>) => T | undefined

/** Undefined for what is no object: without a name, or without a version. */
export function itemOf<T>(value: unknown, project: Project<T>): Item<T> | undefined {
  const object = asRecord(value)
  const metadata = asRecord(object['metadata'])
  const [namespace, name] = [asText(metadata['namespace']), asText(metadata['name'])]
  const version = asText(metadata['resourceVersion'])
  if (name === '' || version === '') return undefined
  return { key: namespace === '' ? name : `${namespace}/${name}`, version, value: project(object) }
}

export function readWatchLine<T>(
  line: string,
  project: Project<T>,
  request: ApiRequest,
  identity: ClusterIdentity,
): StreamEvent<T> {
  const { type, object } = asRecord(parsed(line))
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED': {
      // Of what is gone only the name counts.
      const item = itemOf(object, type === 'DELETED' ? () => undefined : project)
      if (item !== undefined) return { kind: type === 'DELETED' ? 'deleted' : 'set', item }
      break
    }
    case 'BOOKMARK': {
      const metadata = asRecord(asRecord(object)['metadata'])
      const version = asText(metadata['resourceVersion'])
      const initialEnd = asRecord(metadata['annotations'])['k8s.io/initial-events-end'] === 'true'
      if (version !== '') return { kind: 'bookmark', version, initialEnd }
      break
    }
    case 'ERROR':
      return { kind: 'error', failure: failureInWatch(object, request, identity) }
  }
  return { kind: 'error', failure: failureOfEvent(request, identity) }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
