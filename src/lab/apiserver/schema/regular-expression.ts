/**
 * A pattern as the server's RE2 reads it: RE2 has fewer constructs than JavaScript, all of them but leading inline flags
 * with the same meaning. Undefined for what is no pattern.
 */
export function regularExpression(pattern: string, flags = ''): RegExp | undefined {
  const [, inline = '', body = pattern] = /^\(\?([ims]+)\)(.*)$/s.exec(pattern) ?? []
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(body, `${flags}${inline}${unicode}`)
    } catch {
      // Escapes like `\-` are errors only with the u flag.
    }
  }
  return undefined
}
