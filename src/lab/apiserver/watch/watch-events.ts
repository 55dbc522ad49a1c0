// One stored write → what a watcher with its selection gets to see of it.
import type { Selection } from '../list/list-options.ts'
import type { KubeObject } from '../resource-kind.ts'
import type { StoreEvent } from '../storage/object-store.ts'

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
}

/**
 * Entering the selection is ADDED. Leaving it is DELETED with the object of before, which still matched, under the new
 * version: a client that stores by name must not take it for the present state.
 */
export function seenEvent(
  event: StoreEvent,
  selection: Selection,
  show: (object: KubeObject) => KubeObject,
): WatchEvent | undefined {
  const before = event.previous !== undefined && selection.matches(show(event.previous))
  const after = event.type !== 'DELETED' && selection.matches(show(event.object))
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object: event.object }
  if (!before) return undefined
  if (event.type === 'DELETED') return { type: 'DELETED', object: event.object }
  const previous = event.previous as KubeObject
  const metadata = { ...previous.metadata, resourceVersion: String(event.revision) }
  return { type: 'DELETED', object: { ...previous, metadata } }
}
