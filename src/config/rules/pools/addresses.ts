// V101–V105, V107–V109, V113: the addresses of one pool.
import { formatIp } from '../../../net/ip.ts'
import { formatPrefix, type Prefix, parsePrefix, prefixRange, rangesOverlap } from '../../../net/prefix.ts'
import { placeOf } from '../../objects/read-object.ts'
import { type AddressEntryError, parseAddressEntry } from '../../semantics/addresses.ts'
import { buggyCount, UNCOUNTABLE_HOST_BITS } from '../../semantics/capacity.ts'
import { placeholderIn, templateDiagnostic } from '../../source/broken.ts'
import { type AnyPool, counted, entryPath, hostBitsOf, type PoolEntry, type RuleContext } from '../context.ts'

export function poolAddresses(context: RuleContext): void {
  for (const pool of [...context.objects.pools, ...context.objects.addressPools]) {
    if (pool.failed.has('addresses')) continue
    const texts = pool.spec.addresses ?? []
    if (texts.length === 0)
      context.report('V101', pool, { message: 'The pool has no addresses.', path: ['spec', 'addresses'] })
    const entries = context.entriesOf(pool)
    if (entries.length < texts.length)
      for (const [index, text] of texts.entries()) invalidEntry(context, pool, index, text)
    for (const entry of entries) validEntry(context, entry)
    buggyAddresses(context, pool, entries)
  }
}

function invalidEntry(context: RuleContext, pool: AnyPool, index: number, text: string): void {
  const parsed = parseAddressEntry(text)
  if (parsed.ok) return
  const path = ['spec', 'addresses', index]
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) {
    context.add(templateDiagnostic(placeholder, placeOf(pool, path)), pool, path)
    return
  }
  const { code, message, hint, severity } = explain(parsed.error)
  context.report(code, pool, {
    message,
    path,
    ...(hint === undefined ? {} : { hint }),
    ...(severity === undefined ? {} : { severity }),
  })
}

interface Explanation {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly severity?: 'error'
}

function explain(error: AddressEntryError): Explanation {
  switch (error.kind) {
    case 'invalid prefix':
      return {
        code: 'V102',
        message: `"${error.text}" is no prefix such as 192.0.2.0/24.`,
        hint:
          error.suggestion === undefined
            ? 'Write address/length, or first and last address with "-" between.'
            : `Write ${error.suggestion}.`,
      }
    case 'invalid start':
      return {
        code: 'V103',
        message: `"${error.text}" is no address for a range to start with.`,
        hint: RANGE_HINT,
      }
    case 'invalid end':
      return {
        code: 'V103',
        message: `"${error.text}" is no address for a range to end with.`,
        hint:
          error.suggestion === undefined
            ? RANGE_HINT
            : `Write the last address in full: ${error.suggestion}.`,
      }
    case 'start after end':
      return {
        code: 'V104',
        message: `The range starts with ${formatIp(error.first)}, which is after its end ${formatIp(error.last)}.`,
        hint: 'Swap the two addresses.',
      }
    case 'mixed families':
      return {
        code: 'V105',
        message: error.refused
          ? 'The range goes from an IPv6 to an IPv4 address.'
          : 'The range goes from an IPv4 to an IPv6 address: MetalLB takes it, and gets no address from it.',
        hint: 'Write one range for each family.',
        ...(error.refused ? { severity: 'error' } : {}),
      }
  }
}

const RANGE_HINT = 'Write a range as 192.0.2.10-192.0.2.20, both ends in full.'

/** Blocks that no client or router sends to as a host (RFC 6890, RFC 4291). */
const UNUSABLE: readonly (readonly [text: string, what: string])[] = [
  ['0.0.0.0/8', '"this network"'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/127', 'unspecified or loopback'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
]
const UNUSABLE_BLOCKS = UNUSABLE.flatMap(([text, what]) => {
  const prefix = parsePrefix(text)
  return prefix === undefined ? [] : [{ prefix, range: prefixRange(prefix), what }]
})

function validEntry(context: RuleContext, e: PoolEntry): void {
  const path = entryPath(e)
  if (e.entry.hostBits) {
    const whole = e.entry.prefixes[0]
    context.report('V107', e.pool, {
      message: `${e.entry.text} stands for the whole block ${whole === undefined ? '' : formatPrefix(whole)}, not for what begins at the address written.`,
      path,
      hint: 'Write the first address of the block, or a range if only a part is meant.',
    })
  }
  const unusable = UNUSABLE_BLOCKS.find((block) => rangesOverlap(block.range, e.range))
  if (unusable !== undefined)
    context.report('V109', e.pool, {
      message: `${e.entry.text} holds ${unusable.what} addresses (${formatPrefix(unusable.prefix)}), which no client reaches.`,
      path,
    })
  const huge = e.entry.prefixes.find((p: Prefix) => hostBitsOf(p) >= UNCOUNTABLE_HOST_BITS)
  if (huge !== undefined)
    context.report('V113', e.pool, {
      message: `${formatPrefix(huge)} holds more addresses than MetalLB can count; the counters of the pool say nothing.`,
      path,
    })
}

/** One word for each pool, at the first entry that is concerned. */
function buggyAddresses(context: RuleContext, pool: AnyPool, entries: readonly PoolEntry[]): void {
  if ('avoidBuggyIPs' in pool.spec && pool.spec.avoidBuggyIPs === true) return
  if (pool.failed.has('avoidBuggyIPs')) return
  let first: PoolEntry | undefined
  let count = 0n
  for (const e of entries) {
    const buggy = e.entry.prefixes.reduce((sum, p) => sum + buggyCount(p), 0n)
    if (buggy > 0n) first ??= e
    count += buggy
  }
  if (first === undefined) return
  context.report('V108', pool, {
    message: `${counted(count, 'address', 'addresses')} of this pool end${count === 1n ? 's' : ''} in .0 or .255 and may be handed out; some old networks drop them.`,
    path: entryPath(first),
    hint: 'Set avoidBuggyIPs: true to leave them out.',
  })
}
