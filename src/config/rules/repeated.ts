/** Items that stand in a list before: where, and where first. `key` says what makes two items the same. */
export function repeatedItems<T>(
  items: readonly T[],
  key: (item: T) => unknown = (item) => item,
): { readonly index: number; readonly first: number }[] {
  if (items.length < 2) return []
  const seen = new Map<unknown, number>()
  const repeated: { index: number; first: number }[] = []
  for (const [index, item] of items.entries()) {
    const first = seen.get(key(item))
    if (first === undefined) seen.set(key(item), index)
    else repeated.push({ index, first })
  }
  return repeated
}
