// The order in which Go's yaml.v2 prints the keys of a map.

const isDigit = (c: string | undefined): boolean => c !== undefined && /\p{Nd}/u.test(c)
const isLetter = (c: string): boolean => /\p{L}/u.test(c)

/** Go yaml.v2's order of map keys: digits count as numbers (`a2` before `a10`), other signs come before letters. */
export function compareGoKeys(a: string, b: string): number {
  if (a === b) return 0
  const x = [...a]
  const y = [...b]
  for (let i = 0; i < x.length && i < y.length; i++) {
    const p = x[i] ?? ''
    const q = y[i] ?? ''
    if (p === q) continue
    if (isLetter(p) && isLetter(q)) return p < q ? -1 : 1
    if (isLetter(p) || isLetter(q)) return isLetter(p) ? 1 : -1
    return compareNumbersAt(x, y, i)
  }
  return x.length - y.length
}

function compareNumbersAt(x: readonly string[], y: readonly string[], at: number): number {
  // A zero counts only behind another digit: `a01` and `a1` differ in length, not in value.
  let seed = 0
  if (x[at] === '0' || y[at] === '0')
    for (let j = at - 1; j >= 0 && isDigit(x[j]); j--) if (x[j] !== '0') seed = 1
  const number = (chars: readonly string[]) => {
    let value = seed
    let end = at
    for (; isDigit(chars[end]); end++) value = value * 10 + Number(chars[end])
    return { value, end }
  }
  const p = number(x)
  const q = number(y)
  if (p.value !== q.value) return p.value - q.value
  if (p.end !== q.end) return p.end - q.end
  return (x[at] ?? '') < (y[at] ?? '') ? -1 : 1
}
