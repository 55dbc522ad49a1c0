// Path and method → what is asked for, before anybody looks whether such a kind is served: authorization needs no more.
import type { ApiRequest } from './request.ts'
import { isTrue } from './request.ts'

export interface ResourceTarget {
  readonly group: string
  readonly version: string
  readonly plural: string
  /** Empty for cluster-wide paths. */
  readonly namespace: string
  readonly name: string
  readonly subresource: string
  /** Segments behind the subresource: nothing is served there. */
  readonly rest: readonly string[]
  /** get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string
}

export type Route =
  | { readonly kind: 'resource'; readonly target: ResourceTarget }
  | { readonly kind: 'path'; readonly path: string; readonly verb: string }

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

export function routeOf(request: Pick<ApiRequest, 'method' | 'path' | 'query'>): Route {
  const verb = VERBS[request.method] ?? ''
  const path = decoded(request.path)
  const plain: Route = { kind: 'path', path, verb: verb === '' ? request.method.toLowerCase() : verb }
  const segments = path.split('/').slice(1)
  if (segments.at(-1) === '') segments.pop()
  if (segments.includes('')) return plain
  const [root, ...after] = segments
  const core = root === 'api' && after.length >= 2
  if (!core && !(root === 'apis' && after.length >= 3)) return plain
  const [group, version, ...rest] = core ? ['', ...after] : after
  const target = targetOf(group ?? '', version ?? '', rest)
  if (target === undefined) return plain
  return {
    kind: 'resource',
    target: { ...target, verb: verbOf(verb, target.name, target.watch, request.query) },
  }
}

function targetOf(
  group: string,
  version: string,
  segments: readonly string[],
): (Omit<ResourceTarget, 'verb'> & { watch: boolean }) | undefined {
  const watch = segments[0] === 'watch' && segments.length > 1
  const parts = watch ? segments.slice(1) : segments
  const [first, namespace, plural, ...more] = parts
  if (first === undefined) return undefined
  const base = { group, version, watch }
  const inNamespace = first === 'namespaces' && plural !== undefined && !NAMESPACE_SUBRESOURCES.has(plural)
  if (inNamespace) {
    const [name = '', subresource = '', ...rest] = more
    return { ...base, plural, namespace: namespace ?? '', name, subresource, rest }
  }
  const [, name = '', subresource = '', ...rest] = parts
  // A namespace itself is asked for with its own name as the namespace: RBAC in it may allow that.
  return { ...base, plural: first, namespace: '', name, subresource, rest }
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

function verbOf(verb: string, name: string, watchPath: boolean, query: URLSearchParams): string {
  if (verb === 'get' && (watchPath || name === '')) {
    return watchPath || isTrue(query.get('watch')) ? 'watch' : 'list'
  }
  return verb === 'delete' && name === '' ? 'deletecollection' : verb
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
