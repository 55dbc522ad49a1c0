// How findings count and name things, so that all of them do it alike.
import type { Affected } from './cluster-check.ts'

/** `3 Services`, `1 Service` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

/** `a, b and 5 others` */
export function listed(items: readonly string[], most = 5): string {
  const shown = items.slice(0, most)
  const rest = items.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${counted(rest, 'other')}`
  const last = shown.at(-1) ?? ''
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`
}

/** `the Service shop/web`, `3 Services`: the subject of a sentence */
export function servicesText(keys: readonly string[]): string {
  const [only] = keys
  return keys.length === 1 && only !== undefined ? `the Service ${only}` : counted(keys.length, 'Service')
}

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export const affectedCount = (affects: Affected): number =>
  affects === 'installation' ? Number.POSITIVE_INFINITY : affects.length
