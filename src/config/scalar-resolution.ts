// What an unquoted YAML scalar is to Go's yaml.v2 (YAML 1.1 with its own additions): this decides what must be quoted, and what
// a field of any type receives.

const WORDS =
  /^(~|null|Null|NULL|y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)?$/
const SPECIAL_FLOAT = /^(\.nan|\.NaN|\.NAN|[-+]?\.inf|[-+]?\.Inf|[-+]?\.INF)$/
const BASED_INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+)$/
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/
/** yaml.v2 quotes what YAML 1.1 readers take for base 60: `64512:1` */
const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/
const TIMESTAMP = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?( ?(Z|[-+]\d{1,2}:\d{2}))?)?$/

/** True when the text, unquoted, reads as a string everywhere. */
export function resolvesToString(text: string): boolean {
  if (WORDS.test(text) || SPECIAL_FLOAT.test(text)) return false
  if (!/^[-+.\d]/.test(text)) return true
  const digits = text.replaceAll('_', '')
  return !(isInteger(digits) || isFloat(digits) || BASE_60.test(text) || TIMESTAMP.test(text))
}

/** With a base, it must fit 64 bits; decimal digits are a float beyond that. */
function isInteger(digits: string): boolean {
  const [, sign, magnitude] = BASED_INTEGER.exec(digits) ?? []
  if (magnitude === undefined) return false
  return BigInt(magnitude) <= (sign === '-' ? 1n << 63n : (1n << 64n) - 1n)
}

const isFloat = (digits: string): boolean =>
  FLOAT.test(digits) && (!/[eE]/.test(digits) || Number.isFinite(Number(digits)))
