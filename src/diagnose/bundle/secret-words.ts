// What looks like a secret: by the name that a value has, and by its form in a text.
export const HIDDEN = '(hidden)'

/** Short ones stand in other words, too (bypass), and by themselves (`tests pass: 5`): only `DB_PASS`, `--pass`. */
const SHORT_WORDS = 'pass|pwd|creds?|jwt'
const WORDS = `password|passwd|passphrase|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|signing[-_.]?key|session[-_.]?key|client[-_.]?key[-_.]?data|encryption[-_.]?key|auth[-_.]?key|key[-_.]?string|credential|kubeconfig|authorization|cookie|[-_.](?:${SHORT_WORDS})(?![a-z0-9])`
const SECRET_WORD = new RegExp(`${WORDS}|^(?:${SHORT_WORDS})$`, 'i')
/** Says where a secret is, or what it is called: `secretName`, `METALLB_ML_SECRET_KEY_PATH`, `tokenFile`. */
const REFERENCE = /(?:name|namespace|ref|path|file|dir|mount|type|class|policy|ttl|seconds|id)s?$/i

/** Whether the value of a field, variable or flag of this name is one that nobody else may see. */
export const isSecretName = (name: string): boolean => SECRET_WORD.test(name) && !REFERENCE.test(name)

/** The bounds keep the time in proportion to the length of a text, however long its words are. */
const NAME = String.raw`[\w.-]{0,40}(?:${WORDS})[\w.-]{0,40}`
const QUOTED = String.raw`"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?`

/** Of JSON; anything else that is not in quotes goes on to the end of its line. */
const LITERAL = String.raw`(?:-?\d[\d.eE+-]*|true|false|null)(?=\s*[,}\]])`

/** `"password": "x"`, in JSON and in quoted YAML, also inside of a text of JSON, where quotes have backslashes. */
const QUOTED_KEY = new RegExp(
  String.raw`(\\*["'])(${NAME})(\1\s*:\s*)(\\+"(?:[^"\\]|\\\\+[^"])*\\+"|${QUOTED}|${LITERAL}|[^\n]+)`,
  'gi',
)
/** `password: |` and the lines under it, which stand deeper than the name. */
const blockScalar = (marker: string, deeper: string): RegExp =>
  new RegExp(
    String.raw`^([ \t]*)(${marker}${NAME})(\s*:[ \t]*)[|>][^\n]*(?:\n(?:\1${deeper}[^\n]*|[ \t]*(?=\n|$)))*`,
    'gim',
  )
const BLOCK_SCALARS = [blockScalar('', '[ \\t]+'), blockScalar('- ', '[ \\t]{3,}')]
/** `password: x y` to the end of the line */
const COLON = new RegExp(String.raw`(?<![\w.-])(${NAME})([ \t]*:[ \t]*)(${QUOTED}|[^\s][^\n]*)`, 'gi')
/** `password=x`, `--token=x` */
const EQUALS = new RegExp(String.raw`(${NAME})(\s*=\s*)(${QUOTED}|[^\s"']+)`, 'gi')
/** `--token x` */
const FLAG = new RegExp(String.raw`(?<![\w-])(--?${NAME})(\s+)(${QUOTED}|[^\s-]\S*)`, 'gi')

/** A line of FRR or of a router: `neighbor 192.0.2.1 password x`. */
const ROUTER_LINE =
  /^(\s*(?:(?:neighbor|username)\s+\S+\s+(?:password|secret)|enable\s+(?:password|secret)|password|key-string|(?:ip(?:v6)?\s+ospf\s+)?(?:authentication-key|message-digest-key\s+\d+\s+md5))[ \t]+)\S[^\n]*/gim
const NEIGHBOUR = /(\bneighbor\s+\S+\s+password\s+)(?:\d\s+)?\S+/gi

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, HIDDEN],
  [/((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,40}:\/\/)[^\s/]{1,500}@/gi, `$1${HIDDEN}@`],
  [/\b(bearer\s+)[^\s"']{6,}/gi, `$1${HIDDEN}`],
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, HIDDEN],
  [NEIGHBOUR, `$1${HIDDEN}`],
  [ROUTER_LINE, `$1${HIDDEN}`],
]

/** A text with what looks like a secret in it blotted out; the same text when there is none. */
export function scrubText(text: string): string {
  let rest = text
  for (const [form, replacement] of FORMS) rest = rest.replaceAll(form, replacement)
  if (!SECRET_WORD.test(rest)) return rest
  const hide = (whole: string, name: string, between: string): string =>
    isSecretName(name) ? `${name}${between}${HIDDEN}` : whole
  for (const scalar of BLOCK_SCALARS)
    rest = rest.replaceAll(scalar, (whole: string, indent: string, name: string, between: string) =>
      isSecretName(name) ? `${indent}${name}${between}${HIDDEN}` : whole,
    )
  return rest
    .replaceAll(QUOTED_KEY, (whole: string, quote: string, name: string, between: string) =>
      isSecretName(name) ? `${quote}${name}${between}${quote}${HIDDEN}${quote}` : whole,
    )
    .replaceAll(EQUALS, hide)
    .replaceAll(FLAG, hide)
    .replaceAll(COLON, hide)
}
