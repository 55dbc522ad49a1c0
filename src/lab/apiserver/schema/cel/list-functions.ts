// https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library
import type { FunctionTable } from './function-table.ts'
import { arithmetic, compare, equal } from './operators.ts'
import { text } from './string-functions.ts'
import { CelDuration, CelError, type CelValue, isList, itemsOf, noOverload } from './values.ts'

function items(value: CelValue | undefined): readonly CelValue[] {
  if (value === undefined || !isList(value)) throw noOverload()
  return itemsOf(value)
}

const extreme =
  (name: string, sign: 1 | -1) =>
  ([target]: readonly CelValue[]): CelValue => {
    const [first, ...rest] = items(target)
    if (first === undefined) throw new CelError(`${name} called on empty list`)
    return rest.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first)
  }

export const LIST_METHODS: FunctionTable = {
  isSorted: ([target]) =>
    items(target).every((item, index, all) => index === 0 || compare(all[index - 1] ?? item, item) <= 0),
  sum: ([target]) => {
    const [first, ...rest] = items(target)
    return first === undefined
      ? 0n
      : rest.reduce((total, item) => arithmetic('+', total, item), zeroPlus(first))
  },
  min: extreme('min', -1),
  max: extreme('max', 1),
  indexOf: ([target, wanted]) => BigInt(items(target).findIndex((item) => equal(item, wanted ?? null))),
  lastIndexOf: ([target, wanted]) =>
    BigInt(items(target).findLastIndex((item) => equal(item, wanted ?? null))),
  join: ([target, separator]) =>
    items(target)
      .map(text)
      .join(separator === undefined ? '' : text(separator)),
  flatten: ([target]) => items(target).flatMap((item) => (isList(item) ? itemsOf(item) : [item])),
}

/** Refuses what cannot be added up, also when it stands alone. */
function zeroPlus(value: CelValue): CelValue {
  if (typeof value === 'bigint' || typeof value === 'number' || value instanceof CelDuration) return value
  throw noOverload()
}
