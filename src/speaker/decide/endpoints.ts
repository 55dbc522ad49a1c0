// Where a Service can be served, from its EndpointSlices.
import type { EndpointFact, EndpointSliceFact } from '../facts/facts.ts'
import type { ReleaseRules } from './release-rules.ts'

export interface Endpoints {
  /** some endpoint can serve, be it on a node or not */
  readonly anywhere: boolean
  /** nodes with an endpoint that can serve; undefined: every node */
  readonly nodes: ReadonlySet<string> | undefined
  /** of those, the ones with an endpoint that has an address, which BGP asks for */
  readonly reachableNodes: ReadonlySet<string> | undefined
}

/** For Services outside of a cluster, where nobody keeps EndpointSlices: whatever is behind the address is on every node. */
export const ENDPOINTS_EVERYWHERE: Endpoints = { anywhere: true, nodes: undefined, reachableNodes: undefined }

export function summarize(slices: Iterable<EndpointSliceFact>, test: ReleaseRules['canServe']): Endpoints {
  const nodes = new Set<string>()
  const reachableNodes = new Set<string>()
  let anywhere = false
  for (const { endpoints } of slices)
    for (const endpoint of endpoints) {
      if (!canServe(endpoint, test)) continue
      anywhere = true
      if (endpoint.nodeName === undefined) continue
      nodes.add(endpoint.nodeName)
      if (endpoint.hasAddress) reachableNodes.add(endpoint.nodeName)
    }
  return { anywhere, nodes, reachableNodes }
}

/** An unknown condition counts as ready; what serves while it terminates is not ready, and serves all the same. */
function canServe({ ready, serving }: EndpointFact, test: ReleaseRules['canServe']): boolean {
  switch (test) {
    case 'ready':
      return ready !== false
    case 'serving-else-ready':
      return serving ?? ready !== false
    case 'ready-or-serving':
      return ready !== false || serving === true
  }
}

export const isOn = (nodes: ReadonlySet<string> | undefined, node: string): boolean =>
  nodes === undefined || nodes.has(node)

export const sameEndpoints = (a: Endpoints, b: Endpoints): boolean =>
  a.anywhere === b.anywhere && sameSet(a.nodes, b.nodes) && sameSet(a.reachableNodes, b.reachableNodes)

function sameSet(a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a.size !== b.size) return false
  for (const item of a) if (!b.has(item)) return false
  return true
}
