// metadata.managedFields of POST, PUT and PATCH: none are kept yet (see ../interim.ts), and those of a client are dropped.
import type { KubeObject } from '../resource-kind.ts'
import type { WriteContext } from './write-context.ts'

export function trackManagedFields(
  _context: WriteContext,
  _before: KubeObject | undefined,
  after: KubeObject,
  _manager: string,
): void {
  delete after.metadata['managedFields']
}
