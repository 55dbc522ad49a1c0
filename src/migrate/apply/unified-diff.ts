// Two texts → the unified diff that `diff -u` prints, by the O(ND) algorithm of Myers (1986).

export interface DiffNames {
  readonly before: string
  readonly after: string
}

type Edit = readonly [sign: ' ' | '-' | '+', line: string]

const CONTEXT_LINES = 3
/** The trace grows with the square of the edits; above this, what is between the first and last change is shown as replaced. */
const MAX_EDITS = 1_000

/** '' when the texts are equal. Both texts end in a line break or are empty. */
export function unifiedDiff(before: string, after: string, names: DiffNames): string {
  if (before === after) return ''
  const edits = editsBetween(lines(before), lines(after))
  return `--- ${names.before}\n+++ ${names.after}\n${hunks(edits).join('')}`
}

const lines = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

function editsBetween(a: readonly string[], b: readonly string[]): readonly Edit[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1
  const keep = (line: string): Edit => [' ', line]
  return [
    ...a.slice(0, head).map(keep),
    ...shortestEdits(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(keep),
  ]
}

function shortestEdits(a: readonly string[], b: readonly string[]): readonly Edit[] {
  const replaced: Edit[] = [...a.map((line): Edit => ['-', line]), ...b.map((line): Edit => ['+', line])]
  // furthest.get(k): how far into `a` the diagonal k = x - y gets with d edits
  let furthest = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let d = 0; d <= Math.min(a.length + b.length, MAX_EDITS); d += 1) {
    trace.push(furthest)
    const next = new Map(furthest)
    for (let k = -d; k <= d; k += 2) {
      let x = stepFrom(furthest, k, d)
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1
      next.set(k, x)
      if (x >= a.length && x - k >= b.length) return backtrack(a, b, [...trace])
    }
    furthest = next
  }
  return replaced
}

/** One more insertion (from the diagonal above) or deletion (from below), whichever got further. */
const stepFrom = (furthest: ReadonlyMap<number, number>, k: number, d: number): number =>
  comesFromAbove(furthest, k, d) ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1

const comesFromAbove = (furthest: ReadonlyMap<number, number>, k: number, d: number): boolean =>
  k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))

function backtrack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly ReadonlyMap<number, number>[],
): readonly Edit[] {
  const edits: Edit[] = []
  let x = a.length
  let y = b.length
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const furthest = trace[d] ?? new Map<number, number>()
    const above = comesFromAbove(furthest, x - y, d)
    const fromX = furthest.get(above ? x - y + 1 : x - y - 1) ?? 0
    const fromY = fromX - (above ? x - y + 1 : x - y - 1)
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x -= 1
      y -= 1
      edits.push([' ', a[x] ?? ''])
    }
    if (d === 0) break
    if (above) edits.push(['+', b[fromY] ?? ''])
    else edits.push(['-', a[fromX] ?? ''])
    x = fromX
    y = fromY
  }
  return edits.reverse()
}

function hunks(edits: readonly Edit[]): readonly string[] {
  const out: string[] = []
  let beforeLine = 1
  let afterLine = 1
  let start = 0
  while (start < edits.length) {
    const first = edits.findIndex(([sign], index) => index >= start && sign !== ' ')
    if (first < 0) break
    const from = Math.max(start, first - CONTEXT_LINES)
    const to = endOfHunk(edits, first)
    const skipped = from - start
    const hunk = edits.slice(from, to)
    beforeLine += skipped
    afterLine += skipped
    const removed = hunk.filter(([sign]) => sign !== '+').length
    const added = hunk.filter(([sign]) => sign !== '-').length
    out.push(`@@ -${range(beforeLine, removed)} +${range(afterLine, added)} @@\n`)
    for (const [sign, line] of hunk) out.push(`${sign}${line}\n`)
    beforeLine += removed
    afterLine += added
    start = to
  }
  return out
}

/** Changes with at most twice the context between them share a hunk. */
function endOfHunk(edits: readonly Edit[], first: number): number {
  let last = first
  for (let index = first; index < edits.length && index - last <= 2 * CONTEXT_LINES + 1; index += 1)
    if (edits[index]?.[0] !== ' ') last = index
  return Math.min(edits.length, last + CONTEXT_LINES + 1)
}

/** An empty side is written as line 0, as diff does. */
const range = (line: number, count: number): string =>
  count === 1 ? `${line}` : `${count === 0 ? line - 1 : line},${count}`
