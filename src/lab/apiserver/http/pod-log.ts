// GET …/pods/NAME/log. Nothing runs in the laboratory, so what a container printed comes from whoever plays kubelet.
import { listAt, textAt } from '../json-value.ts'
import { keyOf, type ServedKind } from '../registry/served-kind.ts'
import { badRequest, notFound } from '../status.ts'
import type { World } from '../world.ts'
import { plainText } from './plain-text.ts'
import type { ApiAnswer, ApiRequest } from './request.ts'
import type { ResourceTarget } from './route.ts'

export const isPodLog = ({ subresource, rest }: ResourceTarget, { storage }: ServedKind): boolean =>
  storage === 'pods' && subresource === 'log' && rest.length === 0

/** Throws 400 and 404. */
export function podLogAnswer(
  world: World,
  { query }: Pick<ApiRequest, 'query'>,
  { namespace, name }: ResourceTarget,
  served: ServedKind,
): ApiAnswer {
  const pod = world.store.get(served.storage, keyOf(namespace, name))
  if (pod === undefined) throw notFound(served.resource, name)
  const names = listAt(pod, 'spec', 'containers').map((each) => textAt(each, 'name'))
  const [first = ''] = names
  const container = query.get('container') ?? (names.length === 1 ? first : '')
  if (container === '')
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
    )
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`)
  const text = world.podLog?.({ namespace, name, container })
  if (text === undefined)
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ContainerCreating`)
  const most = Number(query.get('limitBytes') ?? Number.POSITIVE_INFINITY)
  return plainText(200, text.slice(0, most))
}
