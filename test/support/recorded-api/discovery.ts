// Discovery. The lists of metallb.io are the recorded ones; the others name the kinds that the server knows.
import recorded from '../../fixtures/kubernetes/replay-discovery.json' with { type: 'json' }
import { type Answer, json, pageNotFound } from './answers.ts'
import { TYPES } from './objects.ts'

const RECORDED: readonly { request: { path: string }; response: { status: number; body: unknown } }[] =
  recorded
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

const resourceList = (group: string, groupVersion: string): unknown => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: TYPES.filter((type) => type.group === group).map(({ resource, kind, namespaced }) => ({
    name: resource,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs: VERBS,
  })),
})

const group = (name: string, versions: readonly string[]): unknown => {
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions: all, preferredVersion: all[0] }
}

/** In the legacy form, which clients of the aggregated one fall back to by the content type. */
function made(path: string, metallb: boolean): unknown {
  switch (path) {
    case '/version':
      return { major: '1', minor: '33', gitVersion: 'v1.33.13' }
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
    case '/api/v1':
      return resourceList('', 'v1')
    case '/apis': {
      const groups = [
        group('apps', ['v1']),
        ...(metallb ? [group('metallb.io', ['v1beta2', 'v1beta1'])] : []),
      ]
      return { kind: 'APIGroupList', apiVersion: 'v1', groups }
    }
    case '/apis/apps/v1':
      return resourceList('apps', 'apps/v1')
    default:
      return undefined
  }
}

export function discovery(request: { method: string; path: string }, metallb: boolean): Answer | undefined {
  if (request.method !== 'GET') return undefined
  const body = made(request.path, metallb)
  if (body !== undefined) return json(200, body)
  if (!/^\/apis\/[^/]+(\/[^/]+)?$/.test(request.path)) return undefined
  const found = RECORDED.find(
    ({ request: { path }, response }) => path === request.path && response.status === 200,
  )
  if (found === undefined || (!metallb && request.path.startsWith('/apis/metallb.io'))) throw pageNotFound()
  return json(200, found.response.body)
}
