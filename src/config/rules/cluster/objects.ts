// V023, V807, V808, V820: names and namespaces of all objects together.
import type { MetalObject, ReadObjects } from '../../objects/read-object.ts'
import { placeOf } from '../../objects/read-object.ts'
import { counted, type RuleContext, related } from '../context.ts'

const NAMESPACE_PATH = ['metadata', 'namespace']

/** MetalLB's configuration objects; what it writes itself is left out. */
export const configuration = (objects: ReadObjects): MetalObject[] => [
  ...objects.pools,
  ...objects.addressPools,
  ...objects.l2Advertisements,
  ...objects.bgpAdvertisements,
  ...objects.peers,
  ...objects.bfdProfiles,
  ...objects.communities,
]

export function objectNames(context: RuleContext): void {
  const { services, nodes, secrets, namespaces } = context.objects
  const seen = new Map<string, MetalObject | ReadObjects['services'][number]>()
  const all = [...configuration(context.objects), ...services, ...nodes, ...secrets, ...namespaces]
  for (const object of all) {
    if (object.name === '') continue
    const id = `${object.kind} ${object.namespace ?? ''} ${object.name}`
    const first = seen.get(id) as MetalObject | undefined
    if (first === undefined) seen.set(id, object as MetalObject)
    else
      context.report('V023', object, {
        message: `${object.kind} "${object.name}" is defined twice; the one that is applied last wins.`,
        related: [related(first, 'first here')],
        hint: 'Remove one, or give it another name.',
      })
  }
}

export function namespaces(context: RuleContext): void {
  const all = configuration(context.objects)
  const expected = context.options.namespace
  const home = expected ?? usual(all)
  for (const object of all) {
    if (object.namespace === undefined || home === undefined || object.namespace === home) continue
    if (expected !== undefined)
      context.report('V808', object, {
        message: `The object is in the namespace "${object.namespace}"; MetalLB runs in "${expected}" and looks nowhere else.`,
        path: NAMESPACE_PATH,
        hint: `Set "namespace: ${expected}".`,
      })
    else
      context.report('V807', object, {
        message: `The object is in the namespace "${object.namespace}", others are in "${home}": MetalLB reads the objects of its own namespace only.`,
        path: NAMESPACE_PATH,
        related: firstIn(all, home),
      })
  }
  const without = all.filter((o) => o.namespace === undefined)
  const first = without[0]
  if (first !== undefined)
    context.report('V820', first, {
      message: `${counted(without.length, 'object names', 'objects name')} no namespace; MetalLB takes objects of its own namespace only.`,
      hint: `Add "namespace: ${home ?? 'metallb-system'}", or apply with "kubectl -n ${home ?? 'metallb-system'} apply".`,
    })
}

/** The namespace of most objects; of equals the first by name. */
function usual(objects: readonly MetalObject[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { namespace } of objects)
    if (namespace !== undefined) counts.set(namespace, (counts.get(namespace) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0]
}

const firstIn = (objects: readonly MetalObject[], namespace: string) => {
  const found = objects.find((o) => o.namespace === namespace)
  return found === undefined
    ? []
    : [{ message: `the first one in "${namespace}"`, at: placeOf(found, NAMESPACE_PATH) }]
}
