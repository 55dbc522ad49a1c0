// Kinds that are questions: they are answered and never stored.

import type { ApiUser } from '../http/request.ts'
import { clone, isObject, type JsonObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import { badRequest, invalid, invalidValue } from '../status.ts'
import type { World } from '../world.ts'
import type { Attributes } from './authorizer.ts'
import { API_AUDIENCE } from './token-book.ts'

export const isReview = (kind: string): boolean => Object.hasOwn(REVIEWS, kind)

type Review = (world: World, user: ApiUser, object: KubeObject) => JsonObject

const REVIEWS: Readonly<Record<string, Review>> = {
  TokenReview: reviewToken,
  SelfSubjectReview: (_world, user) => ({ userInfo: userInfo(user) }),
  SelfSubjectAccessReview: (world, user, object) => verdict(world, user, object),
  SubjectAccessReview: reviewSubject,
  LocalSubjectAccessReview: reviewSubject,
  SelfSubjectRulesReview: reviewRules,
}

/** The review with its status. Throws 400 and 422. */
export function answerReview(world: World, user: ApiUser, object: KubeObject): KubeObject {
  const review = REVIEWS[object.kind ?? '']
  if (review === undefined) throw badRequest(`${object.kind} is no review`)
  const status = review(world, user, object)
  const answer: KubeObject = { ...clone(object), metadata: {}, status }
  if (object.kind === 'SelfSubjectRulesReview') answer['spec'] = {}
  return answer
}

const userInfo = (user: ApiUser): JsonObject => ({
  username: user.name,
  ...(user.uid === undefined ? {} : { uid: user.uid }),
  groups: [...user.groups],
  ...(user.extra === undefined ? {} : { extra: user.extra }),
})

function reviewToken(world: World, _user: ApiUser, object: KubeObject): JsonObject {
  const token = textAt(object, 'spec', 'token')
  if (token === '') throw badRequest('token is required for TokenReview in authentication')
  const found = world.tokens.userOf(token, world.now().getTime(), accountUidIn(world))
  if (found === undefined) return { user: {}, error: 'invalid bearer token' }
  const own = world.tokens.issuedFor(token)?.audiences ?? [API_AUDIENCE]
  const wanted = listAt(object, 'spec', 'audiences').map(String)
  const shared = wanted.length === 0 ? own : own.filter((one) => wanted.includes(one))
  if (shared.length === 0) {
    const error = `[invalid bearer token, token audiences ${goStrings(own)} is invalid for the target audiences ${goStrings(wanted)}]`
    return { user: {}, error }
  }
  return { authenticated: true, user: userInfo(found), audiences: [...shared] }
}

const goStrings = (texts: readonly string[]): string =>
  `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`

/** The uid of a ServiceAccount that is there. */
export const accountUidIn =
  (world: World) =>
  (namespace: string, name: string): string | undefined => {
    const account = world.store.get('serviceaccounts', `${namespace}/${name}`)
    return account === undefined ? undefined : textAt(account, 'metadata', 'uid')
  }

function verdict(world: World, user: ApiUser, object: KubeObject): JsonObject {
  const reason = world.authorizer.reasonFor(user, attributesIn(object))
  return { allowed: reason !== undefined, ...(reason === undefined || reason === '' ? {} : { reason }) }
}

function attributesIn(object: KubeObject): Attributes {
  const path = objectAt(object, 'spec')['nonResourceAttributes']
  if (isObject(path)) return { verb: textAt(path, 'verb'), path: textAt(path, 'path') }
  const asked = objectAt(object, 'spec', 'resourceAttributes')
  const word = (field: string) => textAt(asked, field)
  return {
    verb: word('verb'),
    group: word('group'),
    resource: word('resource'),
    subresource: word('subresource'),
    namespace: word('namespace'),
    name: word('name'),
  }
}

function reviewSubject(world: World, _user: ApiUser, object: KubeObject): JsonObject {
  const name = textAt(object, 'spec', 'user')
  const groups = listAt(object, 'spec', 'groups').map(String)
  if (name === '' && groups.length === 0) {
    throw invalid('authorization.k8s.io', '', '', [
      invalidValue('spec.user', '""', 'at least one of user or group must be specified'),
    ])
  }
  return verdict(world, { name, groups }, object)
}

function reviewRules(world: World, user: ApiUser, object: KubeObject): JsonObject {
  const namespace = textAt(object, 'spec', 'namespace')
  if (namespace === '') throw badRequest('no namespace on request')
  const rules = world.authorizer.rulesFor(user, namespace)
  return {
    resourceRules: rules
      .filter((rule) => rule.resources !== undefined)
      .map(({ namespace: _place, ...rule }) => rule),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs !== undefined)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}
