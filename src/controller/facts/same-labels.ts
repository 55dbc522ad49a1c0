import type { Labels } from '../../config/objects/read-object.ts'

/** Namespaces change often, and their labels seldom. */
export const sameLabels = (a: Labels | undefined, b: Labels): boolean =>
  a !== undefined &&
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(b).every(([key, value]) => a[key] === value)
