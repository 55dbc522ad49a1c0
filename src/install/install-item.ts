// An object to be applied, with the comments that explain it where it is printed.
import type { KubeObject } from '../config/kube-object.ts'
import type { Comments } from '../config/print.ts'

export interface InstallItem {
  readonly object: KubeObject
  /** by path from the root of the object; none when left out */
  readonly comments?: Comments
}
