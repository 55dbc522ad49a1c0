// A program with a text for its stdin: what it printed, and how it ended. Never waits longer than it is told.
import { type ChildProcess, spawn } from 'node:child_process'

export interface ProgramEnd {
  /** null: it was ended by a signal, or could not be started */
  readonly code: number | null
  /** node's code when the program could not be started */
  readonly error: string | undefined
  readonly stdout: string
  readonly stderr: string
  /** its time was over */
  readonly late: boolean
}

const MOST_BYTES = 8 * 1024 * 1024
/** After it has ended, what it started may hold its stdout and stderr for ever: a master connection of ssh (ControlPersist) does. */
const DRAIN_MS = 500
/** After SIGTERM. */
const KILL_MS = 2000

/** Never rejects. */
export function runProgram(
  program: string,
  words: readonly string[],
  stdin: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout = gathered(child.stdout, MOST_BYTES)
    const stderr = gathered(child.stderr, 64 * 1024)
    let late = false
    const timers = [
      setTimeout(() => {
        late = true
        end()
      }, timeoutMs),
    ]
    const end = (): void => {
      child.kill('SIGTERM')
      timers.push(setTimeout(() => child.kill('SIGKILL'), KILL_MS))
    }
    signal.addEventListener('abort', end, { once: true })
    const settle = (code: number | null, error: string | undefined): void => {
      for (const timer of timers) clearTimeout(timer)
      signal.removeEventListener('abort', end)
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
      resolve({ code, error, stdout: stdout(), stderr: stderr(), late })
    }
    // A program that ends before it has read the plan.
    child.stdin.on('error', () => undefined)
    child.on('error', (error: NodeJS.ErrnoException) => settle(null, error.code ?? 'unknown error'))
    child.on('close', (code) => settle(code, undefined))
    child.on('exit', (code) => timers.push(setTimeout(() => settle(code, undefined), DRAIN_MS)))
    child.stdin.end(stdin)
  })
}

/** What a stream has said so far, and nothing beyond `most`. */
function gathered(stream: ChildProcess['stdout'], most: number): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (more: string) => {
    if (text.length < most) text += more
  })
  return () => text
}
