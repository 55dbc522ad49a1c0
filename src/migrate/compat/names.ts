import { utf8Bytes } from '../../net/base64.ts'
import { err, ok, type Result } from '../../net/result.ts'

const VALID = /^[a-z][-a-z0-9]{0,61}[a-z0-9]$/
const MAX_BYTES = 63

/**
 * A name as MetalLB's converter makes it (metallb.md §1.5): cut to 63 bytes, lower case, `_` becomes `-`, everything before the first
 * letter falls. Spaces, dots and a trailing `-` stay, and two names may become one: that is how it is.
 */
export function sanitised(name: string): Result<string, 'no letter'> {
  if (VALID.test(name)) return ok(name)
  const lower = firstBytes(name, MAX_BYTES).toLowerCase().replaceAll('_', '-')
  const letter = lower.search(/[a-z]/)
  return letter < 0 ? err('no letter') : ok(lower.slice(letter))
}

/** Go cuts bytes; a character that is cut in two is dropped here, where Go would leave its first half. */
function firstBytes(text: string, count: number): string {
  let bytes = 0
  let kept = ''
  for (const c of text) {
    bytes += utf8Bytes(c).length
    if (bytes > count) break
    kept += c
  }
  return kept
}
