// A router's configuration as a text whose passwords are never shown, not even in the line that a finding is about.
import { Source } from '../../config/source/source.ts'

/** `password secret`, `password "secret";`, `tcp-md5-key=secret`: with a blank between, all the rest of the line. */
const SECRET =
  /\b(?:password|passwd|secret|psk|key|key-string|tcp-md5-key|authentication-key|md5)\b(?:\s*=\s*("(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s"']\S*)|[ \t]+(?!=)(\S[^\n]*))/gi

export function routerSource(name: string, text: string): Source {
  const secrets = [...text.matchAll(SECRET)].map((match) => {
    const value = match[1] ?? match[2] ?? ''
    const end = match.index + match[0].length
    return { start: end - value.length, end }
  })
  return new Source(name, text, undefined, secrets)
}
