// Who may do what: system:masters everything, the rules that came with a token, and RBAC objects in the store.

import type { ApiUser } from '../http/request.ts'
import type { Route } from '../http/route.ts'
import { isObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import { type ApiRefusal, failure, forbidden } from '../status.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { AccessRule, TokenBook } from './token-book.ts'

/** One question: of a resource or of a path. */
export interface Attributes {
  readonly verb: string
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  readonly path?: string
}

const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/']
const DISCOVERY_PATHS = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
]

/** What everybody who is known may do, as the default roles of a cluster have it. */
export const BASIC_RULES: readonly AccessRule[] = [
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
]
export const BASIC_PATHS: AccessRule = { verbs: ['get'], nonResourceURLs: DISCOVERY_PATHS }

export class Authorizer {
  readonly #store: ObjectStore
  readonly #tokens: TokenBook
  constructor(store: ObjectStore, tokens: TokenBook) {
    this.#store = store
    this.#tokens = tokens
  }

  /** Why it is allowed, or undefined. */
  reasonFor(user: ApiUser, attributes: Attributes): string | undefined {
    if (user.groups.includes('system:masters')) return ''
    if (attributes.path !== undefined && attributes.verb === 'get' && PUBLIC_PATHS.includes(attributes.path))
      return ''
    if (
      user.groups.includes('system:authenticated') &&
      [...BASIC_RULES, BASIC_PATHS].some((rule) => ruleAllows(rule, attributes))
    )
      return ''
    if (
      this.#tokens
        .rulesOf(user.name)
        .some((rule) => inPlace(rule, attributes) && ruleAllows(rule, attributes))
    )
      return ''
    return this.#rbacReason(user, attributes)
  }

  /** All rules of a user in a namespace, for SelfSubjectRulesReview. */
  rulesFor(user: ApiUser, namespace: string): readonly AccessRule[] {
    if (user.groups.includes('system:masters')) {
      return [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ]
    }
    const bound = this.#bindings(namespace).filter(({ binding }) => binds(binding, user))
    const own = this.#tokens.rulesOf(user.name)
    return [
      ...BASIC_RULES,
      BASIC_PATHS,
      ...own,
      ...bound.flatMap(({ binding, namespace: place }) => this.#rulesOf(binding, place)),
    ]
  }

  #rbacReason(user: ApiUser, attributes: Attributes): string | undefined {
    for (const { binding, namespace } of this.#bindings(attributes.namespace ?? '')) {
      if (!binds(binding, user)) continue
      if (!this.#rulesOf(binding, namespace).some((rule) => ruleAllows(rule, attributes))) continue
      const role = objectAt(binding, 'roleRef')
      const subject = listAt(binding, 'subjects').find((one) => isSubject(one, user))
      const who =
        textAt(subject, 'kind') === 'ServiceAccount'
          ? `ServiceAccount "${textAt(subject, 'name')}/${textAt(subject, 'namespace')}"`
          : `${textAt(subject, 'kind')} "${textAt(subject, 'name')}"`
      return `RBAC: allowed by ${binding.kind} "${namespace === '' ? '' : ''}${textAt(binding, 'metadata', 'name')}${namespace === '' ? '' : `/${namespace}`}" of ${textAt(role, 'kind')} "${textAt(role, 'name')}" to ${who}`
    }
    return undefined
  }

  #bindings(namespace: string): readonly { binding: KubeObject; namespace: string }[] {
    const everywhere = this.#store
      .list('clusterrolebindings.rbac.authorization.k8s.io')
      .map((binding) => ({ binding, namespace: '' }))
    if (namespace === '') return everywhere
    const here = this.#store.list('rolebindings.rbac.authorization.k8s.io', `${namespace}/`)
    return [...everywhere, ...here.map((binding) => ({ binding, namespace }))]
  }

  #rulesOf(binding: KubeObject, namespace: string): readonly AccessRule[] {
    const role = objectAt(binding, 'roleRef')
    const name = textAt(role, 'name')
    const stored =
      textAt(role, 'kind') === 'ClusterRole'
        ? this.#store.get('clusterroles.rbac.authorization.k8s.io', name)
        : this.#store.get('roles.rbac.authorization.k8s.io', `${namespace}/${name}`)
    return listAt(stored, 'rules').filter(isObject) as unknown as readonly AccessRule[]
  }
}

const inPlace = (rule: AccessRule, { namespace }: Attributes): boolean =>
  rule.namespace === undefined || rule.namespace === namespace

const binds = (binding: KubeObject, user: ApiUser): boolean =>
  listAt(binding, 'subjects').some((one) => isSubject(one, user))

function isSubject(subject: unknown, user: ApiUser): boolean {
  const name = textAt(subject, 'name')
  switch (textAt(subject, 'kind')) {
    case 'User':
      return user.name === name
    case 'Group':
      return user.groups.includes(name)
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${textAt(subject, 'namespace')}:${name}`
    default:
      return false
  }
}

function ruleAllows(rule: AccessRule, attributes: Attributes): boolean {
  const has = (list: readonly string[] | undefined, word: string) =>
    list?.some((one) => one === '*' || one === word) === true
  if (!has(rule.verbs, attributes.verb)) return false
  if (attributes.path !== undefined) {
    const path = attributes.path
    return (
      rule.nonResourceURLs?.some((url) =>
        url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path,
      ) === true
    )
  }
  if (!has(rule.apiGroups, attributes.group ?? '')) return false
  const { resource = '', subresource = '' } = attributes
  const word = subresource === '' ? resource : `${resource}/${subresource}`
  const known =
    has(rule.resources, word) || (subresource !== '' && rule.resources?.includes(`*/${subresource}`) === true)
  const names = rule.resourceNames
  return known && (names === undefined || names.length === 0 || names.includes(attributes.name ?? ''))
}

export function attributesOf(route: Route, query?: URLSearchParams): Attributes {
  if (route.kind === 'path') return { verb: route.verb, path: route.path }
  const { verb, group, plural, subresource, namespace, name } = route.target
  return {
    verb,
    group,
    resource: plural,
    subresource,
    namespace: plural === 'namespaces' ? name : namespace,
    // A right that is bound to a name allows to list and watch what a field selector restricts to it.
    name: name === '' ? nameIn(query?.get('fieldSelector') ?? '') : name,
  }
}

const nameIn = (fieldSelector: string): string =>
  /(?:^|,)metadata\.name==?([^,]*)(?:,|$)/.exec(fieldSelector)?.[1] ?? ''

/** 403 in the words of a real server. */
export function refusalFor(user: ApiUser, route: Route): ApiRefusal {
  if (route.kind === 'path') {
    const message = `forbidden: User ${JSON.stringify(user.name)} cannot ${route.verb} path ${JSON.stringify(route.path)}`
    return failure(403, 'Forbidden', message, {})
  }
  const { group, plural, subresource, namespace, name, verb } = route.target
  const resource = subresource === '' ? plural : `${plural}/${subresource}`
  const place = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  const why = `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${place}`
  return forbidden({ group, plural }, name, why)
}
