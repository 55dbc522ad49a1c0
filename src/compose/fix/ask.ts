// A question on the terminal. stdout is the result, so the question goes to stderr.
import { createInterface } from 'node:readline/promises'

/** What the terminal is taken for; the tests have others. */
type Input = Pick<NodeJS.ReadStream, 'isTTY'> & NodeJS.ReadableStream
type Output = Pick<NodeJS.WriteStream, 'isTTY'> & NodeJS.WritableStream

/**
 * Undefined where nobody is there to answer. Anything but yes is no, and so is the end of the input.
 * @param interrupt while a line is read the terminal makes no signal of Ctrl-C, so it is handed on here
 */
export function asker(
  stdin: Input,
  stderr: Output,
  signal: AbortSignal,
  interrupt: () => void = () => void process.kill(process.pid, 'SIGINT'),
): ((question: string) => Promise<boolean>) | undefined {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return undefined
  return async (question) => {
    const lines = createInterface({ input: stdin, output: stderr })
    lines.on('SIGINT', interrupt)
    let isAnswered = false
    try {
      const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
      const asked = lines.question(`${question} [y/N] `, { signal }).then((answer) => {
        isAnswered = true
        return answer
      })
      return /^y(es)?$/i.test((await Promise.race([asked, closed])).trim())
    } finally {
      lines.close()
      // What is said next stands on a line of its own. For a question that is cancelled readline has begun one.
      if (!isAnswered && !signal.aborted) stderr.write('\n')
    }
  }
}
