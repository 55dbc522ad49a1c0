// CEL text into tokens: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
import { CelSyntaxError, type Literal } from './syntax.ts'

export type Token = { readonly at: number } & (
  | { readonly type: 'literal'; readonly value: Literal }
  | { readonly type: 'uint'; readonly value: bigint }
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'sign'; readonly text: string }
  | { readonly type: 'end' }
)

const SPACE = /(?:[ \t\r\n\f]|\/\/[^\n]*)+/y
const NUMBER = /0[xX][0-9a-fA-F]+[uU]?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[uU]?|\.\d+(?:[eE][+-]?\d+)?/y
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y
const STRING =
  /([bB]?)("""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/y
const RAW_STRING = /([bB]?[rR][bB]?)("""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')/y
const SIGN = /&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]{}]/y

/** @throws CelSyntaxError */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  while (true) {
    at += match(SPACE)?.[0].length ?? 0
    if (at >= text.length) return [...tokens, { type: 'end', at }]
    const string = match(RAW_STRING) ?? match(STRING)
    const number = string === null ? match(NUMBER) : null
    const word = string === null && number === null ? match(WORD) : null
    const sign = string === null && number === null && word === null ? match(SIGN) : null
    const found = string ?? number ?? word ?? sign
    if (found === null) throw new CelSyntaxError(at, `unexpected ${JSON.stringify(text[at])}`)
    if (string !== null) tokens.push({ type: 'literal', value: stringValue(string, at), at })
    else if (number !== null) tokens.push(numberToken(number[0], at))
    else tokens.push({ type: word === null ? 'sign' : 'word', text: found[0], at })
    at += found[0].length
  }
}

function numberToken(text: string, at: number): Token {
  if (/[uU]$/.test(text)) return { type: 'uint', value: BigInt(text.slice(0, -1)), at }
  if (/^0[xX]/.test(text) || /^\d+$/.test(text)) return { type: 'literal', value: BigInt(text), at }
  return { type: 'literal', value: Number(text), at }
}

function stringValue([, prefix = '', quoted = '']: RegExpExecArray, at: number): string | Uint8Array {
  const width = /^("""|''')/.test(quoted) ? 3 : 1
  const body = quoted.slice(width, -width)
  const isBytes = /b/i.test(prefix)
  const text = /r/i.test(prefix) ? body : unescaped(body, at)
  return isBytes ? utf8(text) : text
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

function unescaped(body: string, at: number): string {
  return body.replaceAll(
    /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g,
    (_, hex: string, short: string, long: string, octal: string, single: string) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
      const code = hex ?? short ?? long
      if (code !== undefined) return codePoint(Number.parseInt(code, 16), at)
      const simple = SIMPLE[single]
      if (simple !== undefined) return simple
      if (!'\\?"\'`'.includes(single)) throw new CelSyntaxError(at, `unknown escape \\${single} in a string`)
      return single
    },
  )
}

function codePoint(code: number, at: number): string {
  if (code > 0x10ffff) throw new CelSyntaxError(at, 'an escape names no character')
  return String.fromCodePoint(code)
}

/** Pure rooms have no TextEncoder. */
export function utf8(text: string): Uint8Array {
  return Uint8Array.from(unescapePercent(encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '\ufffd'))))
}

function* unescapePercent(text: string): Generator<number> {
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '%') yield text.charCodeAt(at)
    else {
      yield Number.parseInt(text.slice(at + 1, at + 3), 16)
      at += 2
    }
  }
}
