// Everything that a source of whole states (files) says at one time, and the changes from one such state to the next.
import type { ConfigurationFact, EndpointSliceFact, FactChange, NodeFact, ServiceFact } from './facts.ts'
import { sameValue } from './same-value.ts'

export interface FactSet {
  readonly configuration: ConfigurationFact
  /** by namespace/name */
  readonly services: ReadonlyMap<string, ServiceFact>
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
export const factSet = ({ configuration, services, slices, nodes }: FactLists): FactSet => ({
  configuration,
  services: new Map(services.map((service) => [`${service.namespace}/${service.name}`, service])),
  slices: new Map(slices.map((slice) => [`${slice.namespace}/${slice.name}`, slice])),
  nodes: new Map(nodes.map((node) => [node.name, node])),
})

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
