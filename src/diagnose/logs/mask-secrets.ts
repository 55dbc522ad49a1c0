// Secrets that programs write into their logs: FRR prints its configuration with the passwords of neighbours, HTTP clients print
// headers. What is blotted out keeps its place, so that the line stays readable.

const BLOT = '***'

const SECRETS: readonly (readonly [RegExp, string])[] = [
  // FRR: neighbor 192.0.2.1 password SECRET; also within a JSON string
  [/\b(neighbor\s+\S+\s+password\s+)(\d\s+)?[^\s"\\]+/gi, `$1${BLOT}`],
  [
    /\b((?:message-digest-key\s+\d+\s+md5|key-string|enable password|authentication-key)\s+)[^\s"\\]+/gi,
    `$1${BLOT}`,
  ],
  [/\b(authorization\\?"?\s*[:=]\s*\\?"?\s*)(?:(bearer|basic)\s+)?[^\s"\\,]+/gi, `$1$2 ${BLOT}`],
  [/\b(bearer\s+)[A-Za-z0-9._~+/-]{8,}=*/gi, `$1${BLOT}`],
  // "password":"SECRET", password=SECRET, Password: SECRET, --secret-key SECRET
  [
    /\b((?:[a-z]*[-_]?)?(?:password|passwd|secret[-_]?key|secretkey|api[-_]?key|token|psk))(\\?"?\s*[:=]\s*)(\\?")((?:(?!\\?").)*)(\\?")/gi,
    `$1$2$3${BLOT}$5`,
  ],
  [
    /\b((?:[a-z]*[-_]?)?(?:password|passwd|secret[-_]?key|api[-_]?key|psk|token)\s*[:=]\s*)(?!\\?")[^\s,;"'}\\]+/gi,
    `$1${BLOT}`,
  ],
  [/(--(?:password|secret-key|token)[ =])\S+/gi, `$1${BLOT}`],
  // a key or certificate in PEM
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)/gs, BLOT],
  // three parts of base64url: a JSON web token
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, BLOT],
]

export function maskSecrets(text: string): string {
  let masked = text
  for (const [pattern, replacement] of SECRETS) masked = masked.replaceAll(pattern, replacement)
  return masked
}
