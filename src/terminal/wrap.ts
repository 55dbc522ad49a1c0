// Text in columns. A full-width character takes two columns, a combining mark none.

/** Columns that `text` takes in a terminal; it must hold no control characters. */
export function columnsOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII is the point
  if (/^[\x00-\x7f]*$/.test(text)) return text.length
  let columns = 0
  for (const char of text) columns += columnsOfChar(char)
  return columns
}

const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]$/u

export const columnsOfChar = (char: string): number => (ZERO.test(char) ? 0 : WIDE.test(char) ? 2 : 1)

/** Breaks at blanks so that no line takes more than `width` columns, unless one word does. A command of ours is broken only if it must be. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of withWholeCommands(text, width).split(/ +/)) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.map((each) => each.replaceAll(HELD, ' '))
}

/** Stands for a blank at which no line is broken; no text holds it, for texts are safe when they get here. */
const HELD = '\0'

/** `lbctl`, words of commands, and then flags, values in capitals, and what has something in it that words of a sentence have not. */
const COMMAND =
  /\blbctl(?: (?:agent|all|apiserver|arp|bgp|bundle|capture|check|completion|config|controller|diagnose|diff|drain|explain|fix|free|install|lab|list|logs|migrate|ndp|next|path|pool|route|router|run|service|show|simulate|speaker|status|uninstall|validate|who)(?![\w-]))+(?: (?:--?[a-z][\w-]*|[A-Z][A-Z0-9-]*(?![a-z])|[^ ]*[\d/:=][^ ]*|[^ ]+\.[a-z]+))*/g

const withWholeCommands = (text: string, width: number): string =>
  text.includes('lbctl ')
    ? text.replaceAll(COMMAND, (command) =>
        columnsOf(command) <= width ? command.replaceAll(' ', HELD) : command,
      )
    : text

/** Two columns: names on the left, their wrapped explanation on the right. */
export function twoColumns(rows: readonly (readonly [string, string])[], width: number): string[] {
  const widest = Math.max(0, ...rows.map(([left]) => columnsOf(left)))
  const left = Math.min(widest, Math.floor(width / 2.4)) + 4
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, width - left)
    const head = `  ${name}`
    const fits = columnsOf(head) <= left - 2
    const first = fits ? head + ' '.repeat(left - columnsOf(head)) + (lines.shift() ?? '') : head
    return [first.trimEnd(), ...lines.map((line) => ' '.repeat(left) + line)]
  })
}
