// Finding a page by the words that some program printed: `curl: (7) … port 80: No route to host`, `? (192.0.2.10) at (incomplete)`.

/** The words in the line of a page that begins with "Printed as": each between backticks. */
export function printedWords(markdown: string): string[] {
  const line = /^Printed as .*(\n.+)*/m.exec(markdown)?.[0] ?? ''
  return [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
}

export interface PhraseEntry<T> {
  readonly phrase: string
  readonly value: T
}

/**
 * The entry whose phrase is `asked`, or stands in it, the longest first; or begins with it. Inside of other words, a phrase
 * in capitals alone (`FAILED`, `EPERM`) must be in capitals there: "failed" is in every second error.
 */
export function findPhrase<T>(asked: string, entries: readonly PhraseEntry<T>[]): T | undefined {
  const text = normal(asked)
  if (text === '') return undefined
  const longestFirst = [...entries].sort((a, b) => b.phrase.length - a.phrase.length)
  const found =
    longestFirst.find(({ phrase }) => normal(phrase) === text) ??
    longestFirst.find(({ phrase }) => stands(phrase, asked, text)) ??
    // Enough to mean something, not enough to be the whole.
    (text.length >= 6 ? longestFirst.find(({ phrase }) => normal(phrase).startsWith(text)) : undefined)
  return found?.value
}

function stands(phrase: string, asked: string, text: string): boolean {
  if (/^[A-Z_]+$/.test(phrase)) return asked.split(/[^A-Za-z_]+/).includes(phrase)
  return ` ${text} `.includes(` ${normal(phrase)} `)
}

/** Lower case, one blank between words, without the signs around and between them. */
const normal = (words: string): string =>
  words
    .toLowerCase()
    .replaceAll(/[^a-z0-9%/]+/g, ' ')
    .trim()
