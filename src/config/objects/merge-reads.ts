// What was read of several texts as if it were one.
import type { ReadObjects } from './read-object.ts'
import { type ReadResult, readObjects } from './read-objects.ts'

export function mergeReads(reads: readonly ReadResult[]): ReadResult {
  const objects = Object.keys(readObjects([]).objects).map((kind) => {
    const lists = reads.map((read): readonly unknown[] => read.objects[kind as keyof ReadObjects])
    return [kind, lists.flat()] as const
  })
  return {
    objects: Object.fromEntries(objects) as unknown as ReadObjects,
    diagnostics: reads.flatMap(({ diagnostics }) => diagnostics),
  }
}
