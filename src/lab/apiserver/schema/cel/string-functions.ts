// https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-regex-library and cel-go's strings extension.
import { regularExpression } from '../regular-expression.ts'
import type { FunctionTable } from './function-table.ts'
import { CelError, type CelValue, noOverload } from './values.ts'

export function text(value: CelValue | undefined): string {
  if (typeof value !== 'string') throw noOverload()
  return value
}

export function int(value: CelValue | undefined): number {
  if (typeof value !== 'bigint') throw noOverload()
  return Number(value)
}

function pattern(value: CelValue | undefined, flags = ''): RegExp {
  const expression = regularExpression(text(value), flags)
  if (expression === undefined) throw new CelError(`error parsing regexp: invalid pattern: ${text(value)}`)
  return expression
}

export const STRING_METHODS: FunctionTable = {
  startsWith: ([target, prefix]) => text(target).startsWith(text(prefix)),
  endsWith: ([target, suffix]) => text(target).endsWith(text(suffix)),
  contains: ([target, part]) => text(target).includes(text(part)),
  matches: ([target, expression]) => pattern(expression).test(text(target)),
  find: ([target, expression]) => pattern(expression).exec(text(target))?.[0] ?? '',
  findAll: ([target, expression, limit]) => {
    const found = text(target).match(pattern(expression, 'g')) ?? []
    return limit === undefined || int(limit) < 0 ? [...found] : found.slice(0, int(limit))
  },
  lowerAscii: ([target]) => text(target).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
  upperAscii: ([target]) => text(target).replaceAll(/[a-z]/g, (letter) => letter.toUpperCase()),
  trim: ([target]) => text(target).trim(),
  charAt: ([target, index]) => characters(text(target), int(index), int(index) + 1),
  substring: ([target, start, end]) => {
    const length = [...text(target)].length
    return characters(text(target), int(start), end === undefined ? length : int(end))
  },
  indexOf: ([target, part, from]) =>
    position(text(target), text(part), from === undefined ? 0 : int(from), 'indexOf'),
  lastIndexOf: ([target, part, from]) =>
    position(
      text(target),
      text(part),
      from === undefined ? Number.MAX_SAFE_INTEGER : int(from),
      'lastIndexOf',
    ),
  replace: ([target, from, to, limit]) => replace(text(target), text(from), text(to), limit),
  split: ([target, separator, limit]) => split(text(target), text(separator), limit),
}

/** By characters, not UTF-16 units; `charAt` one past the end is the empty string. */
function characters(target: string, start: number, end: number): string {
  const all = [...target]
  if (start < 0 || start > all.length) throw new CelError(`index out of range: ${start}`)
  if (end > all.length + 1 || end < 0) throw new CelError(`index out of range: ${end}`)
  if (end < start) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`)
  return all.slice(start, end).join('')
}

function position(target: string, part: string, from: number, how: 'indexOf' | 'lastIndexOf'): bigint {
  if (from < 0) throw new CelError(`index out of range: ${from}`)
  const units = [...target].slice(0, from).join('').length
  const unit = how === 'indexOf' ? target.indexOf(part, units) : target.lastIndexOf(part, units)
  return unit < 0 ? -1n : BigInt([...target.slice(0, unit)].length)
}

function replace(target: string, from: string, to: string, limit: CelValue | undefined): string {
  if (limit === undefined || int(limit) < 0) return target.replaceAll(from, () => to)
  let left = int(limit)
  return target.replaceAll(from, (found) => (left-- > 0 ? to : found))
}

function split(target: string, separator: string, limit: CelValue | undefined): string[] {
  const parts = separator === '' ? [...target] : target.split(separator)
  const most = limit === undefined ? -1 : int(limit)
  if (most < 0 || parts.length <= most) return parts
  return most === 0 ? [] : [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)]
}
