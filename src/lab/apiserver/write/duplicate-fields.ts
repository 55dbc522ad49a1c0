// Members that a JSON object has twice. JSON.parse takes the last and says nothing; the API server warns.

/** Paths such as `spec.autoAssign`. The text is JSON: it was parsed before. */
export function duplicateFields(text: string): readonly string[] {
  const found: string[] = []
  const stack: {
    readonly path: string
    readonly keys: Set<string> | undefined
    index: number
    member: string
  }[] = []
  let at = 0
  while (at < text.length) {
    const letter = text[at]
    const top = stack.at(-1)
    if (letter === '"') {
      const end = stringEnd(text, at)
      if (top?.keys !== undefined && isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string
        const path = top.path === '' ? key : `${top.path}.${key}`
        if (top.keys.has(key)) found.push(path)
        top.keys.add(key)
        top.member = path
      }
      at = end
      continue
    }
    if (letter === '{' || letter === '[') {
      const path = top === undefined ? '' : top.keys === undefined ? `${top.path}[${top.index}]` : top.member
      stack.push({ path, keys: letter === '{' ? new Set() : undefined, index: 0, member: '' })
    } else if (letter === '}' || letter === ']') stack.pop()
    else if (letter === ',' && top !== undefined) top.index += 1
    at += 1
  }
  return found
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function isKey(text: string, end: number): boolean {
  let at = end
  while (/\s/.test(text[at] ?? '')) at += 1
  return text[at] === ':'
}
