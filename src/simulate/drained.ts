import type { World } from './world.ts'

/**
 * The world without some of its nodes, as for maintenance: their Pods are evicted, and the nodes go down. Where the Pods run next is
 * not known, so nobody counts on them.
 */
export function drained(world: World, names: ReadonlySet<string>): World {
  if (names.size === 0) return world
  return {
    ...world,
    nodes: new Map([...world.nodes].filter(([name]) => !names.has(name))),
    slices: world.slices.map((slice) => ({
      ...slice,
      endpoints: slice.endpoints.filter(({ nodeName }) => nodeName === undefined || !names.has(nodeName)),
    })),
  }
}
