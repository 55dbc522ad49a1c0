// The configuration itself, and what stderr says about it.
import { wrap } from '../wrap.ts'

/** Sentences are easier to read in narrow lines, whatever the terminal has room for. */
const WIDEST = 80

/** Each router's lines, with a blank line between two of them; each begins with its own heading. */
export const renderRouterTexts = (routers: readonly { readonly lines: readonly string[] }[]): string =>
  `${routers.map(({ lines }) => trimmed(lines).join('\n')).join('\n\n')}\n`

function trimmed(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return lines.slice(0, last + 1)
}

export const renderNotes = (notes: readonly string[], width: number): string =>
  notes.map((note) => wrap(note, Math.min(width, WIDEST)).join('\n')).join('\n')
