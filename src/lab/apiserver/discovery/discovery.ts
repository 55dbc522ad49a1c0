// What there is: the legacy documents of a group or version each, and the aggregated ones that kubectl reads first.
import { createHash } from 'node:crypto'
import { rangesOf } from '../http/media-types.ts'
import type { ApiAnswer, ApiRequest } from '../http/request.ts'
import type { KindRegistry } from '../registry/kind-registry.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import { apiVersionOf } from '../resource-kind.ts'
import { noSuchResource, PageNotFound } from '../status.ts'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** /api, /apis and below, down to the resources of one version; undefined for other paths. Throws 404. */
export function discoveryAnswer(
  registry: KindRegistry,
  request: ApiRequest,
  address: string,
): ApiAnswer | undefined {
  const [root, group, version, ...more] = request.path.split('/').filter((part) => part !== '')
  if (more.length > 0) return undefined
  if (root === 'api') return coreAnswer(registry, request, group, version, address)
  if (root !== 'apis') return undefined
  if (group === undefined)
    return wantsAggregated(request)
      ? aggregated(request, registry, false)
      : { code: 200, body: groupList(registry) }
  if (!registry.isGroup(group)) throw new PageNotFound()
  if (version === undefined)
    return { code: 200, body: { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(registry, group) } }
  return { code: 200, body: resourceList(registry, group, version) }
}

function coreAnswer(
  registry: KindRegistry,
  request: ApiRequest,
  version: string | undefined,
  more: string | undefined,
  address: string,
): ApiAnswer | undefined {
  if (more !== undefined) return undefined
  if (version === undefined) {
    if (wantsAggregated(request)) return aggregated(request, registry, true)
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }]
    return { code: 200, body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs } }
  }
  if (version !== 'v1') throw noSuchResource()
  return { code: 200, body: resourceList(registry, '', 'v1') }
}

const wantsAggregated = (request: ApiRequest): boolean => {
  const first = rangesOf(request.headers['accept']).find(
    ({ type }) => type === 'application/json' || type === '*/*',
  )
  return first?.parameters.get('as') === 'APIGroupDiscoveryList' && first.parameters.get('v') === 'v2'
}

/** The newest version first: v2, v1, v1beta2, v1beta1, v1alpha1. */
export function versionOrder(a: string, b: string): number {
  const rank = (version: string) => {
    const [, major = '0', stage = '', minor = '0'] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? []
    return [stage === '' ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor)]
  }
  const left = rank(a)
  const right = rank(b)
  for (let at = 0; at < left.length; at += 1) {
    const difference = (right[at] ?? 0) - (left[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const groupsOf = (registry: KindRegistry): readonly string[] =>
  [...new Set(registry.all().map(({ resource }) => resource.group))].filter((group) => group !== '')

function versionsOf(registry: KindRegistry, group: string): readonly string[] {
  const versions = registry
    .all()
    .filter(({ resource }) => resource.group === group)
    .map(({ resource }) => resource.version)
  return [...new Set(versions)].sort(versionOrder)
}

function groupOf(registry: KindRegistry, name: string) {
  const versions = versionsOf(registry, name).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }))
  return { name, versions, preferredVersion: versions[0] }
}

const groupList = (registry: KindRegistry) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupsOf(registry).map((group) => groupOf(registry, group)),
})

function kindsOf(registry: KindRegistry, group: string, version: string): readonly ServedKind[] {
  return registry
    .all()
    .filter(({ resource }) => resource.group === group && resource.version === version)
    .sort((a, b) => (a.resource.plural < b.resource.plural ? -1 : 1))
}

const STATUS_VERBS = ['get', 'patch', 'update']

/** Throws 404. */
function resourceList(registry: KindRegistry, group: string, version: string) {
  const kinds = kindsOf(registry, group, version)
  if (kinds.length === 0) throw new PageNotFound()
  const resources = kinds.flatMap(({ resource, storage }) => [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: resource.verbs,
      ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
      ...(resource.categories === undefined || resource.categories.length === 0
        ? {}
        : { categories: resource.categories }),
      ...(resource.verbs.includes('list')
        ? { storageVersionHash: hash(`${storage}/${version}`, 'sha256').slice(0, 11).concat('=') }
        : {}),
    },
    ...subresourcesOf(resource.plural, resource.statusSubresource === true).map((sub) => ({
      name: `${resource.plural}/${sub.name}`,
      singularName: '',
      namespaced: resource.namespaced,
      ...(sub.group === undefined ? {} : { group: sub.group, version: 'v1' }),
      kind: sub.kind ?? resource.kind,
      verbs: sub.verbs,
    })),
  ])
  const apiVersion = group === '' ? {} : { apiVersion: 'v1' }
  return { kind: 'APIResourceList', ...apiVersion, groupVersion: apiVersionOf({ group, version }), resources }
}

function subresourcesOf(
  plural: string,
  status: boolean,
): readonly { name: string; kind?: string; group?: string; verbs: readonly string[] }[] {
  const own =
    plural === 'serviceaccounts'
      ? [{ name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', verbs: ['create'] }]
      : []
  return status ? [...own, { name: 'status', verbs: STATUS_VERBS }] : own
}

/** The whole of it in one document, with an etag so that it travels once. */
function aggregated(request: ApiRequest, registry: KindRegistry, core: boolean): ApiAnswer {
  const groups = core ? [''] : groupsOf(registry)
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(registry, group).map((version) => ({
      version,
      resources: kindsOf(registry, group, version).map(discoveredResource),
      freshness: 'Current',
    })),
  }))
  const body = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
  const etag = `"${hash(JSON.stringify(body), 'sha512').toUpperCase()}"`
  const headers = { vary: 'Accept', 'cache-control': 'public', etag }
  if (request.headers['if-none-match'] === etag) return { code: 304, body: undefined, headers }
  return { code: 200, body, headers: { ...headers, 'content-type': AGGREGATED } }
}

function discoveredResource({ resource, custom }: ServedKind) {
  // Built-in kinds are known by the group they stand in; custom ones say it again.
  const place =
    custom === undefined ? { group: '', version: '' } : { group: resource.group, version: resource.version }
  const subresources = subresourcesOf(resource.plural, resource.statusSubresource === true).map((sub) => ({
    subresource: sub.name,
    responseKind: {
      ...place,
      ...(sub.group === undefined ? {} : { group: sub.group, version: 'v1' }),
      kind: sub.kind ?? resource.kind,
    },
    verbs: sub.verbs,
  }))
  return {
    resource: resource.plural,
    responseKind: { ...place, kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories === undefined || resource.categories.length === 0
      ? {}
      : { categories: resource.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

/** `/apis/apps`, `/apis/apps/v1`. */
export const groupPaths = (registry: KindRegistry): readonly string[] =>
  groupsOf(registry).flatMap((group) => [
    `/apis/${group}`,
    ...versionsOf(registry, group).map((version) => `/apis/${group}/${version}`),
  ])

const hash = (text: string, algorithm: string): string =>
  createHash(algorithm)
    .update(text)
    .digest(algorithm === 'sha256' ? 'base64' : 'hex')
