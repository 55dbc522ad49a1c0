// What is a secret by its form or by the command or configuration that it stands in, whatever it is called.
import { HIDDEN } from './hidden.ts'

/** A value: in quotes, or to the next space. */
const VALUE = String.raw`"[^"\n]+"?|'[^'\n]+'?|[^\s"'\\]+`
/** Kinds of secrets in configurations of routers: `password 7 …`, `secret sha512 …`. */
const KIND = String.raw`(?:(?:\d{1,2}|clear|encrypted|plain(?:text)?|md5|sha\d{0,3}|hmac-\S+|ascii-text|hexadecimal|scrypt)\s+){0,2}`
const LONG_FLAG = /^(?:port|path|prefix|pprof|prof\w*|pid\w*|proxy\w*|protocol|peer\w*|print\w*|parallel\w*)$/

type Hide = (whole: string, ...parts: string[]) => string
const kept: Hide = (_whole, before = '', end = '') => `${before}${HIDDEN}${end}`

/** Each of them begins at a word that is there seldom, so that a long text costs no more than its length. */
const FORMS: readonly (readonly [RegExp, Hide])[] = [
  [
    /((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,40}:\/\/)[^\s/"'<>]{1,500}@/gi,
    (_whole, scheme = '') => `${scheme}${HIDDEN}@`,
  ],
  [
    /\b(bearer\s+)(?!\(hidden\)|(?:tokens?|auth\w*|credentials?|scheme|header|method)\b)[^\s"'\\]{6,}()/gi,
    kept,
  ],
  [/\b(basic\s+)(?=[A-Za-z0-9+/][A-Za-z0-9+/]*[A-Z0-9+/=])[A-Za-z0-9+/]{6,}={0,2}()/g, kept],
  [/\b(Basic\s+)(?=[A-Za-z0-9+/][A-Za-z0-9+/]*[A-Z0-9+/=])[A-Za-z0-9+/]{6,}={0,2}()/g, kept],
  [/()\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?()/g, kept],
  [/()\b(?:gh[pousr]_\w{10,}|github_pat_\w{10,}|gl(?:pat|ptt|dt|rt|cbt|ft|soat)-[\w.-]{10,})()/g, kept],
  [
    /()\b(?:xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|npm_\w{20,}|hvs\.[\w-]{20,}|dckr_pat_[\w-]{10,}|AIza[\w-]{30,})()/g,
    kept,
  ],
  [/()\b(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}\b()/g, kept],
  [/(\bhooks\.slack\.com\/services\/)[\w/]+()/g, kept],
  // kube-vip: address:AS:password:multihop
  [/(?<![\w.:])((?:\d{1,3}\.){3}\d{1,3}:\d{1,10}:)[^\s:,"']+(:(?:true|false)\b)/g, kept],
  [new RegExp(String.raw`\b((?:PHPSESSID|JSESSIONID|sessionid)\s*=\s*)(?:${VALUE})()`, 'gi'), kept],
]

/** Of routers and their daemons, wherever on a line they are quoted. */
const CONFIGURATION: readonly RegExp[] = [
  'username\\s+\\S{1,100}\\s+(?:privilege\\s+\\d+\\s+|role\\s+\\S{1,60}\\s+)?(?:password|secret)',
  'enable\\s+(?:password|secret)(?:\\s+level\\s+\\d+)?',
  '(?:key|authentication)-string|authentication\\s+(?:string|md5)|md5sig\\s+(?:password|key)',
  '(?:tcp-|bgp-)?md5-(?:password|key)|auth(?:entication)?-(?:key|password)|message-digest-key\\s+\\d+\\s+md5',
  '(?:encrypted|plaintext)-password(?:-value)?|pre-shared-(?:key|secret)',
  'snmp-server\\s+community|(?:tacacs|radius)-server\\s+key|nhrp\\s+authentication|standby\\s+\\d+\\s+authentication',
].map(
  (each) =>
    new RegExp(String.raw`(?<![\w-])((?:${each})\s+(?!${KIND}\(hidden\)|[=:])${KIND})(?:${VALUE})()`, 'gi'),
)

/** `-pX` is a password of these only; ssh, docker and kubectl mean a port by it. */
const WITH_PASSWORD = String.raw`\b(?:mysql\w*|mariadb\w*|sshpass|mongo\w*|rabbitmqadmin|sqlcmd|7z|zip|docker\s+login|podman\s+login|helm\s+registry\s+login|gobgp\s+auth)\b`
const AFTER_PASSWORD_COMMAND = new RegExp(String.raw`${WITH_PASSWORD}[^\n]*`, 'g')
const SHORT_FLAG = new RegExp(String.raw`((?:^|\s)-[pP]\s?)(?!\(hidden\)|-)(?:${VALUE})()`, 'g')
const LOOSE_SHORT_FLAG = /((?:^|[\s"'])-p)([^\s"'=:/]{4,})/g
/** `curl -u user:pass` */
const USER_AND_PASSWORD =
  /((?:^|[\s"'])(?:-u|-U|--user|--proxy-user)(?:\s*=\s*|\s*)["']?[^\s:"'=]{1,100}:)(?!\(hidden\)|\d+(?:\s|$))[^\s"']+()/g

const hasMixture = (word: string): boolean => /[a-z]/i.test(word) && /[\dA-Z!@#$%^&*+~?]/.test(word)

export function hideForms(line: string): string {
  let rest = line
  for (const [form, hide] of FORMS) rest = rest.replaceAll(form, hide)
  for (const form of CONFIGURATION) rest = rest.replaceAll(form, kept)
  return hideInCommands(rest)
}

function hideInCommands(line: string): string {
  if (!/-[pPuU]|--(?:proxy-)?user/.test(line)) return line
  return line
    .replaceAll(USER_AND_PASSWORD, kept)
    .replaceAll(AFTER_PASSWORD_COMMAND, (command) => command.replaceAll(SHORT_FLAG, kept))
    .replaceAll(LOOSE_SHORT_FLAG, (whole: string, flag: string, value: string) =>
      hasMixture(value) && !/^[\d,-]+$/.test(value) ? `${flag}${HIDDEN}` : whole,
    )
}

const BEGIN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/g
const END = /-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/g
/** Of a block of a key, also behind what a logger put in front. */
const KEY_LINE = /(?:^|\s)[A-Za-z0-9+/]{16,}={0,2}\r?$/
const MOST_OF_A_KEY = 32_768

/** Private keys, also those whose first or last lines are not in this text. */
export function hidePrivateKeys(text: string): string {
  if (!text.includes('PRIVATE KEY')) return text
  const whole: string[] = []
  let at = 0
  for (const { index, 0: first } of text.matchAll(BEGIN)) {
    if (index < at) continue
    whole.push(text.slice(at, index), HIDDEN)
    END.lastIndex = index
    const end = END.exec(text.slice(0, index + MOST_OF_A_KEY))
    at = end === null ? endOfKey(text, index + first.length) : end.index + end[0].length
  }
  return hideEnds(whole.join('') + text.slice(at))
}

/** The rest of the line, which may be all of it, and the lines of base64 under it. */
function endOfKey(text: string, from: number): number {
  let at = endOfLine(text, from)
  while (at < text.length) {
    const end = endOfLine(text, at + 1)
    if (!KEY_LINE.test(text.slice(at + 1, end))) break
    at = end
  }
  return at
}

const endOfLine = (text: string, from: number): number => {
  const at = text.indexOf('\n', from)
  return at < 0 ? text.length : at
}

/** A log that begins in the middle of a key. */
function hideEnds(text: string): string {
  END.lastIndex = 0
  if (!END.test(text)) return text
  const lines = text.split('\n')
  lines.forEach((line, index) => {
    END.lastIndex = 0
    if (!END.test(line)) return
    lines[index] = HIDDEN
    for (let above = index - 1; above >= 0 && KEY_LINE.test(lines[above] ?? ''); above--)
      lines[above] = HIDDEN
  })
  return lines.join('\n')
}

/** Words of a command, one each: `-pX`, and `user:pass` after `-u`. */
export function hideInArgument(word: string, before: string | undefined): string {
  const short = /^-p(.{4,})$/.exec(word)?.[1]
  if (
    short !== undefined &&
    !/[=:/\s]/.test(short) &&
    !/^[\d,-]+$/.test(short) &&
    !LONG_FLAG.test(`p${short}`)
  )
    return `-p${HIDDEN}`
  if (/^(?:-u|-U|--user|--proxy-user)$/.test(before ?? ''))
    return word.replace(/^([^\s:]+:)(?!\d+$).+$/s, `$1${HIDDEN}`)
  return word
}
