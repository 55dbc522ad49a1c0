// The built `lbctl controller run` as a process: its log line by line, its numbers over its own port.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { cleanEnv, root, runJs } from '../cli.ts'
import { eventually } from '../namespaces.ts'

/** Generous, for a machine that does other things. */
export const DEADLINE_MS = 30_000

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string }

export class RunningController {
  readonly lines: LogLine[] = []
  stderr = ''
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess

  /** @param prefix what stands before `node`, such as the words that enter a namespace */
  constructor(args: readonly string[], prefix: readonly string[] = []) {
    const own = ['--log-format', 'json', '--log-level', 'debug', '--metrics-addr', '127.0.0.1:0']
    const [program, ...words] = [...prefix, process.execPath, runJs, 'controller', 'run', ...own, ...args]
    this.#child = spawn(program!, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: root,
      env: cleanEnv(),
    })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      if (line.startsWith('{')) this.lines.push(JSON.parse(line) as LogLine)
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk
    })
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => resolve(code))
    })
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** As a Pod is ended. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM')
    return this.exited
  }

  /** Ends it in any case. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.signal('SIGKILL')
    await this.exited
  }

  count(event: string): number {
    return this.lines.filter((line) => line['event'] === event).length
  }

  /** Waits until a line of the log has been there this often. */
  async until(event: string, times = 1): Promise<void> {
    await eventually(
      `${event} (${times}); log: ${JSON.stringify(this.lines)} ${this.stderr}`,
      () => this.count(event) >= times,
      DEADLINE_MS,
    )
  }

  async get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const started = await eventually(
      `the controller starts ${this.stderr}`,
      () => this.lines.find(({ event }) => event === 'started'),
      DEADLINE_MS,
    )
    const response = await fetch(`http://${String(started['metrics'])}${path}`, {
      headers: { connection: 'close' },
    })
    return { status: response.status, text: await response.text() }
  }

  async metric(name: string): Promise<number | undefined> {
    const { text } = await this.get('/metrics')
    const line = text.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`))
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
  }
}
