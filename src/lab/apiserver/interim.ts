// Until field ownership, strategic merge and the OpenAPI documents are here: what a client can live with meanwhile. Server-side
// apply merges without owners, strategic merge is a merge patch, no managedFields are kept, and there is no schema to explain.
import { mergePatch } from './patch/merge-patch.ts'

interface ApplyConflict {
  readonly manager: string
  readonly field: string
  readonly message: string
}

export function serverSideApply(of: {
  readonly live: unknown
  readonly applied: unknown
}): { ok: true; object: object } | { ok: false; conflicts: ApplyConflict[] } {
  return { ok: true, object: mergePatch(of.live ?? {}, of.applied) as object }
}

export const strategicMerge = (live: unknown, patch: unknown): unknown => mergePatch(live, patch)
