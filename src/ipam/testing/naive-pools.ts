// Pools as lists of texts, for the second allocator.
export type Labels = Readonly<Record<string, string>>
/** The label has this value. */
export type LabelTest = readonly [key: string, value: string]

export interface NaivePool {
  readonly name: string
  /** `192.0.2.0-192.0.2.7`: first and last address differ in the last number only, which is hexadecimal in IPv6 */
  readonly entries: readonly string[]
  readonly autoAssign: boolean
  readonly avoidBuggyIPs: boolean
  readonly allocation:
    | {
        readonly priority: number
        readonly namespaces: readonly string[]
        readonly namespaceSelectors: readonly LabelTest[]
        readonly serviceSelectors: readonly LabelTest[]
      }
    | undefined
}

export const matches = ([key, value]: LabelTest, labels: Labels): boolean => labels[key] === value

/** Every address that the pool hands out, in order. */
export function poolAddresses({ entries, avoidBuggyIPs }: NaivePool): string[] {
  return entries.flatMap((entry) => {
    const [first = '', last = ''] = entry.split('-')
    const separator = first.includes(':') ? ':' : '.'
    const radix = separator === ':' ? 16 : 10
    const cut = first.lastIndexOf(separator) + 1
    const from = Number.parseInt(first.slice(cut), radix)
    const to = Number.parseInt(last.slice(cut), radix)
    const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i)
    return numbers
      .filter((n) => separator === ':' || !avoidBuggyIPs || (n !== 0 && n !== 255))
      .map((n) => first.slice(0, cut) + n.toString(radix))
  })
}
