// What admission has to know of a write.
import type { ApiRequest, ApiUser } from '../http/request.ts'
import type { ResourceTarget } from '../http/route.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import type { WriteOptions } from '../write/write-options.ts'

export interface AdmittedWrite {
  readonly served: ServedKind
  readonly target: ResourceTarget
  readonly user: ApiUser
  readonly options: WriteOptions
  readonly query: ApiRequest['query']
  /** Webhooks may add to them. */
  readonly warnings: string[]
}
