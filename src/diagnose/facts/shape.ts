// Reading JSON that somebody else wrote: a description of the shape that is expected, and the place where it differs.
// Unknown keys are dropped, so that facts of a newer lbctl can be read as far as this one knows them.

/** What does not fit. `path` from the root of the value: `rounds[0].sent`. */
export class ShapeMismatch extends Error {
  override readonly name = 'ShapeMismatch'
  readonly path: string
  readonly wanted: string

  constructor(path: string, wanted: string) {
    super(`${path === '' ? 'the value' : path} is not ${wanted}`)
    this.path = path
    this.wanted = wanted
  }
}

/** Returns the value, narrowed and copied. @throws ShapeMismatch */
export type Shape<T> = (value: unknown, path: string) => T

const primitive =
  <T>(type: string, wanted: string): Shape<T> =>
  (value, path) => {
    if (typeof value !== type) throw new ShapeMismatch(path, wanted)
    return value as T
  }

export const text: Shape<string> = primitive('string', 'a text')
export const flag: Shape<boolean> = primitive('boolean', 'true or false')
export const number: Shape<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ShapeMismatch(path, 'a number')
  return value
}

export const oneOf =
  <const T extends readonly (string | number)[]>(...allowed: T): Shape<T[number]> =>
  (value, path) => {
    const found = allowed.find((each) => each === value)
    if (found === undefined) throw new ShapeMismatch(path, `one of ${allowed.join(', ')}`)
    return found
  }

/** Missing or null is undefined. */
export const maybe =
  <T>(shape: Shape<T>): Shape<T | undefined> =>
  (value, path) =>
    value === undefined || value === null ? undefined : shape(value, path)

const ABSENT = Symbol('absent')

/** For a member that older facts do not have (`key?: T`): missing or null leaves it away. Only within `record`. */
export const optional =
  <T>(shape: Shape<T>): Shape<T> =>
  (value, path) =>
    value === undefined || value === null ? (ABSENT as T) : shape(value, path)

export const list =
  <T>(shape: Shape<T>): Shape<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw new ShapeMismatch(path, 'a list')
    return value.map((each, index) => shape(each, `${path}[${index}]`))
  }

export const record =
  <T extends object>(members: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ShapeMismatch(path, 'an object')
    const from = value as Record<string, unknown>
    const read = Object.entries<Shape<unknown>>(members).map(([key, shape]) => {
      const at = path === '' ? key : `${path}.${key}`
      return [key, shape(Object.hasOwn(from, key) ? from[key] : undefined, at)] as const
    })
    return Object.fromEntries(read.filter(([, each]) => each !== ABSENT)) as T
  }
