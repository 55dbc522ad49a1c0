// POST serviceaccounts/NAME/token.
import { listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import { invalid, invalidValue, notFound } from '../status.ts'
import { timeText, type World } from '../world.ts'
import { accountUidIn } from './reviews.ts'
import { API_AUDIENCE } from './token-book.ts'

const MIN_SECONDS = 600

/** Throws 404 and 422. */
export function requestToken(world: World, namespace: string, name: string, request: KubeObject): KubeObject {
  const accountUid = accountUidIn(world)(namespace, name)
  if (accountUid === undefined) throw notFound({ group: '', plural: 'serviceaccounts' }, name)
  const given = objectAt(request, 'spec')['expirationSeconds']
  const seconds = typeof given === 'number' ? given : 3_600
  if (seconds < MIN_SECONDS) {
    const cause = invalidValue(
      'spec.expirationSeconds',
      String(seconds),
      'may not specify a duration less than 10 minutes',
    )
    throw invalid('authentication.k8s.io', 'TokenRequest', '', [cause])
  }
  const wanted = listAt(request, 'spec', 'audiences').map(String)
  const audiences = wanted.length === 0 ? [API_AUDIENCE] : wanted
  const token = `lab.${world.uuid()}.${world.uuid()}`
  const expires = new Date(world.now().getTime() + seconds * 1_000)
  world.tokens.issue(token, {
    user: {
      name: `system:serviceaccount:${namespace}:${name}`,
      uid: accountUid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${world.uuid()}`] },
    },
    namespace,
    name,
    accountUid,
    audiences,
    expiresAtMs: expires.getTime(),
  })
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: textAt(request, 'metadata', 'name') || name,
      namespace,
      creationTimestamp: timeText(world.now()),
    },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: null },
    status: { token, expirationTimestamp: timeText(expires) },
  }
}
