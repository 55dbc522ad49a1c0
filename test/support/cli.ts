// Runs the built lbctl as a user would, in a process of its own.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const runJs = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export interface RunOptions {
  readonly stdin?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** told of what it says, while it says it */
  readonly onStderr?: (text: string) => void
  /** called once the process runs, for signals */
  readonly whileRunning?: (pid: number) => void | Promise<void>
}

export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  /** null when a signal ended it */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A text as it was before it was broken into lines of a terminal. */
export const unwrapped = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** Variables of this process that would change what lbctl prints are not handed on; the locale is one that takes UTF-8. */
export const cleanEnv = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(LBCTL_|NO_COLOR|FORCE_COLOR|DEBUG|COLUMNS|KUBECONFIG|NODE_ENV|NODE_OPTIONS|VITEST|LANG|LC_)/.test(
          name,
        ),
    ),
  ),
  LANG: 'C.UTF-8',
})

/** `lbctl(['validate', 'x.yaml'])`; stdin is empty and closed unless given. */
export const lbctl = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  run(process.execPath, [runJs, ...args], options)

export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...cleanEnv(), ...options.env },
      stdio: 'pipe',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
      options.onStderr?.(chunk)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ stdout, stderr, code, signal }))
    // A child may end before it has read everything.
    child.stdin.on('error', () => undefined)
    if (options.whileRunning === undefined) child.stdin.end(options.stdin ?? '')
    else if (options.stdin !== undefined) child.stdin.write(options.stdin)
    if (options.whileRunning !== undefined && child.pid !== undefined) {
      const { pid } = child
      child.once('spawn', () => void Promise.resolve(options.whileRunning?.(pid)).catch(reject))
    }
  })
}
