// `lbctl explain LINE`: words that are a whole line of a log, and not a code or the words of an error.
import type { LogsStyle } from '../terminal/diagnose/logs.ts'

/** A pasted line, not a whole log: that is for `diagnose logs`. */
const MOST_STDIN_BYTES = 1024 * 1024

/**
 * @param part `message`: what stands behind the time and the level is enough, where nothing else explains it
 * @returns undefined: it is no line of a log, or one that complains of nothing
 */
export async function explainLogLine(
  asked: string,
  style: Omit<LogsStyle, 'top'>,
  format: 'text' | 'json' | 'markdown',
  part: 'line' | 'message' = 'line',
): Promise<string | undefined> {
  // Codes and single words are what is mostly asked for; they cost no more than before.
  if (!/\s|^\{/.test(asked.trim())) return undefined
  const { explainLine, isLogLine } = await import('../diagnose/logs/explain-line.ts')
  if (part === 'line' && !isLogLine(asked)) return undefined
  const incident = explainLine(asked, new Date().getUTCFullYear())
  if (incident === undefined) return undefined
  const { renderLogLine } = await import('../terminal/diagnose/logs.ts')
  return renderLogLine(incident, format, style)
}

/** The first line that is not empty. */
export async function textFromStdin(): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array)
    chunks.push(bytes)
    length += bytes.length
    if (length > MOST_STDIN_BYTES) break
  }
  const lines = Buffer.concat(chunks).toString('utf8').split('\n')
  return lines.find((line) => line.trim() !== '') ?? ''
}
