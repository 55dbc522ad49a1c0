// Numbers of errors, as Linux has them: `errno 113`, Rust's `(os error 113)`, Python's `[Errno 113]`. Whoever asks may sit at
// another system; the program that failed runs on a node.
const LINUX: Readonly<Record<number, string>> = {
  1: 'EPERM',
  3: 'ESRCH',
  6: 'ENXIO',
  11: 'EAGAIN',
  13: 'EACCES',
  17: 'EEXIST',
  19: 'ENODEV',
  22: 'EINVAL',
  23: 'EMFILE',
  24: 'EMFILE',
  32: 'EPIPE',
  90: 'EMSGSIZE',
  92: 'ENOPROTOOPT',
  93: 'EPROTONOSUPPORT',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  100: 'ENETDOWN',
  101: 'ENETUNREACH',
  102: 'ENETRESET',
  103: 'ECONNABORTED',
  104: 'ECONNRESET',
  105: 'ENOBUFS',
  107: 'ENOTCONN',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  112: 'EHOSTDOWN',
  113: 'EHOSTUNREACH',
  115: 'EINPROGRESS',
}

/** The name of an error that is asked for by its number; undefined when the words are no number of an error. */
export function errorOfNumber(asked: string): string | undefined {
  const text = asked.trim()
  const [, number] =
    /^[([]?-?(\d{1,3})[)\]]?$/.exec(text) ??
    /\b(?:errno|os error|error code|error)[ :=]+-?(\d{1,3})\b/i.exec(text) ??
    []
  return number === undefined ? undefined : LINUX[Number(number)]
}
