/** The words of a line as iptables-save quotes them: double quotes, with a backslash before what is meant literally. */
export function shellWords(line: string): string[] {
  const words: string[] = []
  let word = ''
  let quoted = false
  let open = false
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === '\\' && at + 1 < line.length) {
      word += line.charAt(++at)
      open = true
    } else if (char === '"') {
      quoted = !quoted
      open = true
    } else if (!quoted && (char === ' ' || char === '\t')) {
      if (open) words.push(word)
      word = ''
      open = false
    } else {
      word += char
      open = true
    }
  }
  if (open) words.push(word)
  return words
}
