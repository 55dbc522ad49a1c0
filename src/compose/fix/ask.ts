// A question on the terminal. stdout is the result, so the question goes to stderr.
import { createInterface } from 'node:readline/promises'

/** Undefined where nobody is there to answer. Anything but yes is no, and so is the end of the input. */
export function asker(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  signal: AbortSignal,
): ((question: string) => Promise<boolean>) | undefined {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return undefined
  return async (question) => {
    const lines = createInterface({ input: stdin, output: stderr })
    try {
      const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
      const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), closed])
      return /^y(es)?$/i.test(answer.trim())
    } finally {
      lines.close()
    }
  }
}
