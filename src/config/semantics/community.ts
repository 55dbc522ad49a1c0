// BGP communities as MetalLB's resources write them.
import { err, ok, type Result } from '../../net/result.ts'

/** RFC 1997 communities are two 16-bit numbers, RFC 8092 large communities three 32-bit ones. */
export type Community =
  | { readonly kind: 'legacy'; readonly value: readonly [number, number] }
  | { readonly kind: 'large'; readonly value: readonly [number, number, number] }

export type CommunityError =
  /** neither two nor four parts: in an advertisement, this is what an undefined alias looks like */
  | { readonly kind: 'format' }
  | { readonly kind: 'section'; readonly section: string; readonly max: number }
  | { readonly kind: 'marker'; readonly marker: string }

export function parseCommunity(text: string): Result<Community, CommunityError> {
  const parts = text.split(':')
  if (parts.length === 2) {
    const [high, low] = [section(parts[0], 0xffff), section(parts[1], 0xffff)]
    if (!high.ok) return high
    return low.ok ? ok({ kind: 'legacy', value: [high.value, low.value] }) : low
  }
  if (parts.length !== 4) return err({ kind: 'format' })
  if (parts[0] !== 'large') return err({ kind: 'marker', marker: parts[0] ?? '' })
  const [global, first, second] = [1, 2, 3].map((i) => section(parts[i], 0xffffffff))
  if (global?.ok !== true || first?.ok !== true || second?.ok !== true)
    return [global, first, second].find((s) => s?.ok === false) as Result<never, CommunityError>
  return ok({ kind: 'large', value: [global.value, first.value, second.value] })
}

/** Digits only, as Go's ParseUint in base 10; leading zeros are allowed. */
function section(text = '', max: number): Result<number, CommunityError> {
  return /^\d+$/.test(text) && BigInt(text) <= BigInt(max)
    ? ok(Number(text))
    : err({ kind: 'section', section: text, max })
}

export const formatCommunity = (c: Community): string =>
  c.kind === 'large' ? `large:${c.value.join(':')}` : c.value.join(':')
