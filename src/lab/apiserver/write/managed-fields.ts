// metadata.managedFields of every write. Who owns what is decided in ../apply.
import { trackUpdate } from '../apply/server-side-apply.ts'
import { apiVersionOf, type KubeObject } from '../resource-kind.ts'
import { timeText } from '../world.ts'
import type { WriteContext } from './write-context.ts'

/** What ../apply has to know of a write. */
export const writeOf = ({ served, target, world }: WriteContext, manager: string) => ({
  manager,
  subresource: target.subresource,
  version: apiVersionOf(served.resource),
  nowIso: timeText(world.now()),
  // Built-in kinds are known there.
  schemaOf: (): unknown => served.custom?.schema ?? served.resource.schema,
})

/** Notes in `after` which fields this manager changed. */
export function trackManagedFields(
  context: WriteContext,
  before: KubeObject | undefined,
  after: KubeObject,
  manager: string,
): void {
  const tracked = trackUpdate({ before, after, operation: 'Update', ...writeOf(context, manager) })
  after.metadata = (tracked as unknown as KubeObject).metadata
}
