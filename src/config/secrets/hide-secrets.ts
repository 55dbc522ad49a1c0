// A text without the secrets in it, be it YAML, JSON, a line of a log, a command, a router's configuration or plain words. The one owner of
// what looks like a secret in a text: logs, bundles and facts go through here. What says something about a secret and is none stays.
import { HIDDEN } from './hidden.ts'
import { isNoValue, isPlainWord, isSentence, looksRandom } from './plain-words.ts'
import { hideForms, hidePrivateKeys } from './secret-forms.ts'
import { ANY_NAME, isSecretName, NAME } from './secret-names.ts'

const QUOTED = String.raw`"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?`
/** Of JSON; anything else that is not in quotes goes on to the end of its line. */
const LITERAL = String.raw`(?:-?\d[\d.eE+-]*|true|false|null)(?=\s*[,}\]])`

/** `"password": "x"`, in JSON and in quoted YAML, also inside of a text of JSON, where quotes have backslashes. */
const QUOTED_KEY = new RegExp(
  String.raw`(?<!\\)(\\*["'])(${ANY_NAME})(\1\s*:\s*)(?!\{)(\[[^\]\n]*\]?|\\+"(?:[^"\\]|\\\\+[^"])*\\+"|${QUOTED}|${LITERAL}|[^\n]+)`,
  'gi',
)
/** `password: |` and the lines under it, which stand deeper than the name. */
const blockScalar = (marker: string, deeper: string): RegExp =>
  new RegExp(
    String.raw`^([ \t]*)(${marker}${ANY_NAME})(\s*:[ \t]*)[|>][^\n]*(?:\n(?:\1${deeper}[^\n]*|[ \t]*(?=\n|$)))*`,
    'gim',
  )
const BLOCK_SCALARS = [blockScalar('', '[ \\t]+'), blockScalar('- ', '[ \\t]{3,}')]
/** A text in quotes is one by itself: what is secret in it ends with it. An apostrophe begins none. */
const STRING = /(?<![^\s=:,([{])(?:"(?:[^"\\]|\\.)*"|'[^']*')(?![^\s,:;.)\]}])/g
/** `password: x y` to the end of the line */
const COLON = new RegExp(
  String.raw`(${NAME}|(?<![\w.-])(?:md5|psk|jwt|pwd)(?![\w.-])|^[ \t-]*(?:auth|pass))([ \t]*:[ \t]+|:(?!\/\/))(${QUOTED}|[^\s][^\n]*)`,
  'gi',
)
/** `password=x`, `--token=x` */
const EQUALS = new RegExp(String.raw`(${ANY_NAME})(\s*=\s*)(?!=)(${QUOTED}|[^\s"']+)`, 'gi')
/** `--token x` */
const FLAG = new RegExp(String.raw`(?<![\w-])(--?${ANY_NAME})(\s+)(${QUOTED}|[^\s-]\S*)`, 'gi')
const KIND = String.raw`(?:(?:\d{1,2}|clear|encrypted|plain|md5|sha\d+)\s+)?`
const LINK = String.raw`(?:\s+(?:for|of)\s+[^\s"']{1,100})?(?:\s+(?:is|was|are|to|now|being|of|as))*(?:\s*(?::?=|->|→))?\s+`
/** `using password x`, `the password of peer1 is x`, `neighbor 192.0.2.1 password 7 x` */
const PROSE = new RegExp(
  String.raw`(?<![\w.])([\w-]{0,40}(?:password|passwd|passphrase|passcode)s?${LINK}${KIND})(${QUOTED}|[^\s"']+)`,
  'gi',
)
/** Secrets and tokens have names that are none: only what does not look like one is taken. */
const TOKEN_PROSE = new RegExp(
  String.raw`(?<![\w./])((?:secret|token|credentials?|(?:api|access|shared|private|md5|auth\w*) key)${LINK})(${QUOTED}|[^\s"']+)`,
  'gi',
)
const NEIGHBOR =
  /(?<![\w-])(neighbor\s+\S{1,200}\s+password\s+(?:\d{1,2}\s+)?)(?:"[^"]*"?|'[^']*'?|[^\s"'\\]+)/gi
/** A whole line of a configuration, in which a password may have spaces. */
const PASSWORD_LINE = /^([ \t]*(?:set[ \t]+)?(?:password|key-string)[ \t]+)(?!=)(\S+)([^\n]*)/gim

/** A text without any of these is left as it is, at once. */
const HINT =
  /pass|secret|token|key|cred|auth|cookie|jwt|pwd|psk|md5|bearer|basic|kubeconfig|community|eyJ|gh[pousr]_|github_pat|gl[a-z]{2,4}-|xox|xapp|npm_|hvs\.|dckr_|A[KSIBCR][A-Z]A|AIza|:\/\/|slack|-[pPuU]|--user|sess|:(?:true|false)/i
/** Texts in quotes in texts in quotes: deeper than any logger goes. */
const DEEPEST = 4

/** A text with what looks like a secret in it blotted out; the same text when there is none. */
export const hideSecrets = (text: string): string => hidden(text, 0)

function hidden(text: string, depth: number): string {
  if (!HINT.test(text)) return text
  let rest = text
  for (const scalar of BLOCK_SCALARS)
    rest = rest.replaceAll(scalar, (whole: string, indent: string, name: string, between: string) =>
      isSecretName(name.replace(/^- /, '')) ? `${indent}${name}${between}${HIDDEN}` : whole,
    )
  rest = rest.replaceAll(
    QUOTED_KEY,
    (whole: string, quote: string, name: string, between: string, value: string) =>
      isKept(name, value) ? whole : `${quote}${name}${between}${quote}${HIDDEN}${quote}`,
  )
  if (depth < DEEPEST) rest = rest.replaceAll(STRING, (token) => hiddenInString(token, depth + 1))
  return hideForms(hidePrivateKeys(rest).replaceAll(NEIGHBOR, hideNeighbour))
    .replaceAll(EQUALS, hide)
    .replaceAll(FLAG, hide)
    .replaceAll(COLON, hideAfterColon)
    .replaceAll(PASSWORD_LINE, (whole: string, before: string, first: string) =>
      isSettled(first) || isPlainWord(first) ? whole : `${before}${HIDDEN}`,
    )
    .replaceAll(PROSE, (whole: string, before: string, value: string) =>
      isSettled(value) || (isPlainWord(value) && !isQuoted(value)) ? whole : `${before}${hiddenWord(value)}`,
    )
    .replaceAll(TOKEN_PROSE, (whole: string, before: string, value: string) =>
      isSettled(value) || isPlainWord(value) || !isCredential(before, value)
        ? whole
        : `${before}${hiddenWord(value)}`,
    )
}

const isSettled = (value: string): boolean =>
  value.replace(/^["'\\]+/, '').startsWith(HIDDEN) || /^["']{2}$/.test(value)
const isQuoted = (value: string): boolean => /^["'].*[^"'].*["']$/s.test(value)
const isKept = (name: string, value: string): boolean =>
  isSettled(value) || isNoValue(value) || !isSecretName(name.replace(/^[-\s]+/, ''))

const hide = (whole: string, name: string, between: string, value: string): string =>
  isKept(name, value) || (/^pwd$/i.test(name) && value.startsWith('/')) ? whole : `${name}${between}${HIDDEN}`

const hideNeighbour = (whole: string, before: string): string => {
  const value = whole.slice(before.length)
  return isSettled(value) || (isPlainWord(value) && !isQuoted(value)) ? whole : `${before}${HIDDEN}`
}

/** In the middle of a sentence a colon may only go on with it: `failed to read secret: not found`. */
function hideAfterColon(
  whole: string,
  name: string,
  between: string,
  value: string,
  at: number,
  text: string,
): string {
  if (isKept(name, value)) return whole
  const before = text.slice(Math.max(0, at - 200), at)
  const isInSentence = /\S[ \t]+$/.test(before) && !/(?:^|\n)[ \t]*-[ \t]+$/.test(before)
  const [first = ''] = value.split(/\s/, 1)
  if (isInSentence && (isSentence(value) || /^(?:yes|no)\)/i.test(first))) return whole
  return `${name}${between}${HIDDEN}`
}

/** What ends the sentence is none of the word's. */
const hiddenWord = (value: string): string => {
  const quote = /^["']/.exec(value)?.[0] ?? ''
  const end = quote === '' ? (/[,;)\]}]$/.exec(value)?.[0] ?? '') : ''
  return `${quote}${HIDDEN}${quote === '' || !value.endsWith(quote) ? '' : quote}${end}`
}

/** Names of objects are small letters and digits with dashes; kinds begin with a capital. */
function isCredential(before: string, value: string): boolean {
  const word = value.replaceAll(/^["']+|["'.,;:)\]}]+$/g, '')
  if (word.length < 6 || /^[A-Z]?[a-z]+$/.test(word) || /^(?:[A-Z][a-z]+)+$/.test(word)) return false
  if (/^[a-z0-9.-]+(?:\/[a-z0-9.-]+)*$/.test(word))
    return /token|key/i.test(before) && /^(?=.*\d)(?=.*[a-z])[a-z0-9]{12,}$/.test(word)
  return looksRandom(word) && !/^\//.test(word)
}

/** As JSON reads it, so that a configuration of many lines in it has lines again. */
function hiddenInString(token: string, depth: number): string {
  if (!HINT.test(token)) return token
  const quote = token.charAt(0)
  const inner = quote === '"' ? unescaped(token) : undefined
  if (inner === undefined) return `${quote}${hidden(token.slice(1, -1), depth)}${quote}`
  const clean = hidden(inner, depth)
  return clean === inner ? token : JSON.stringify(clean)
}

function unescaped(token: string): string | undefined {
  if (!token.includes('\\')) return undefined
  try {
    return JSON.parse(token) as string
  } catch {
    return undefined
  }
}
