// What Go's decoder says of a text that is no JSON.

/** V8 names the place in words that change; the two cases that clients meet are an early end and a stray character. */
export function jsonError(text: string): string {
  if (endsEarly(text)) return 'unexpected end of JSON input'
  const first = text.trimStart()[0] ?? ''
  return `invalid character '${first}' looking for beginning of value`
}

/** Whether every bracket and quote that was opened could still be closed. */
function endsEarly(text: string): boolean {
  const open: string[] = []
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]
    if (inString) {
      if (letter === '\\') at += 1
      else if (letter === '"') inString = false
    } else if (letter === '"') inString = true
    else if (letter === '{' || letter === '[') open.push(letter)
    else if (letter === '}' || letter === ']') open.pop()
  }
  return text.trim() === '' || inString || open.length > 0
}
