// Looking into objects that somebody else wrote: what is not as expected counts as not there.

type Step = string | number

/** The value at the end of a path, or undefined. */
export function at(value: unknown, ...path: readonly Step[]): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined
    here = (here as Record<Step, unknown>)[step]
  }
  return here
}

export function textAt(value: unknown, ...path: readonly Step[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: unknown, ...path: readonly Step[]): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

export function listAt(value: unknown, ...path: readonly Step[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export const textsAt = (value: unknown, ...path: readonly Step[]): readonly string[] =>
  listAt(value, ...path).filter((item) => typeof item === 'string')

/** Entries of a map whose values are texts. */
export function mapAt(value: unknown, ...path: readonly Step[]): Readonly<Record<string, string>> {
  const found = at(value, ...path)
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return {}
  return Object.fromEntries(Object.entries(found).filter(([, text]) => typeof text === 'string'))
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  /** milliseconds since 1970; undefined when it says none */
  readonly since: number | undefined
}

/** `status.conditions` */
export const conditionsOf = (object: unknown): readonly Condition[] =>
  listAt(object, 'status', 'conditions').map((each) => ({
    type: textAt(each, 'type') ?? '',
    status: textAt(each, 'status') ?? 'Unknown',
    reason: textAt(each, 'reason') ?? '',
    message: textAt(each, 'message') ?? '',
    since: timeOf(textAt(each, 'lastTransitionTime')),
  }))

export const conditionOf = (object: unknown, type: string): Condition | undefined =>
  conditionsOf(object).find((each) => each.type === type)

/** Milliseconds since 1970 of an RFC 3339 time. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  // eslint-disable-next-line no-restricted-globals -- reads a text, not the clock
  const parsed = Date.parse(text)
  return Number.isNaN(parsed) ? undefined : parsed
}

/** `namespace/name`, or the name alone of what is in no namespace. */
export const idOf = ({
  metadata,
}: {
  readonly metadata: { readonly namespace?: string; readonly name: string }
}): string => (metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`)
