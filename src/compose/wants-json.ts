/**
 * Whether the words of a command line ask for JSON. For errors only: the flags may be what is wrong, so this looks at the
 * words themselves.
 */
export function wantsJson(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  if (words.includes('--json')) return true
  const at = words.findLastIndex((word) => /^(-o|--output($|=))/.test(word))
  const word = words[at]
  if (word !== undefined) {
    const format = /^(-o|--output)$/.test(word) ? words[at + 1] : word.replace(/^(-o=?|--output=)/, '')
    return format === 'json'
  }
  return env['LBCTL_OUTPUT'] === 'json' || /^(1|true|yes|y)$/i.test(env['LBCTL_JSON'] ?? '')
}
