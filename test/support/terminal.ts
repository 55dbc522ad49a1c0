// The built lbctl at a terminal of a given size: a pseudo-terminal of script(1), which every Debian has.
import { type ChildProcess, spawn } from 'node:child_process'
import { cleanEnv, root, runJs } from './cli.ts'
import { eventually } from './namespaces.ts'

export interface TerminalOptions {
  readonly columns: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Node takes no colours for granted where these tell it of a build. */
const atADesk = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(cleanEnv()).filter(
      ([name]) => !/^(CI|CI_NAME|TEAMCITY_VERSION|TMUX|COLORTERM)$/.test(name),
    ),
  )

const DEADLINE_MS = 30_000

export class Terminal {
  /** everything that was written to it, control sequences as well */
  screen = ''
  readonly ended: Promise<number | null>
  readonly #child: ChildProcess

  constructor(args: readonly string[], { columns, env = {}, cwd = root }: TerminalOptions) {
    const words = [process.execPath, runJs, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
    const command = `stty cols ${columns} rows 50; exec ${words.join(' ')}`
    this.#child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd,
      env: { ...atADesk(), TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', SHELL: '/bin/sh', ...env },
      stdio: 'pipe',
    })
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.screen += chunk.replaceAll('\r\n', '\n')
    })
    this.#child.stdin?.on('error', () => undefined)
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject)
      this.#child.on('close', resolve)
    })
  }

  /** Keys that somebody presses. */
  press(keys: string): void {
    this.#child.stdin?.write(keys)
  }

  until(text: string | RegExp): Promise<true> {
    const found = (): true | undefined =>
      (typeof text === 'string' ? this.screen.includes(text) : text.test(this.screen)) ? true : undefined
    return eventually(`"${text}" at the terminal`, found, DEADLINE_MS)
  }

  /** Ends what still runs. */
  close(): void {
    this.#child.stdin?.destroy()
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL')
  }
}

export const CTRL_C = '\u0003'
