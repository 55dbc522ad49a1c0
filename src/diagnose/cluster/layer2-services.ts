// Services that some L2Advertisement is for.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import type { Pool } from '../../speaker/configuration/configuration.ts'

/** The part of the view that this needs. */
interface Pools {
  readonly servicesWithAddress: readonly ServiceObject[]
  readonly configuration: { readonly ok: boolean }
  poolOf(service: ServiceObject): Pool | undefined
}

/** While the configuration is refused, which pool announces how is not known, and every Service may be one. */
export const layer2Services = (view: Pools): readonly ServiceObject[] =>
  view.servicesWithAddress.filter(
    (service) => !view.configuration.ok || (view.poolOf(service)?.l2.length ?? 0) > 0,
  )
