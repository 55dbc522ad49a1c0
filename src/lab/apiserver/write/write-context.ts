// What one write carries through its steps.
import type { ApiRequest, ApiUser } from '../http/request.ts'
import type { ResourceTarget } from '../http/route.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import { apiVersionOf, type KubeObject } from '../resource-kind.ts'
import { badRequest, type ResourceName } from '../status.ts'
import type { World } from '../world.ts'
import type { DecodedObject } from './decode-object.ts'
import type { WriteOptions } from './write-options.ts'

export interface WriteContext {
  readonly world: World
  readonly served: ServedKind
  readonly target: ResourceTarget
  readonly user: ApiUser
  readonly options: WriteOptions
  readonly query: ApiRequest['query']
  readonly warnings: string[]
}

export const nameOf = ({ served }: WriteContext): ResourceName => served.resource

/** Unknown and repeated fields: told, refused or passed over, as the client wants it. Throws 400. */
export function judgeFields(context: WriteContext, decoded: DecodedObject): void {
  const { kind, version } = context.served.resource
  const cannot = (why: string) =>
    badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`)
  if (decoded.wrongType !== undefined) throw cannot(decoded.wrongType)
  if (decoded.complaints.length === 0) return
  const { fieldValidation } = context.options
  if (fieldValidation === 'Strict') throw cannot(`strict decoding error: ${decoded.complaints.join(', ')}`)
  if (fieldValidation === 'Warn') context.warnings.push(...decoded.complaints)
}

/** The object in the version in which its kind is stored. */
export async function toStored(context: WriteContext, object: KubeObject): Promise<KubeObject> {
  const { served, world } = context
  const { custom, rules, resource } = served
  if (rules.toStorage !== undefined) return rules.toStorage(object)
  if (custom === undefined || custom.storedVersion === resource.version) return object
  const stored = apiVersionOf({ group: resource.group, version: custom.storedVersion })
  const storedKind = world.registry.find(resource.group, custom.storedVersion, resource.plural)
  if (custom.conversionWebhook !== undefined && storedKind !== undefined) {
    await world.presenter.prepare(storedKind, [object])
    return world.presenter.show(storedKind, object)
  }
  return { ...object, apiVersion: stored }
}
