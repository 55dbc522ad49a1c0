// Impersonate-User and its companions: who may be taken for somebody else, and whose rights count then.
import type { ApiUser } from '../http/request.ts'
import { badRequest, failure } from '../status.ts'
import type { Attributes, Authorizer } from './authorizer.ts'

type Headers = Readonly<Record<string, string | undefined>>

/** The user that the request is made for; the one who makes it where nobody else is named. Throws 400 and 403. */
export function actingUser(authorizer: Authorizer, user: ApiUser, headers: Headers): ApiUser {
  const name = headers['impersonate-user'] ?? ''
  // node joins headers that come several times.
  const groups = (headers['impersonate-group'] ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '')
  const uid = headers['impersonate-uid'] ?? ''
  if (name === '') {
    if (groups.length === 0 && uid === '') return user
    throw badRequest('requested groups or a uid without impersonating a user')
  }
  const [, namespace = '', account = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? []
  const demand = (asked: Attributes): void => demandImpersonation(authorizer, user, asked)
  if (account === '') demand({ verb: 'impersonate', group: '', resource: 'users', name })
  else demand({ verb: 'impersonate', group: '', resource: 'serviceaccounts', namespace, name: account })
  for (const group of groups) demand({ verb: 'impersonate', group: '', resource: 'groups', name: group })
  if (uid !== '') demand({ verb: 'impersonate', group: 'authentication.k8s.io', resource: 'uids', name: uid })
  const own =
    groups.length > 0 || account === ''
      ? groups
      : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
  const known = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'
  return { name, groups: [...new Set([...own, known])], ...(uid === '' ? {} : { uid }) }
}

/** Throws 403 in the words of a real server. */
function demandImpersonation(authorizer: Authorizer, user: ApiUser, asked: Attributes): void {
  if (authorizer.reasonFor(user, asked) !== undefined) return
  const { resource, group = '', name, namespace } = asked
  const place = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const of = group === '' ? `${resource}` : `${resource}.${group}`
  const message = `${of} "${name}" is forbidden: User "${user.name}" cannot impersonate resource "${resource}" in API group "${group}" ${place}`
  throw failure(403, 'Forbidden', message, {
    ...(name === undefined ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(resource === undefined ? {} : { kind: resource }),
  })
}
