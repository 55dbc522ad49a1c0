// The shape of nft's JSON, read carefully: a file may hold anything.

export type Json = Readonly<Record<string, unknown>>

export interface NamedSet {
  readonly elements: readonly unknown[]
  /** rules add to it, and entries time out */
  readonly dynamic: boolean
}

export type NamedSets = ReadonlyMap<string, NamedSet>

export const asRecord = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined

export const asList = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : undefined

export const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

/** An object with one key says what it is by that key. */
export function onlyEntry(value: unknown): readonly [string, unknown] | undefined {
  const record = asRecord(value)
  return record === undefined ? undefined : Object.entries(record)[0]
}

/** The value of an element that has a comment, a time-out or a counter. */
export function plainElement(element: unknown): { value: unknown; comment: string | undefined } {
  const wrapped = asRecord(asRecord(element)?.['elem'])
  if (wrapped === undefined) return { value: element, comment: undefined }
  const comment = wrapped['comment']
  return { value: wrapped['val'], comment: typeof comment === 'string' ? comment : undefined }
}
