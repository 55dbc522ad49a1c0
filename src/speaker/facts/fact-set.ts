// Everything that a source of whole states (files) says at one time, and the changes from one such state to the next.
import {
  type ConfigurationFact,
  type EndpointSliceFact,
  type FactChange,
  type NodeFact,
  type ServiceFact,
  serviceKey,
} from './facts.ts'
import { sameValue } from './same-value.ts'

export interface FactSet {
  readonly configuration: ConfigurationFact
  /** by namespace/name */
  readonly services: Map<string, ServiceFact>
  /** no two Services were told with one name */
  readonly unique: boolean
  readonly slices: ReadonlyMap<string, EndpointSliceFact>
  readonly nodes: ReadonlyMap<string, NodeFact>
}

export interface FactLists {
  readonly configuration: ConfigurationFact
  readonly services: readonly ServiceFact[]
  readonly slices: readonly EndpointSliceFact[]
  readonly nodes: readonly NodeFact[]
}

/** Of two objects with one name, the later one counts. */
export function factSet({ configuration, services, slices, nodes }: FactLists): FactSet {
  const byName = new Map(services.map((service) => [serviceKey(service), service]))
  return {
    configuration,
    services: byName,
    unique: byName.size === services.length,
    slices: new Map(slices.map((slice) => [`${slice.namespace}/${slice.name}`, slice])),
    nodes: new Map(nodes.map((node) => [node.name, node])),
  }
}

/**
 * Puts Services in the place of some of a set, in place, and tells what changed. Undefined, and nothing done, where two have one name:
 * which of them counts depends on all others.
 */
export function replaceServices(
  { services, unique }: FactSet,
  before: readonly ServiceFact[],
  after: readonly ServiceFact[],
): FactChange[] | undefined {
  const old = new Map(before.map((service) => [serviceKey(service), service]))
  const now = new Map(after.map((service) => [serviceKey(service), service]))
  if (!unique || now.size !== after.length) return undefined
  for (const key of now.keys()) if (!old.has(key) && services.has(key)) return undefined
  const changes: FactChange[] = []
  each(old, now, {
    set: (service) => {
      services.set(serviceKey(service), service)
      changes.push({ kind: 'service', service })
    },
    gone: ({ namespace, name }) => {
      services.delete(serviceKey({ namespace, name }))
      changes.push({ kind: 'service-deleted', namespace, name })
    },
  })
  return changes
}

/** What has to be told to somebody who knows `before`; without it, everything. */
export function changesBetween(before: FactSet | undefined, after: FactSet): FactChange[] {
  const changes: FactChange[] = []
  if (before === undefined || !sameValue(before.configuration, after.configuration))
    changes.push({ kind: 'configuration', configuration: after.configuration })
  each(before?.nodes, after.nodes, {
    set: (node) => changes.push({ kind: 'node', node }),
    gone: ({ name }) => changes.push({ kind: 'node-deleted', name }),
  })
  each(before?.slices, after.slices, {
    set: (slice) => changes.push({ kind: 'slice', slice }),
    gone: ({ namespace, name }) => changes.push({ kind: 'slice-deleted', namespace, name }),
  })
  each(before?.services, after.services, {
    set: (service) => changes.push({ kind: 'service', service }),
    gone: ({ namespace, name }) => changes.push({ kind: 'service-deleted', namespace, name }),
  })
  return changes
}

function each<T>(
  before: ReadonlyMap<string, T> | undefined,
  after: ReadonlyMap<string, T>,
  on: { readonly set: (value: T) => void; readonly gone: (value: T) => void },
): void {
  for (const [key, value] of before ?? []) if (!after.has(key)) on.gone(value)
  for (const [key, value] of after) {
    const old = before?.get(key)
    if (old === undefined || !sameValue(old, value)) on.set(value)
  }
}
