// What became of one object, or of the machine of a node, between two bundles.
import type { FieldChange } from './field-changes.ts'

export interface ObjectChange {
  readonly change: 'removed' | 'added' | 'changed' | 'renamed'
  /** `Host`: the machine of a node */
  readonly kind: string
  /** `namespace/name`, before it was renamed */
  readonly object: string
  /** of a renamed one */
  readonly to?: string
  /** codes of new findings that speak of it */
  readonly explains: readonly string[]
  /** of a changed one */
  readonly fields: readonly FieldChange[]
}
